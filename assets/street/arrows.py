"""Arrows in lanes: straight on, to a side, or both, in the long shapes that drivers read foreshortened.

Proportions after the German RMS 1980 for towns: 5 m long, a shaft 15 cm wide.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assets.stream import Stream
from assets.street.junction import along_at, mouth_half_width
from assets.street.params import RoadParams, RoadSurfaceParams
from assets.street.road import lane_centre

Floats = NDArray[np.float64]
Way = Literal["straight", "left", "right"]

LENGTH_M = 5.0
_HALF_SHAFT_M = 0.075
_AHEAD_M = (8.0, 28.0)  # of the junction, from the arrow's tip to the side road's mouth
_FIRST_M = (9.0, 25.0)  # where there is no junction
_APART_M = 30.0
_CLEAR_OF_ZEBRA_M = 6.0  # from its middle to the arrow's
_HEAD = np.array([(3.2, -0.36), (5.0, 0.0), (3.2, 0.36)])
_ARM = np.array([(1.5, -0.08), (3.0, 0.42), (2.4, 0.42), (0.9, -0.08)])  # to the left, from the shaft
_ARM_HEAD = np.array([(2.0, 0.4), (3.4, 0.4), (3.2, 1.05)])
_KEEP_STRAIGHT_M = 1.3  # length of the shaft of an arrow that only turns


def arrow_triangles(params: RoadSurfaceParams) -> Floats:
    """(T, 3, 2) road coordinates, counter-clockwise from above, of the arrows in all lanes.

    Lanes towards a junction say which ways they lead; without one the arrows are where and what `seed` says.
    """
    rng, road = Stream(params.seed), params.road
    triangles = [np.empty((0, 3, 2))]
    for lane in range(road.forward_lanes + road.oncoming_lanes):
        forward = lane < road.forward_lanes
        shape = _shape(rng.choice(_choices(road, lane)))
        for tip in _tips(rng, road, forward):
            local = shape - [LENGTH_M, 0.0]
            placed = local * (1 if forward else -1) + [tip, lane_centre(road, lane)]
            if _fits(params, placed[..., 0]):
                triangles.append(placed)
    return np.concatenate(triangles)


def _fits(params: RoadSurfaceParams, s: Floats) -> bool:
    """Whether the road goes on before and behind an arrow, and no zebra crossing is in its way."""
    if s.min() < params.start_m or s.max() > params.end_m:
        return False
    middle = (s.min() + s.max()) / 2
    return params.crossing_at_m is None or abs(params.crossing_at_m - middle) > _CLEAR_OF_ZEBRA_M


def _choices(road: RoadParams, lane: int) -> list[tuple[Way, ...]]:
    """The arrows that a lane may carry: turns from the outer lanes, and only where a side road is."""
    lanes = road.forward_lanes if lane < road.forward_lanes else road.oncoming_lanes
    index = lane if lane < road.forward_lanes else lane - road.forward_lanes
    junction = road.junction
    to_left = junction is None or (junction.left if lane < road.forward_lanes else junction.right)
    to_right = junction is None or (junction.right if lane < road.forward_lanes else junction.left)
    ways: list[tuple[Way, ...]] = [("straight",)]
    if index == 0 and to_left:
        ways += [("left",), ("straight", "left")]
    if index == lanes - 1 and to_right:
        ways += [("right",), ("straight", "right")]
    return ways


def _tips(rng: Stream, road: RoadParams, forward: bool) -> list[float]:
    """s of the arrows' tips in one lane."""
    junction, way = road.junction, 1 if forward else -1
    if junction is None:
        first = rng.uniform(*_FIRST_M)
        return [first, first + _APART_M]
    edge = float(along_at(road, junction, -way * mouth_half_width(road, junction), 0.0))
    return [edge - way * ahead for ahead in _AHEAD_M]


def _shape(ways: tuple[Way, ...]) -> Floats:
    """(T, 3, 2) triangles of an arrow along +x from x = 0, y to the left."""
    end = 3.2 if "straight" in ways else _KEEP_STRAIGHT_M
    h = _HALF_SHAFT_M
    parts = [_fan(np.array([(0.0, -h), (end, -h), (end, h), (0.0, h)]))]
    if "straight" in ways:
        parts.append(_HEAD[None])
    for way, sign in (("left", 1.0), ("right", -1.0)):
        if way in ways:
            turned = np.concatenate([_fan(_ARM), _ARM_HEAD[None]]) * [1.0, sign]
            parts.append(turned if sign > 0 else turned[:, ::-1])
    return np.concatenate(parts)


def _fan(polygon: Floats) -> Floats:
    """A convex polygon as triangles."""
    return np.stack([polygon[[0, i, i + 1]] for i in range(1, len(polygon) - 1)])
