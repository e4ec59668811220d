"""Grounds: the plane under the cars, or the parts of the road."""

from collections.abc import Iterator

import msgspec
import numpy as np

from assets.street.junction import mouth_half_width
from assets.street.params import PlaneParams, RoadParams, RoadSurfaceParams
from assets.textures.params import TextureParams
from randomizers.spec import PAVEMENT_TEXTURE_SLOT, VERGE_TEXTURE_SLOT, Rgb, SceneSpec
from scenegen.placing.placed import Placed
from scenegen.scene import Surface

PLANE_SIZE_M = 240.0
ROAD_START_M, ROAD_END_M = -40.0, 220.0
GROUND_REPEAT = 3.0  # ground is seen from farther than a car: at a car's scale it shows as a mere pattern
MAX_BEND_RAD = 1.2  # how far the built road turns before it ends
CROSSING_CLEAR_M = 4.0  # from a side road's mouth to the middle of a zebra crossing
PATCH_SHADES = (0.55, 0.8, 1.25)  # of the road's colour: fresh asphalt is dark, old patches are pale


def place_grounds(spec: SceneSpec) -> Iterator[Placed]:
    """The ground plane where there is one; or all parts of the road, and the land beyond."""
    road = spec.placement.road
    if road is not None:
        yield from _street(spec, road)
    elif spec.ground.visible:
        shape = PlaneParams(size_m=PLANE_SIZE_M)
        yield Placed("ground", shape, np.eye(4), _surface(spec, spec.ground.color, spec.textures.ground))


def _street(spec: SceneSpec, road: RoadParams) -> Iterator[Placed]:
    ground, scenery = spec.ground, spec.textures.scenery
    wetness = spec.lighting.wetness
    carriageway = _surface(spec, ground.color, spec.textures.ground, wetness)
    pavement = _surface(spec, ground.pavement_color, scenery[PAVEMENT_TEXTURE_SLOT], wetness)
    verge = _surface(spec, ground.verge_color, scenery[VERGE_TEXTURE_SLOT])
    reach = MAX_BEND_RAD / max(abs(road.curvature), 1e-9)
    whole = RoadSurfaceParams(
        road=road, part="carriageway", start_m=max(ROAD_START_M, -reach), end_m=min(ROAD_END_M, reach)
    )
    here, identity = msgspec.structs.replace, np.eye(4)
    markings = here(
        whole,
        part="markings",
        dashed=ground.dashed,
        crossing_at_m=crossing_at(spec, road),
        arrows=ground.arrows,
        seed=ground.seed,
    )
    yield Placed("road", whole, identity, carriageway)
    yield Placed("road", markings, identity, {})
    if ground.patches:
        patches = here(whole, part="patches", count=ground.patches, seed=ground.seed)
        yield Placed("road", patches, identity, {"patch": _patch(spec)})
    if ground.manholes:
        yield Placed(
            "road", here(whole, part="manholes", count=ground.manholes, seed=ground.seed), identity, {}
        )
    yield Placed("pavement", here(whole, part="pavement"), identity, pavement)
    yield Placed("ground", here(whole, part="verge"), identity, verge)
    yield Placed("ground", here(whole, part="land"), identity, verge)


def crossing_at(spec: SceneSpec, road: RoadParams) -> float | None:
    """The zebra crossing, unless a side road comes in there."""
    at, junction = spec.ground.crossing_at_m, road.junction
    if at is None or junction is None:
        return at
    clear = mouth_half_width(road, junction) + CROSSING_CLEAR_M
    return at if abs(at - junction.at_m) > clear else None


def _patch(spec: SceneSpec) -> Surface:
    """Asphalt of another age than the road's."""
    shade = PATCH_SHADES[spec.ground.seed % len(PATCH_SHADES)]
    red, green, blue = (min(1.0, shade * part) for part in spec.ground.color)
    return Surface((red, green, blue), spec.ground.roughness, wetness=spec.lighting.wetness)


def _surface(
    spec: SceneSpec, color: Rgb, texture: TextureParams | None, wetness: float = 0.0
) -> dict[str, Surface]:
    surface = Surface(
        color,
        spec.ground.roughness,
        wetness=wetness,
        texture=texture,
        texture_scale_m=GROUND_REPEAT * spec.textures.scale_m,
    )
    return {"surface": surface}
