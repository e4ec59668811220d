"""Scenery: buildings, trees, posts and barriers beside the road, and the rings of far scenery."""

import dataclasses
import math
from collections.abc import Iterator

from assets.signs import sign_number
from assets.street.land import level
from assets.street.params import (
    BarrierParams,
    BuildingParams,
    HorizonKind,
    PostParams,
    RoadParams,
    TreeParams,
)
from assets.street.surface import outer_edge
from assets.textures.params import TextureParams
from randomizers.spec import Rgb, Scenery, SceneSpec
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import ground_height, locate, on_road, upright
from scenegen.placing.grounds import MAX_BEND_RAD
from scenegen.placing.placed import Placed
from scenegen.placing.roadway import stands_on_road
from scenegen.scene import Semantic, Surface

INNER_LIMIT = 0.8  # road coordinates are used up to this part of the bend's radius
STEM_M = 0.4  # footprint of a tree or post: crowns and arms reach over cars
BARRIER_M, THICKET_M = 0.4, 4.0
BARRIER_CLEAR_M = 1.0  # from a house's front: nobody fences in a door
PARTY_WALL = 0.15  # of its frontage that a house may reach into its neighbour: rows close up in bends
PLUMB_SINK_M = 0.05  # what stands plumb on a slope stands a little in the ground
ROUGHNESS = 0.85
LEAF_SHADE = 0.6  # of a tree's own colour: the leaves inside its crown
SIGN_ROUGHNESS = 0.4
AIR: Rgb = (0.36, 0.41, 0.50)
AIR_M = 1600.0  # where 37 % of a thing's own colour is left
HORIZON_LOOKS: dict[HorizonKind, tuple[Semantic, dict[str, Rgb]]] = {  # class, and shades of further slots
    "hills": ("ground", {"woods": (0.5, 0.5, 0.5)}),
    "trees": ("vegetation", {"dark": (0.65, 0.65, 0.65)}),
    "town": ("building", {"tiles": (0.55, 0.35, 0.3), "window": (0.3, 0.3, 0.3)}),
}
WHITE: Rgb = (0.8, 0.8, 0.8)


def place_scenery(spec: SceneSpec, cars: list[Placed]) -> Iterator[Placed]:
    """Things beside the road, without those that reach onto it, into a car or into an earlier thing."""
    road = spec.placement.road
    if road is None:
        return
    taken, houses = [car.footprint for car in cars if car.footprint is not None], list[Footprint]()
    for thing in spec.background.scenery:
        left = outer_edge(road, thing.side) + thing.side * thing.beyond_m
        if road.curvature * left > INNER_LIMIT or abs(road.curvature * thing.along_m) > MAX_BEND_RAD:
            continue
        x, y, heading = locate(road, thing.along_m, left)
        heading += math.radians(thing.heading_deg)
        footprint = _footprint(thing, x, y, heading)
        if stands_on_road(road, footprint, _margin(road, thing)) or _collides(
            thing, footprint, taken, houses
        ):
            continue
        (houses if isinstance(thing.shape, BuildingParams) else taken).append(footprint)
        if isinstance(thing.shape, BarrierParams):
            matrix = on_road(road, thing.along_m, left, math.radians(thing.heading_deg))
        else:
            matrix = upright(x, y, ground_height(road, thing.along_m, left) - PLUMB_SINK_M, heading)
        yield Placed(_semantic(thing), thing.shape, matrix, _surfaces(spec, thing), footprint)


def _footprint(thing: Scenery, x: float, y: float, heading: float) -> Footprint:
    match thing.shape:
        case BuildingParams(frontage_m=frontage, depth_m=depth):
            back = heading + math.pi / 2  # the origin is in the middle of the front
            x, y = x + depth / 2 * math.cos(back), y + depth / 2 * math.sin(back)
            return Footprint(x, y, heading, frontage, depth)
        case BarrierParams(kind=kind, length_m=length):
            return Footprint(x, y, heading, length, THICKET_M if kind == "thicket" else BARRIER_M)
        case _:
            return Footprint(x, y, heading, STEM_M, STEM_M)


