"""Kerb lines: the stretches of kerb along a road and round its corners, and the lines parallel to them.

All surfaces beside the carriageway are sheets between such lines, so that neighbours share their edges.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.street.junction import (
    along_at,
    corner_radius,
    mouth_half_width,
    reach,
    side_road,
)
from assets.street.params import RoadParams
from assets.street.road import half_widths

Floats = NDArray[np.float64]

STATION_M = 2.0
_CORNER_STEPS = 6
_OUTWARD = np.array([0.0, 0.03, 0.08, 0.15, 0.25, 0.4, 0.65, 1.0])  # sheets are finer near the road


class Stretch(NamedTuple):
    """A kerb from one end of the road or one side road to the next.

    s: its stations along the road, ascending.
    turn: 1 if it turns into a side road after the last station, −1 before the first, 0 if it does not.
    """

    side: int
    s: Floats
    turn: int


def stations(start: float, end: float) -> Floats:
    """Where the road is sampled: the ends, and every even metre between."""
    inner = np.arange(np.floor(start / STATION_M) + 1, np.ceil(end / STATION_M)) * STATION_M
    return np.concatenate([[start], inner, [end]])


def stretches(road: RoadParams, side: int, start: float, end: float) -> list[Stretch]:
    """The kerbs of one side between s = `start` and `end`; a side road's mouth must be well clear of both."""
    junction = side_road(road, side)
    if junction is None:
        return [Stretch(side, stations(start, end), 0)]
    half, kerb = mouth_half_width(road, junction), kerb_at(road, side)
    low, high = along_at(road, junction, [-half, half], kerb).tolist()
    return [Stretch(side, stations(start, low), 1), Stretch(side, stations(high, end), -1)]


def kerb_at(road: RoadParams, side: int) -> float:
    """d of the kerb on one side, 1 the left and −1 the right."""
    return half_widths(road)[0 if side > 0 else 1]


def parallel(road: RoadParams, stretch: Stretch, offset: float) -> tuple[Floats, Floats]:
    """Road coordinates s and d (N,) of a line `offset` behind the kerb, round the corner and along the side
    road."""
    kerb, junction = kerb_at(road, stretch.side), side_road(road, stretch.side)
    d = kerb + stretch.side * offset
    if junction is None or not stretch.turn:
        return stretch.s, np.full(len(stretch.s), d)
    straight = warped(road, stretch, d, mouth_half_width(road, junction))
    out, v = (rows[1:] for rows in rows_outward(road, stretch.side, offset))
    turned_d = kerb + stretch.side * out
    turned_s = along_at(road, junction, -stretch.turn * v, turned_d)
    straight_d = np.full(len(straight), d)
    if stretch.turn > 0:
        return np.concatenate([straight, turned_s]), np.concatenate([straight_d, turned_d])
    return np.concatenate([turned_s[::-1], straight]), np.concatenate([turned_d[::-1], straight_d])


def warped(road: RoadParams, stretch: Stretch, left: float, v: float) -> Floats:
    """The stretch's stations on a line d = `left` that ends `v` from the side road's axis."""
    junction = side_road(road, stretch.side)
    if junction is None or not stretch.turn:
        return stretch.s
    far, near = (stretch.s[0], stretch.s[-1]) if stretch.turn > 0 else (stretch.s[-1], stretch.s[0])
    end = along_at(road, junction, -stretch.turn * v, left)
    return np.asarray(far + (stretch.s - far) * (end - far) / (near - far))


def running(road: RoadParams, stretch: Stretch) -> Floats:
    """Metres (N,) along `parallel` lines: the road's s on the straight, and on at the corner."""
    if side_road(road, stretch.side) is None or not stretch.turn:
        return stretch.s
    r = corner_radius(road)
    arc = np.linspace(0, np.pi / 2, _CORNER_STEPS + 1)[1:] * r
    beyond = np.concatenate([arc, arc[-1] + _outward(road, stretch.side, r)[1:] - r])
    if stretch.turn > 0:
        return np.concatenate([stretch.s, stretch.s[-1] + beyond])
    return np.concatenate([stretch.s[0] - beyond[::-1], stretch.s])


def rows_outward(road: RoadParams, side: int, offset: float) -> tuple[Floats, Floats]:
    """Where sheets beyond the line `offset` behind the kerb have their rows.

    Returns (rows,) distances from the kerb and, where there is a side road, how far (m) from its axis that
    line, having turned the corner, is at each of them.
    """
    junction = side_road(road, side)
    if junction is None:
        out = _outward(road, side, offset)
        return out, np.zeros(len(out))
    r = corner_radius(road)
    angle = np.linspace(0, np.pi / 2, _CORNER_STEPS + 1)
    out = np.concatenate([r - (r - offset) * np.cos(angle), _outward(road, side, r)[1:]])
    v = np.full(len(out), junction.width_m / 2 + offset)
    v[: len(angle)] += (r - offset) * (1 - np.sin(angle))
    return out, v


def _outward(road: RoadParams, side: int, first: float) -> Floats:
    """Distances from the kerb, from `first` to the end of the built ground."""
    return first + (reach(road, side) - first) * _OUTWARD
