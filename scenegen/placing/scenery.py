"""Scenery: buildings, trees, posts and barriers beside the road."""

import math
from collections.abc import Iterator

from assets.street.params import BarrierParams, BuildingParams, PostParams, RoadParams, TreeParams
from assets.street.road import half_widths
from assets.street.surface import outer_edge
from randomizers.spec import Scenery, SceneSpec
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import ground_height, left_of_centreline, locate, upright
from scenegen.placing.grounds import MAX_BEND_RAD
from scenegen.placing.placed import Placed
from scenegen.scene import Semantic, Surface

INNER_LIMIT = 0.8  # road coordinates are used up to this part of the bend's radius
STEM_M = 0.4  # footprint of a tree or post: crowns and arms reach over cars
BARRIER_M = 0.4
ROUGHNESS = 0.85


def place_scenery(spec: SceneSpec, cars: list[Placed]) -> Iterator[Placed]:
    """Things beside the road, without those that reach onto it, into a car or into an earlier thing."""
    road = spec.placement.road
    if road is None:
        return
    taken = [car.footprint for car in cars if car.footprint is not None]
    for thing in spec.background.scenery:
        left = outer_edge(road, thing.side) + thing.side * thing.beyond_m
        if road.curvature * left > INNER_LIMIT or abs(road.curvature * thing.along_m) > MAX_BEND_RAD:
            continue
        x, y, heading = locate(road, thing.along_m, left)
        heading += math.radians(thing.heading_deg)
        footprint = _footprint(thing, x, y, heading)
        if _on_carriageway(road, footprint) or any(footprint.overlaps(other) for other in taken):
            continue
        taken.append(footprint)
        matrix = upright(x, y, ground_height(road, thing.along_m, left), heading)
        yield Placed(_semantic(thing), thing.shape, matrix, _surfaces(spec, thing), footprint)


def _footprint(thing: Scenery, x: float, y: float, heading: float) -> Footprint:
    match thing.shape:
        case BuildingParams(frontage_m=frontage, depth_m=depth):
            back = heading + math.pi / 2  # the origin is in the middle of the front
            x, y = x + depth / 2 * math.cos(back), y + depth / 2 * math.sin(back)
            return Footprint(x, y, heading, frontage, depth)
        case BarrierParams(length_m=length):
            return Footprint(x, y, heading, length, BARRIER_M)
        case _:
            return Footprint(x, y, heading, STEM_M, STEM_M)


def _on_carriageway(road: RoadParams, footprint: Footprint) -> bool:
    left, right = half_widths(road)
    offsets = [left_of_centreline(road, *corner) for corner in footprint.corners]
    return not (min(offsets) >= left or max(offsets) <= right)


def _semantic(thing: Scenery) -> Semantic:
    match thing.shape:
        case BuildingParams():
            return "building"
        case TreeParams() | BarrierParams(kind="hedge"):
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
            return {"leaves": surface}
        case BarrierParams():
            return {"surface": surface}
        case _:
            return {"post": surface}
