"""Placement: where cars stand, scattered on a plane (paper) or along a road, drawn here too (structured)."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from assets.stream import Stream
from assets.street.junction import across_at, along_at, corner_radius, mouth_half_width, side_road
from assets.street.params import JunctionParams, RoadParams
from assets.street.road import BAY_LENGTH_M, half_widths, lane_centre, parking_centre
from randomizers.config import Range, RoadLayout, RoadPlacement, ScatteredPlacement
from randomizers.draw import Streams, integer, spread, uniform
from randomizers.spec import CAR_SLOTS, CarPose, Placement

GRID = 4  # GRID² cells hold the CAR_SLOTS cars
PARALLEL_STRIP_M, PERPENDICULAR_STRIP_M = 2.3, 5.2  # widths of parking strips (RASt 06: 2.0 to 2.3 and 5.0)
PARKING_CLEAR_M, YARD_CLEAR_M = 2.5, 0.0  # from a side road's mouth to the middle of a car
WAITING_M = Range(low=3.5, high=6.0)  # from the road's kerb to the middle of the first car that waits there
LEAVING_M = Range(low=5.0, high=15.0)
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
        *_crossing_places(streams(5), arm, road),
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
            if _in_mouth(road, side, along, parking_centre(road, side), PARKING_CLEAR_M):
                continue
            yield _place(along, parking_centre(road, side), heading, arm.sites.parked)


def _yard_places(rng: Stream, arm: RoadPlacement, road: RoadParams) -> Iterator[_Place]:
    """Places beyond the pavement, parallel or at right angles to the road."""
    for side, kerb in zip((1, -1), half_widths(road), strict=True):
        along = arm.along_m.low + uniform(rng, arm.first_m)
        while along < arm.along_m.high:
            left = kerb + side * (road.pavement_width_m + uniform(rng, arm.yard_beyond_m))
            heading = 90.0 * rng.integer(0, 3) + spread(rng, arm.heading_deg)
            if not _in_mouth(road, side, along, left, YARD_CLEAR_M):
                yield _place(along, left, heading, arm.sites.yard)
            along += uniform(rng, arm.yard_gap_m)


def _in_mouth(road: RoadParams, side: int, along: float, left: float, clear: float) -> bool:
    """Whether a place is in the way of a side road on this side, or nearer to its mouth than `clear` (m)."""
    junction = side_road(road, side)
    if junction is None:
        return False
    return abs(float(across_at(road, junction, along, left))) < mouth_half_width(road, junction) + clear


def _crossing_places(rng: Stream, arm: RoadPlacement, road: RoadParams) -> Iterator[_Place]:
    """On each side road: two cars that come to the road, two that leave it, and one that turns in."""
    for side in (1, -1):
        junction, kerb = side_road(road, side), half_widths(road)[0 if side > 0 else 1]
        if junction is None:
            continue
        for way in (-1, 1):  # towards the road, away from it
            v = side * way * junction.width_m / 4  # traffic keeps right
            out = uniform(rng, WAITING_M if way < 0 else LEAVING_M)
            for _ in range(2):
                left = kerb + side * out
                yield _crossing(rng, arm, road, junction, v, left, 90.0 * side * way)
                out += uniform(rng, arm.lane_gap_m)
        yield _turning_in(rng, arm, road, junction, side)


def _turning_in(
    rng: Stream, arm: RoadPlacement, road: RoadParams, junction: JunctionParams, side: int
) -> _Place:
    """A car on the quarter of an ellipse from a forward lane into a side road."""
    start = lane_centre(road, 0 if side > 0 else road.forward_lanes - 1)
    end = half_widths(road)[0 if side > 0 else 1] + side * corner_radius(road)
    across, ahead = end - start, corner_radius(road) + 1.0
    angle = math.radians(rng.uniform(15.0, 80.0))
    v = side * junction.width_m / 4 - ahead * (1 - math.sin(angle))
    left = start + across * (1 - math.cos(angle))
    heading = math.degrees(math.atan2(across * math.sin(angle), ahead * math.cos(angle)))
    return _crossing(rng, arm, road, junction, v, left, heading)


def _crossing(
    rng: Stream,
    arm: RoadPlacement,
    road: RoadParams,
    junction: JunctionParams,
    v: float,
    left: float,
    heading: float,
) -> _Place:
    """A place in the junction's chart, heading against the road's direction there."""
    along = float(along_at(road, junction, v + spread(rng, arm.offset_m), left))
    bend = math.degrees(road.curvature * (along - junction.at_m))
    return _place(along, left, heading - bend + spread(rng, arm.heading_deg), arm.sites.crossing)
