"""Cars at the frame's time: those that fit, painted and on their wheels."""

import math

from assets.cars.params import CarParams
from assets.models.params import ModelParams
from assets.street.params import RoadParams
from randomizers.spec import CarPose, SceneSpec
from scenegen.placing.bodywork import car_surfaces
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import Matrix, locate, on_road
from scenegen.placing.models import own_surfaces
from scenegen.placing.placed import Placed
from scenegen.placing.view import camera_lane
from scenegen.scene import View

CAMERA_CLEARANCE_M = 1.5  # from an orbiting camera to any car's body
EGO_LENGTH_M, EGO_WIDTH_M = 7.0, 2.2  # the road camera's own car and the gap that it keeps ahead
LANE_COSINE = math.cos(math.radians(30))  # beyond this angle to the road a car does not drive along its lane


def place_cars(spec: SceneSpec, view: View) -> list[Placed]:
    """The cars that fit, by slot.

    Of two cars that overlap when the clip starts the earlier slot stays: which one does not change in a clip.
    """
    road = spec.placement.road
    kept: list[Placed] = []
    started: list[Footprint] = []
    for slot, (car, pose) in enumerate(zip(spec.cars, spec.placement.cars, strict=False)):
        start = footprint_of(car, pose, road)
        if any(start.overlaps(other) for other in started):
            continue
        started.append(start)
        pose = _moved(spec, slot)
        footprint = footprint_of(car, pose, road)
        if clear_of_camera(spec, view, footprint):
            matrix = on_road(road, pose.along_m, pose.left_m, math.radians(pose.heading_deg))
            kept.append(_dressed(spec, slot, footprint, matrix))
    return kept


def footprint_of(car: CarParams, pose: CarPose, road: RoadParams | None) -> Footprint:
    """The ground under a car."""
    x, y, heading = locate(road, pose.along_m, pose.left_m)
    return Footprint(x, y, heading + math.radians(pose.heading_deg), car.length_m, car.width_m)


def _dressed(spec: SceneSpec, slot: int, footprint: Footprint, matrix: Matrix) -> Placed:
    car, textures = spec.cars[slot], spec.textures
    surfaces = car_surfaces(
        spec.paint[slot],
        textures.cars[slot],
        textures.scale_m,
        plate_seed=car.seed if isinstance(car, CarParams) else None,
        exposure_ev=spec.lighting.exposure_ev,
    )
    if isinstance(car, ModelParams):
        surfaces |= own_surfaces(car, surfaces["paint"])
    return Placed("car", car, matrix, surfaces, footprint, slot)


def _moved(spec: SceneSpec, slot: int) -> CarPose:
    """The car's pose at the frame's time. On a road only cars in a lane move, and they follow the road."""
    pose, road, time = spec.placement.cars[slot], spec.placement.road, spec.time_s
    if road is None:
        way, heading = spec.motion.car_speed_mps[slot] * time, math.radians(pose.heading_deg)
        return CarPose(
            along_m=pose.along_m + way * math.cos(heading),
            left_m=pose.left_m + way * math.sin(heading),
            heading_deg=pose.heading_deg,
        )
    lane = _lane_of(pose, road)
    if lane is None:
        return pose
    way = driven_in_lane(spec, road, lane, time)
    return CarPose(along_m=pose.along_m + way, left_m=pose.left_m, heading_deg=pose.heading_deg)


def driven_in_lane(spec: SceneSpec, road: RoadParams, lane: int, time_s: float) -> float:
    """How far along the road (m) whoever drives in a lane has come by a time of the clip."""
    own = lane == camera_lane(spec.camera, road)  # cars of the camera's lane keep their distance to it
    speed = spec.motion.camera_speed_mps if own else spec.motion.car_speed_mps[lane]
    return speed * time_s * (1 if lane < road.forward_lanes else -1)


def _lane_of(pose: CarPose, road: RoadParams) -> int | None:
    """The number of the lane in which a car drives, None where it is parked or stands across."""
    along = math.cos(math.radians(pose.heading_deg))
    index = int(abs(pose.left_m) / road.lane_width_m)
    if along > LANE_COSINE and pose.left_m < 0 and index < road.forward_lanes:
        return index
    if along < -LANE_COSINE and pose.left_m > 0 and index < road.oncoming_lanes:
        return road.forward_lanes + index
    return None


def clear_of_camera(spec: SceneSpec, view: View, car: Footprint) -> bool:
    """Whether a vehicle leaves room for the camera, or on a road for the car that carries it."""
    x, y = (float(value) for value in view.pose[:2, 3])
    if spec.placement.road is None:
        return car.distance_to(x, y) >= CAMERA_CLEARANCE_M
    driven = spec.motion.camera_speed_mps * spec.time_s
    heading = locate(spec.placement.road, driven, 0.0)[2]
    return not Footprint(x, y, heading, EGO_LENGTH_M, EGO_WIDTH_M).overlaps(car)
