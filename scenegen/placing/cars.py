"""Cars at the frame's time: those that fit, painted and on their wheels."""

import math

from assets.cars.params import CarParams
from assets.street.params import RoadParams
from randomizers.spec import CarPose, SceneSpec
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import ground_height, locate, upright
from scenegen.placing.placed import Placed
from scenegen.placing.view import camera_lane
from scenegen.scene import Surface, View

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
        if _clear_of_camera(spec, view, footprint):
            kept.append(_dressed(spec, slot, footprint, ground_height(road, pose.along_m, pose.left_m)))
    return kept


def footprint_of(car: CarParams, pose: CarPose, road: RoadParams | None) -> Footprint:
    """The ground under a car."""
    x, y, heading = locate(road, pose.along_m, pose.left_m)
    return Footprint(x, y, heading + math.radians(pose.heading_deg), car.length_m, car.width_m)


def _dressed(spec: SceneSpec, slot: int, footprint: Footprint, height: float) -> Placed:
    paint, texture = spec.paint[slot], spec.textures.cars[slot]
    surface = Surface(
        color=paint.color,
        roughness=paint.roughness,
        metallic=paint.metallic if texture is None else 0.0,  # a picture on metal turns dark and grey
        texture=texture,
        texture_scale_m=spec.textures.scale_m,
    )
    matrix = upright(footprint.x, footprint.y, height, footprint.heading)
    return Placed("car", spec.cars[slot], matrix, {"paint": surface}, footprint, slot)


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
    own = lane == camera_lane(spec.camera, road)  # cars of the camera's lane keep their distance to it
    speed = spec.motion.camera_speed_mps if own else spec.motion.car_speed_mps[lane]
    way = speed * time * (1 if lane < road.forward_lanes else -1)
    return CarPose(along_m=pose.along_m + way, left_m=pose.left_m, heading_deg=pose.heading_deg)


def _lane_of(pose: CarPose, road: RoadParams) -> int | None:
    """The number of the lane in which a car drives, None where it is parked or stands across."""
    along = math.cos(math.radians(pose.heading_deg))
    index = int(abs(pose.left_m) / road.lane_width_m)
    if along > LANE_COSINE and pose.left_m < 0 and index < road.forward_lanes:
        return index
    if along < -LANE_COSINE and pose.left_m > 0 and index < road.oncoming_lanes:
        return road.forward_lanes + index
    return None


def _clear_of_camera(spec: SceneSpec, view: View, car: Footprint) -> bool:
    x, y = (float(value) for value in view.pose[:2, 3])
    if spec.placement.road is None:
        return car.distance_to(x, y) >= CAMERA_CLEARANCE_M
    driven = spec.motion.camera_speed_mps * spec.time_s
    heading = locate(spec.placement.road, driven, 0.0)[2]
    return not Footprint(x, y, heading, EGO_LENGTH_M, EGO_WIDTH_M).overlaps(car)