def place_horizons(spec: SceneSpec) -> Iterator[Placed]:
    """Rings of far scenery around the place where the camera starts, on the level of the road's far end."""
    road = spec.placement.road
    if road is None:
        return
    for horizon in spec.background.horizons:
        shape = horizon.shape
        semantic, others = HORIZON_LOOKS[shape.kind]
        surfaces = {"surface": _hazy(horizon.color, (1.0, 1.0, 1.0), shape.radius_m)}
        surfaces |= {slot: _hazy(horizon.color, shade, shape.radius_m) for slot, shade in others.items()}
        yield Placed(semantic, shape, upright(0.0, 0.0, level(road), 0.0), surfaces)


def _hazy(color: Rgb, shade: Rgb, distance_m: float) -> Surface:
    """A colour seen through clear air: it pales towards the sky's (Koschmieder's law)."""
    clear = math.exp(-distance_m / AIR_M)
    parts = zip(color, shade, AIR, strict=True)
    red, green, blue = (clear * own * part + (1 - clear) * air for own, part, air in parts)
    return Surface((red, green, blue), 1.0)


def _shaded(color: Rgb, part: float) -> Rgb:
    red, green, blue = color
    return part * red, part * green, part * blue


def _margin(road: RoadParams, thing: Scenery) -> float:
    """Posts and trees stand on the pavements of side roads, all else beyond them."""
    return road.pavement_width_m if isinstance(thing.shape, BuildingParams | BarrierParams) else 0.0


def _collides(thing: Scenery, footprint: Footprint, taken: list[Footprint], houses: list[Footprint]) -> bool:
    if isinstance(thing.shape, BuildingParams):
        narrow = dataclasses.replace(footprint, length=(1 - PARTY_WALL) * footprint.length)
        return any(narrow.overlaps(house) for house in houses) or any(footprint.overlaps(it) for it in taken)
    clear = _clear_of_houses(thing)
    room = dataclasses.replace(footprint, length=footprint.length + clear, width=footprint.width + clear)
    return any(footprint.overlaps(other) for other in taken) or any(room.overlaps(it) for it in houses)


def _clear_of_houses(thing: Scenery) -> float:
    """Metres, both sides together, that a thing's footprint keeps from walls: a crown may brush them, but
    leaves that reach the ground may not grow out of them."""
    match thing.shape:
        case TreeParams(kind="round" | "bare", crown_m=crown):
            return 0.6 * crown
        case TreeParams(crown_m=crown):
            return crown
        case BarrierParams():
            return 2 * BARRIER_CLEAR_M
        case _:
            return 0.0


def _semantic(thing: Scenery) -> Semantic:
    match thing.shape:
        case BuildingParams():
            return "building"
        case TreeParams() | BarrierParams(kind="hedge" | "thicket"):
            return "vegetation"
        case BarrierParams():
            return "barrier"
        case PostParams(kind="sign" | "light"):
            return "sign"
        case _:
            return "pole"


def _surfaces(spec: SceneSpec, thing: Scenery) -> dict[str, Surface]:
    """The slot that the thing's colour and texture belong to."""
    texture = spec.textures.scenery[thing.texture_slot] if thing.texture_slot >= 0 else None
    surface = Surface(thing.color, ROUGHNESS, 0.0, texture, spec.textures.scale_m)
    match thing.shape:
        case BuildingParams():
            return {"wall": surface}
        case TreeParams():
            shade = dataclasses.replace(surface, color=_shaded(thing.color, LEAF_SHADE), texture=None)
            return {"leaves": surface, "leaves_dark": shade}
        case BarrierParams():
            return {"surface": surface}
        case PostParams(kind="sign"):
            face = TextureParams(kind="sign", seed=sign_number(thing.shape.seed))
            return {"post": surface, "sign_face": Surface(WHITE, SIGN_ROUGHNESS, texture=face)}
        case _:
            return {"post": surface}
