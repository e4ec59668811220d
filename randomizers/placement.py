"""Placement: where cars stand, scattered on a plane (paper) or along a road, drawn here too (structured)."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from assets.stream import Stream
from assets.street.params import JunctionParams, RoadParams
from assets.street.road import BAY_LENGTH_M, half_widths, lane_centre, parking_centre
from randomizers.config import RoadLayout, RoadPlacement, ScatteredPlacement
from randomizers.draw import Streams, integer, spread, uniform
from randomizers.spec import CAR_SLOTS, CarPose, Placement

GRID = 4  # GRID² cells hold the CAR_SLOTS cars
PARALLEL_STRIP_M, PERPENDICULAR_STRIP_M = 2.3, 5.2  # widths of parking strips (RASt 06: 2.0 to 2.3 and 5.0)
PERPENDICULAR_BAY_M = BAY_LENGTH_M / 2  # two cars side by side in what is marked as one bay


def sample_placement(streams: Streams, arm: ScatteredPlacement | RoadPlacement) -> Placement:
    """The road, if any, and a pose for each of the CAR_SLOTS slots."""
    if isinstance(arm, ScatteredPlacement):
        return Placement(road=None, cars=_scatter(streams(0), arm))
    road = _sample_road(streams(0), arm.road)
    return Placement(road=road, cars=_along_road(streams, arm, road))


def _scatter(rng: Stream, arm: ScatteredPlacement) -> tuple[CarPose, ...]:
    """One car to a cell keeps most apart, however many there are; `assemble` drops what still overlaps."""
    middle = (GRID - 1) / 2
    cells = [(column - middle, row - middle) for row in range(GRID) for column in range(GRID)]
    cells.sort(key=lambda cell: math.hypot(*cell))
    keys = [rng.random() for _ in cells]
    if arm.shuffled:
        cells = [cell for _, cell in sorted(zip(keys, cells, strict=True))]
    return tuple(
        CarPose(
            along_m=column * arm.spacing_m + uniform(rng, arm.jitter_m),
            left_m=row * arm.spacing_m + uniform(rng, arm.jitter_m),
            heading_deg=uniform(rng, arm.heading_deg),
        )
        for column, row in cells[:CAR_SLOTS]
    )


def _sample_road(rng: Stream, layout: RoadLayout) -> RoadParams:
    perpendicular = rng.chance(layout.perpendicular)
    return RoadParams(
        forward_lanes=integer(rng, layout.forward_lanes),
        oncoming_lanes=integer(rng, layout.oncoming_lanes),
        lane_width_m=uniform(rng, layout.lane_width_m),
        curvature=spread(rng, layout.curvature_per_m),
        parking_left=rng.chance(layout.parking),
        parking_right=rng.chance(layout.parking),
        parking_width_m=PERPENDICULAR_STRIP_M if perpendicular else PARALLEL_STRIP_M,
        pavement_width_m=uniform(rng, layout.pavement_width_m),
        kerb_height_m=uniform(rng, layout.kerb_height_m),
        grade=spread(rng, layout.grade),
        vertical_curvature=spread(rng, layout.vertical_curvature_per_m),
        junction=_sample_junction(rng, layout),
    )


def _sample_junction(rng: Stream, layout: RoadLayout) -> JunctionParams | None:
    present, sides = rng.chance(layout.junction), rng.weighted({"left": 1.0, "right": 1.0, "both": 1.0})
    at, width = uniform(rng, layout.junction_at_m), uniform(rng, layout.junction_width_m)
    if not present:
        return None
    return JunctionParams(at_m=at, width_m=width, left=sides != "right", right=sides != "left")


def _along_road(streams: Streams, arm: RoadPlacement, road: RoadParams) -> tuple[CarPose, ...]:
    """CAR_SLOTS of the places there are, or all where the road has fewer.

    Weighted sampling without replacement as a race of exponential clocks (Efraimidis and Spirakis 2006): the
    first places to ring are the first slots.
    """
    places = [
        *_lane_places(streams(1), arm, road),
        *_parking_places(streams(2), arm, road),
        *_yard_places(streams(3), arm, road),
    ]
    rng = streams(4)
    clocks = []
    for place in places:
        nearness = place.weight * math.exp(-max(place.pose.along_m, 0.0) / arm.falloff_m)
        wait = -math.log1p(-rng.random()) if arm.shuffled else 1.0
        clocks.append(wait / nearness if nearness > 0 else math.inf)
    order = sorted((clock, index) for index, clock in enumerate(clocks) if clock < math.inf)
    return tuple(places[index].pose for _, index in order[:CAR_SLOTS])


class _Place(NamedTuple):
    """Where a car may stand, and how much its kind of place is favoured."""

    pose: CarPose
    weight: float


def _place(along: float, left: float, heading: float, weight: float) -> _Place:
    return _Place(
        CarPose(along_m=round(along, 9), left_m=round(left, 9), heading_deg=round(heading, 9)), weight
    )


def _lane_places(rng: Stream, arm: RoadPlacement, road: RoadParams) -> Iterator[_Place]:
    for lane in range(road.forward_lanes + road.oncoming_lanes):
        forward = lane < road.forward_lanes
        weight = arm.sites.forward if forward else arm.sites.oncoming
        along = arm.along_m.low + uniform(rng, arm.first_m)
        while along < arm.along_m.high:
            left = lane_centre(road, lane) + spread(rng, arm.offset_m)
            turning, turn = rng.chance(arm.turning), rng.uniform(-90, 90)
            heading = turn if turning else spread(rng, arm.heading_deg)
            yield _place(along, left, heading if forward else 180 + heading, weight)
            along += uniform(rng, arm.lane_gap_m)


def _parking_places(rng: Stream, arm: RoadPlacement, road: RoadParams) -> Iterator[_Place]:
    """One place in each bay; parallel to the kerb or, where the strip is deep enough, at right angles."""
    perpendicular = road.parking_width_m >= PERPENDICULAR_STRIP_M
    bay = PERPENDICULAR_BAY_M if perpendicular else BAY_LENGTH_M
    bays = range(math.ceil(arm.along_m.low / bay), math.floor(arm.along_m.high / bay))
    for side in (1, -1):
        if not (road.parking_left if side > 0 else road.parking_right):
            continue
        for index in bays:
            along = (index + 0.5) * bay + spread(rng, arm.offset_m)
            heading = (0 if side < 0 else 180) + (90 if perpendicular else 0) + spread(rng, arm.heading_deg)
            heading += 180 if rng.chance(arm.reversed) else 0
            yield _place(along, parking_centre(road, side), heading, arm.sites.parked)


def _yard_places(rng: Stream, arm: RoadPlacement, road: RoadParams) -> Iterator[_Place]:
    """Places beyond the pavement, parallel or at right angles to the road."""
    for side, kerb in zip((1, -1), half_widths(road), strict=True):
        along = arm.along_m.low + uniform(rng, arm.first_m)
        while along < arm.along_m.high:
            left = kerb + side * (road.pavement_width_m + uniform(rng, arm.yard_beyond_m))
            heading = 90.0 * rng.integer(0, 3) + spread(rng, arm.heading_deg)
            yield _place(along, left, heading, arm.sites.yard)
            along += uniform(rng, arm.yard_gap_m)
