"""Road geometry: from road coordinates (along, left) to the world and back, its height, and where lanes,
parking and edges lie."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.street.params import RoadParams

Floats = NDArray[np.float64]

BAY_LENGTH_M = 6.0  # a parallel parking bay; bay i covers along in [6 i, 6 (i + 1)] (RASt 06: 5.2 to 6.7 m)
SLOPED_M = 100.0  # the road's ends are held at the height that its parabola has here
_PARABOLA_M = 60.0  # up to here its height is the parabola's own; the slope then eases off, until 140 m
_STRAIGHT_PER_M = 1e-12  # below it `along` is x, and k x would lose digits
_DEEP_STRIP_M = 4.0  # a parking strip from here on holds cars at right angles, two to that length


def to_world(road: RoadParams, along: ArrayLike, left: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """World x, y (m) and the road's heading (rad) at road coordinates (s, d) = (along, left), broadcast.

    The centreline is an arc of curvature κ that leaves the origin towards +x. Its heading at s is θ = κ s;
    the chord from the origin has the direction θ / 2 and the length s · sin(θ/2) / (θ/2), which has no pole
    at κ = 0:

        x = s · sinc(θ/2) · cos(θ/2) − d · sin θ,    y = s · sinc(θ/2) · sin(θ/2) + d · cos θ

    It is one-to-one only for κ d < 1: beyond the arc's centre, points lie behind one another.
    """
    s, d = np.broadcast_arrays(np.asarray(along, np.float64), np.asarray(left, np.float64))
    heading = road.curvature * s
    chord = s * np.sinc(heading / (2 * np.pi))  # np.sinc(t) is sin(πt) / (πt)
    x = chord * np.cos(heading / 2) - d * np.sin(heading)
    y = chord * np.sin(heading / 2) + d * np.cos(heading)
    return x, y, heading


def to_road(road: RoadParams, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Road coordinates (along, left) of world points, broadcast: the inverse of `to_world`.

    `along` is the angle seen from the arc's centre, times the radius; `left` the distance to the arc, written
    without a pole at κ = 0.
    """
    k, x, y = road.curvature, np.asarray(x, np.float64), np.asarray(y, np.float64)
    square = (k * x) ** 2 + (1 - k * y) ** 2
    left = (2 * y - k * (x * x + y * y)) / (1 + np.sqrt(square))
    along = np.arctan2(k * x, 1 - k * y) / k if abs(k) > _STRAIGHT_PER_M else x
    return along, left


def elevation(road: RoadParams, along: ArrayLike) -> Floats:
    """Height (m) of the carriageway; it is the same all across the road.

    The parabola grade s + vertical_curvature s² / 2 up to 60 m from the origin; from there on its slope eases
    off, and from 140 m on the road is level at the parabola's height of SLOPED_M.
    """
    s = _eased(along)[0]
    return s * (road.grade + road.vertical_curvature * s / 2)


def on_surface(road: RoadParams, along: ArrayLike, left: ArrayLike, above: ArrayLike = 0.0) -> Floats:
    """World points (..., 3) at road coordinates, `above` (m) the carriageway's height there, broadcast."""
    x, y, _ = to_world(road, along, left)
    height = elevation(road, along) + np.asarray(above, np.float64)
    return np.stack(np.broadcast_arrays(x, y, height), axis=-1)


def slope(road: RoadParams, along: ArrayLike) -> Floats:
    """Rise over run along the centreline."""
    s, rate = _eased(along)
    return (road.grade + road.vertical_curvature * s) * rate


def _eased(along: ArrayLike) -> tuple[Floats, Floats]:
    """The distance at which the parabola has the road's height, and its rate of change along the road."""
    s = np.asarray(along, np.float64)
    reach = 2 * (SLOPED_M - _PARABOLA_M)
    beyond = np.clip(np.abs(s) - _PARABOLA_M, 0, reach)
    eased = np.minimum(np.abs(s), _PARABOLA_M) + beyond * (1 - beyond / (2 * reach))
    return np.copysign(eased, s), 1 - beyond / reach


def half_widths(road: RoadParams) -> tuple[float, float]:
    """d of the carriageway's left (≥ 0) and right (≤ 0) edge, parking included: where the kerbs stand."""
    left = road.oncoming_lanes * road.lane_width_m + road.parking_left * road.parking_width_m
    right = road.forward_lanes * road.lane_width_m + road.parking_right * road.parking_width_m
    return left, -right


def lane_centre(road: RoadParams, lane: int) -> float:
    """d of a lane's middle. Lanes 0 to forward_lanes − 1 are the forward ones (d < 0), from the centre line
    outward; the oncoming ones (d > 0) follow, again from the centre line outward.

    Raises IndexError for a lane that the road does not have.
    """
    if not 0 <= lane < road.forward_lanes + road.oncoming_lanes:
        count = road.forward_lanes + road.oncoming_lanes
        raise IndexError(f"lane {lane} of a road with {count} lanes")
    if lane < road.forward_lanes:
        return -(lane + 0.5) * road.lane_width_m
    return (lane - road.forward_lanes + 0.5) * road.lane_width_m


def bay_pitch(road: RoadParams) -> float:
    """Length (m) along the road of one parking bay; bay i covers [i, i + 1] pitches from s = 0."""
    return BAY_LENGTH_M / 2 if road.parking_width_m >= _DEEP_STRIP_M else BAY_LENGTH_M


def parking_centre(road: RoadParams, side: int) -> float:
    """d of the middle of the parking strip on one side, 1 the left and −1 the right.

    Raises ValueError where that side has none.
    """
    if not (road.parking_left if side > 0 else road.parking_right):
        raise ValueError(f"the road has no parking on its {'left' if side > 0 else 'right'}")
    edge = half_widths(road)[0 if side > 0 else 1]
    return edge - side * road.parking_width_m / 2
