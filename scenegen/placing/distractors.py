"""Distractors: flying or standing, those left out that would hide the scene or stand in a car."""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assets.distractors.build import build_distractor
from assets.distractors.params import DistractorParams
from assets.street.params import RoadParams
from assets.street.road import half_widths
from randomizers.spec import Distractor, SceneSpec
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import Matrix, about_x, about_y, ground_height, locate, upright
from scenegen.placing.placed import Placed
from scenegen.placing.roadway import stands_on_road
from scenegen.scene import Surface, View

MAX_COVER = 0.15  # of the frame
CAMERA_CLEARANCE_M = 1.0


def place_distractors(spec: SceneSpec, view: View, cars: list[Placed]) -> Iterator[Placed]:
    """The distractors that leave something of the picture, and that stand in no car."""
    road = spec.placement.road
    for slot, distractor in enumerate(spec.distractors):
        matrix = _matrix(distractor, road)
        size = distractor.size_m
        footprint = Footprint(float(matrix[0, 3]), float(matrix[1, 3]), 0.0, size / 2, size / 2)
        if road is not None and (stands_on_road(road, footprint) or _in_a_car(footprint, cars)):
            continue
        if frame_cover(view, matrix[:3, 3], size / 2) > MAX_COVER:
            continue
        surface = Surface(
            color=distractor.color,
            roughness=distractor.roughness,
            texture=spec.textures.distractors[slot],
            texture_scale_m=spec.textures.scale_m / size,  # the shape's own UVs are of unit size
        )
        yield Placed("distractor", distractor.shape, matrix, {"surface": surface}, footprint)


def _in_a_car(footprint: Footprint, cars: list[Placed]) -> bool:
    return any(footprint.overlaps(car.footprint) for car in cars if car.footprint is not None)


def frame_cover(view: View, centre: NDArray[np.float64], radius: float) -> float:
    """The share of the frame that a ball around `centre` (3,) covers at most; 1 near the camera, 0 behind."""
    x, y, z = view.pose[:3, :3].T @ (centre - view.pose[:3, 3])
    if math.hypot(x, y, z) < radius + CAMERA_CLEARANCE_M:
        return 1.0
    if z <= radius:
        return 0.0
    focal = view.K[0, 0]
    u, v, r = focal * x / z + view.K[0, 2], focal * y / z + view.K[1, 2], focal * radius / (z - radius)
    wide = min(u + r, view.width) - max(u - r, 0.0)
    high = min(v + r, view.height) - max(v - r, 0.0)
    return float(max(wide, 0.0) * max(high, 0.0) / (view.width * view.height))


def _matrix(distractor: Distractor, road: RoadParams | None) -> Matrix:
    first, second, height = distractor.position_m
    if road is None:
        x, y, heading = first, second, 0.0
    else:
        left = half_widths(road)[0 if second > 0 else 1] + second
        x, y, heading = locate(road, first, left)
        height += ground_height(road, first, left) - distractor.size_m * _lowest(distractor.shape)
    roll, pitch, yaw = (math.radians(angle) for angle in distractor.rotation_deg)
    matrix = upright(x, y, height, heading + yaw)
    matrix[:3, :3] = distractor.size_m * matrix[:3, :3] @ about_y(pitch) @ about_x(roll)
    return matrix


@lru_cache(maxsize=256)
def _lowest(shape: DistractorParams) -> float:
    """z of the lowest vertex of the unit-sized shape."""
    return float(build_distractor(shape).bounds[0][2])
