"""Traffic: road users that are not cars, each in its strip of the road, where there is room for it."""

import math
from collections.abc import Iterator

import numpy as np

from assets.street.params import RoadParams
from assets.textures.params import TextureParams
from assets.traffic.params import kind_of
from randomizers.spec import Rgb, SceneSpec, TrafficUser
from scenegen.placing.cars import clear_of_camera, footprint_of
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import Matrix, ground_height, locate, on_road, upright
from scenegen.placing.grounds import MAX_BEND_RAD
from scenegen.placing.placed import Placed
from scenegen.placing.roadway import stands_on_road
from scenegen.placing.strips import Spot, spot_of
from scenegen.scene import Surface, View

MAX_COVER = 0.35  # of the frame, by one road user
NEAREST_M = 0.5  # depth that corners nearer to the camera are taken at, where cover is estimated
_PLATE_COLOR: Rgb = (0.72, 0.71, 0.66)
_CLOTH_ROUGHNESS = 0.9


def place_traffic(spec: SceneSpec, view: View, cars: list[Placed]) -> Iterator[Placed]:
    """The road users that fit, by slot; none without a road.

    Left out is who would stand in a car, in a user of an earlier slot or in the camera's own car, now or when
    the clip starts, and who would hide most of the picture.
    """
    road = spec.placement.road
    if road is None:
        return
    taken = [car.footprint for car in cars if car.footprint is not None]
    started = [
        footprint_of(spec.cars[car.car_slot], spec.placement.cars[car.car_slot], road)
        for car in cars
        if car.car_slot is not None
    ]
    for slot, user in enumerate(spec.traffic):
        spot = spot_of(spec, road, user, spec.time_s)
        start = _footprint(road, user, spot_of(spec, road, user, 0.0))
        now = _footprint(road, user, spot)
        if any(start.overlaps(other) for other in started) or not _belongs(road, spot, now):
            continue
        started.append(start)
        matrix = _matrix(road, user, spot)
        hidden = frame_share(view, matrix, user) > MAX_COVER or not clear_of_camera(spec, view, now)
        if hidden or any(now.overlaps(other) for other in taken):
            continue
        taken.append(now)
        yield Placed(kind_of(user.shape), user.shape, matrix, traffic_surfaces(user), now, traffic_slot=slot)


def _footprint(road: RoadParams, user: TrafficUser, spot: Spot) -> Footprint:
    x, y, heading = locate(road, spot.along_m, spot.left_m)
    shape = user.shape
    return Footprint(x, y, heading + math.radians(spot.heading_deg), shape.length_m, shape.width_m)


def _belongs(road: RoadParams, spot: Spot, footprint: Footprint) -> bool:
    """Whether the road is built there, and people on the pavement are clear of side roads."""
    built = abs(road.curvature * spot.along_m) <= MAX_BEND_RAD
    return built and not (spot.on_pavement and stands_on_road(road, footprint))


def _matrix(road: RoadParams, user: TrafficUser, spot: Spot) -> Matrix:
    """Wheels tilt with the slope; people stand upright."""
    turn = math.radians(spot.heading_deg)
    if kind_of(user.shape) != "pedestrian":
        return on_road(road, spot.along_m, spot.left_m, turn)
    x, y, heading = locate(road, spot.along_m, spot.left_m)
    return upright(x, y, ground_height(road, spot.along_m, spot.left_m), heading + turn)


def frame_share(view: View, matrix: Matrix, user: TrafficUser) -> float:
    """The share of the frame that the box around a road user covers at most."""
    shape = user.shape
    unit = np.array([[x, y, z, 1] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0, 1)], float)
    world = unit * [shape.length_m, shape.width_m, shape.height_m, 1] @ matrix.T
    camera = (world @ np.linalg.inv(view.pose).T)[:, :3]
    if camera[:, 2].max() <= NEAREST_M:
        return 0.0
    camera[:, 2] = np.maximum(camera[:, 2], NEAREST_M)
    pixels = camera @ view.K.T
    x, y = pixels[:, 0] / pixels[:, 2], pixels[:, 1] / pixels[:, 2]
    wide = min(x.max(), view.width) - max(x.min(), 0.0)
    high = min(y.max(), view.height) - max(y.min(), 0.0)
    return float(max(wide, 0.0) * max(high, 0.0) / (view.width * view.height))


def traffic_surfaces(user: TrafficUser) -> dict[str, Surface]:
    """The Surface of each slot that differs between users of one kind."""
    kind = kind_of(user.shape)
    first, second = (Surface(color, user.roughness) for color in (user.color, user.second_color))
    jacket, trousers = (Surface(color, _CLOTH_ROUGHNESS) for color in (user.color, user.second_color))
    if kind == "pedestrian":
        return {"clothes": jacket, "trousers": trousers}
    if kind == "cyclist":
        return {"clothes": jacket, "trousers": trousers, "helmet": second, "body": second}
    number = TextureParams(kind="plate", seed=user.shape.seed)
    plate = {"plate": Surface(_PLATE_COLOR, roughness=0.5, texture=number)}
    if kind == "motorcyclist":
        return {"body": first, "helmet": second, "clothes": trousers} | plate
    return {"body": first, "load": second} | plate
