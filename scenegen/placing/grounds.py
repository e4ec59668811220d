"""Grounds: the plane under the cars, or the parts of the road."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from assets.street.params import PlaneParams, RoadParams, RoadSurfaceParams
from assets.textures.params import TextureParams
from randomizers.spec import PAVEMENT_TEXTURE_SLOT, VERGE_TEXTURE_SLOT, Rgb, SceneSpec
from scenegen.placing.frames import upright
from scenegen.placing.placed import Placed
from scenegen.scene import Surface

PLANE_SIZE_M = 240.0
ROAD_START_M, ROAD_END_M = -40.0, 220.0
GROUND_REPEAT = 3.0  # ground is seen from farther than a car: at a car's scale it shows as a mere pattern
MAX_BEND_RAD = 1.2  # how far the built road turns before it ends
COUNTRY_SIZE_M, COUNTRY_DEPTH_M = 1200.0, 0.15  # what is seen beyond the verges lies just under everything


def place_grounds(spec: SceneSpec) -> Iterator[Placed]:
    """The ground plane where there is one; or carriageway, markings, pavements, verges and land beyond."""
    road = spec.placement.road
    if road is not None:
        yield from _street(spec, road)
    elif spec.ground.visible:
        shape = PlaneParams(size_m=PLANE_SIZE_M)
        yield Placed("ground", shape, np.eye(4), _surface(spec, spec.ground.color, spec.textures.ground))


def _street(spec: SceneSpec, road: RoadParams) -> Iterator[Placed]:
    ground, scenery = spec.ground, spec.textures.scenery
    carriageway = _surface(spec, ground.color, spec.textures.ground)
    pavement = _surface(spec, ground.pavement_color, scenery[PAVEMENT_TEXTURE_SLOT])
    verge = _surface(spec, ground.verge_color, scenery[VERGE_TEXTURE_SLOT])
    reach = MAX_BEND_RAD / max(abs(road.curvature), 1e-9)

    def part(name: Literal["carriageway", "markings", "pavement", "verge"]) -> RoadSurfaceParams:
        return RoadSurfaceParams(
            road=road,
            part=name,
            start_m=max(ROAD_START_M, -reach),
            end_m=min(ROAD_END_M, reach),
            dashed=ground.dashed,
            crossing_at_m=ground.crossing_at_m,
        )

    yield Placed("road", part("carriageway"), np.eye(4), carriageway)
    yield Placed("road", part("markings"), np.eye(4), {})
    yield Placed("pavement", part("pavement"), np.eye(4), pavement)
    yield Placed("ground", part("verge"), np.eye(4), verge)
    country = upright(0.0, 0.0, -COUNTRY_DEPTH_M, 0.0)
    yield Placed("ground", PlaneParams(size_m=COUNTRY_SIZE_M), country, verge)


def _surface(spec: SceneSpec, color: Rgb, texture: TextureParams | None) -> dict[str, Surface]:
    scale = GROUND_REPEAT * spec.textures.scale_m
    return {"surface": Surface(color, spec.ground.roughness, 0.0, texture, scale)}
