"""Strips: the part of the road where a user of each kind is found, and how far along it they have come."""

import math
from typing import NamedTuple

from assets.street.params import RoadParams
from assets.street.road import half_widths, lane_centre
from assets.street.surface import outer_edge
from assets.traffic.params import kind_of
from randomizers.spec import SceneSpec, TrafficUser
from scenegen.placing.cars import driven_in_lane
from scenegen.placing.grounds import crossing_at

CYCLIST_MPS, PEDESTRIAN_MPS = 4.5, 1.4  # usual paces in town: 16 and 5 km/h
LANE_ROOM_M = 0.3  # that a vehicle keeps on both sides where its lane is wide enough
PAVEMENT_ROOM_M = 0.35  # from a pedestrian's middle to the pavement's edges
ASTRAY_DEG = 40.0  # beyond this angle to the pavement a pedestrian does not walk along it
CROSSING_HALF_M = 1.2  # half the width of a zebra crossing that people use


class Spot(NamedTuple):
    """Where a road user is, in road coordinates; `heading_deg` is against the road's direction."""

    along_m: float
    left_m: float
    heading_deg: float
    on_pavement: bool


def spot_of(spec: SceneSpec, road: RoadParams, user: TrafficUser, time_s: float) -> Spot:
    """Where a road user is at a time of the clip."""
    match kind_of(user.shape):
        case "pedestrian":
            return _on_foot(spec, road, user, time_s)
        case "cyclist":
            return _at_lane_edge(spec, road, user, time_s)
        case _:
            return _in_lane(spec, road, user, time_s)


def _in_lane(spec: SceneSpec, road: RoadParams, user: TrafficUser, time_s: float) -> Spot:
    """In one of the lanes of the user's side, `across` choosing the lane and the place in it."""
    oncoming = _is_oncoming(road, user)
    lanes = road.oncoming_lanes if oncoming else road.forward_lanes
    index = min(int(user.across * lanes), lanes - 1)
    lane = index + (road.forward_lanes if oncoming else 0)
    spare = max(road.lane_width_m - user.shape.width_m - 2 * LANE_ROOM_M, 0.0)
    outward = spare * (user.across * lanes - index - 0.5)
    left = lane_centre(road, lane) + (outward if oncoming else -outward)
    return Spot(
        user.along_m + driven_in_lane(spec, road, lane, time_s), left, _heading(oncoming, user), False
    )


def _at_lane_edge(spec: SceneSpec, road: RoadParams, user: TrafficUser, time_s: float) -> Spot:
    """In the right half of the outermost lane of the user's side."""
    oncoming = _is_oncoming(road, user)
    way = 1 if oncoming else -1
    lanes = road.oncoming_lanes if oncoming else road.forward_lanes
    middle, edge = (lanes - 0.5) * road.lane_width_m, lanes * road.lane_width_m - user.shape.width_m / 2
    ridden = CYCLIST_MPS * time_s if moves(spec) else 0.0
    left = way * (middle + user.across * max(edge - middle, 0.0))
    return Spot(user.along_m - way * ridden, left, _heading(oncoming, user), False)


def _on_foot(spec: SceneSpec, road: RoadParams, user: TrafficUser, time_s: float) -> Spot:
    """Along the pavement, or, for who heads off it, over the crossing or beside the pavement's outer edge."""
    walked = PEDESTRIAN_MPS * time_s if moves(spec) else 0.0
    heading = _heading(user.side > 0, user)
    turn = math.remainder(user.heading_deg, 360.0)
    kerb, edge = half_widths(road)[0 if user.side > 0 else 1], outer_edge(road, user.side)
    if abs(math.remainder(turn, 180.0)) <= ASTRAY_DEG:
        room = min(PAVEMENT_ROOM_M, abs(edge - kerb) / 2)
        left = kerb + user.side * (room + user.across * (abs(edge - kerb) - 2 * room))
        way = math.copysign(walked, math.cos(math.radians(heading)))
        return Spot(user.along_m + way, left, heading, True)
    crossing = crossing_at(spec, road)
    if crossing is None:  # waits, looking about
        return Spot(user.along_m, edge - user.side * PAVEMENT_ROOM_M, heading, True)
    towards = 1 if math.sin(math.radians(heading)) > 0 else -1  # left or right
    left_kerb, right_kerb = half_widths(road)
    start = right_kerb + user.across * (left_kerb - right_kerb)
    beside = CROSSING_HALF_M * math.cos(math.radians(heading))
    return Spot(crossing + beside, start + towards * walked, 90.0 * towards, False)


def moves(spec: SceneSpec) -> bool:
    """Whether anything moves in the clip: where the motion component is off, nobody does."""
    return spec.motion.camera_speed_mps != 0 or any(speed != 0 for speed in spec.motion.car_speed_mps)


def _is_oncoming(road: RoadParams, user: TrafficUser) -> bool:
    """On a one-way road everybody drives forward."""
    return user.side > 0 and road.oncoming_lanes > 0


def _heading(oncoming: bool, user: TrafficUser) -> float:
    """Degrees against the road's direction."""
    return user.heading_deg + (180.0 if oncoming else 0.0)
