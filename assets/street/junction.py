"""Junctions: where a side road lies, in a chart that both roads' kerbs are straight lines of.

The chart has v, the distance from the side road's axis in the direction of the road, and d, left of the
road's centreline. Lines of constant v are parallel to the side road, lines of constant d to the road; so a
kerb that turns the corner is a quarter circle between two straight lines, however the road bends. It reaches
a quarter turn from the junction; beyond, there is no side road.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.street.params import JunctionParams, RoadParams
from assets.street.road import half_widths, to_world

Floats = NDArray[np.float64]

SIDE_ROAD_M = 60.0  # a side road's length from the road's kerb
INNER_LIMIT = 0.7  # of a bend's radius: how near to its centre side roads and verges come
_CORNER_M = 5.0  # radius of the kerb at the corners (RASt 06: 5 to 8 m in residential streets)


class Rectangle(NamedTuple):
    """A rectangle on the ground around (x, y), `length` along its heading; metres and radians, world."""

    x: float
    y: float
    heading: float
    length: float
    width: float


def side_road(road: RoadParams, side: int) -> JunctionParams | None:
    """The junction, if it has a side road on this side, 1 the left and −1 the right."""
    junction = road.junction
    if junction is None or not (junction.left if side > 0 else junction.right):
        return None
    return junction


def corner_radius(road: RoadParams) -> float:
    """Radius (m) of the kerb at a junction's corners; the pavement behind it turns too."""
    return max(_CORNER_M, road.pavement_width_m + 0.5)


def mouth_half_width(road: RoadParams, junction: JunctionParams) -> float:
    """Half the length (m) of kerb that a side road interrupts, corners included."""
    return junction.width_m / 2 + corner_radius(road)


def reach(road: RoadParams, side: int) -> float:
    """How far (m) from the kerb a side road goes: SIDE_ROAD_M, or less on the inside of a bend."""
    kerb = half_widths(road)[0 if side > 0 else 1]
    inward = road.curvature * side
    if inward <= 0:
        return SIDE_ROAD_M
    return min(SIDE_ROAD_M, max(INNER_LIMIT / inward - abs(kerb), road.pavement_width_m + 1.0))


def along_at(road: RoadParams, junction: JunctionParams, v: ArrayLike, left: ArrayLike) -> Floats:
    """Road coordinate s of chart points (v, d), broadcast. NaN beyond a quarter turn from the junction."""
    v, left = np.broadcast_arrays(np.asarray(v, np.float64), np.asarray(left, np.float64))
    k = road.curvature
    return junction.at_m + (np.arcsin(k * v / (1 - k * left)) / k if k else v)


def across_at(road: RoadParams, junction: JunctionParams, along: ArrayLike, left: ArrayLike) -> Floats:
    """Chart coordinate v of road coordinates, broadcast; from a quarter turn on it stays at its largest."""
    s, left = np.broadcast_arrays(np.asarray(along, np.float64), np.asarray(left, np.float64))
    k = road.curvature
    turn = np.clip(k * (s - junction.at_m), -np.pi / 2, np.pi / 2)
    return (1 - k * left) * (np.sin(turn) / k if k else s - junction.at_m)


def side_half_width(road: RoadParams, junction: JunctionParams, out: ArrayLike) -> Floats:
    """Half the width (m) of a side road's carriageway `out` metres from the road's kerb, where it flares."""
    r = corner_radius(road)
    short = r - np.clip(np.asarray(out, np.float64), 0, r)
    return np.asarray(junction.width_m / 2 + r - np.sqrt(r * r - short * short))


def on_side_road(road: RoadParams, along: ArrayLike, left: ArrayLike) -> NDArray[np.bool_]:
    """Whether points in road coordinates lie on a side road's carriageway, broadcast."""
    s, d = np.broadcast_arrays(np.asarray(along, np.float64), np.asarray(left, np.float64))
    inside = np.zeros(s.shape, bool)
    for side, kerb in zip((1, -1), half_widths(road), strict=True):
        junction = side_road(road, side)
        if junction is None:
            continue
        out = side * (d - kerb)
        v = across_at(road, junction, s, d)
        inside |= (
            (out >= 0) & (out <= reach(road, side)) & (np.abs(v) <= side_half_width(road, junction, out))
        )
    return inside


def side_rectangles(road: RoadParams, margin_m: float) -> list[Rectangle]:
    """What must stay free of things for the side roads, in the world: two rectangles for each, the road with
    `margin_m` on both sides and its flared mouth."""
    rectangles = []
    for side, kerb in zip((1, -1), half_widths(road), strict=True):
        junction = side_road(road, side)
        if junction is None:
            continue
        half, flare = junction.width_m / 2 + margin_m, mouth_half_width(road, junction)
        for width, length in ((half, reach(road, side)), (flare, corner_radius(road))):
            x, y, heading = to_world(road, junction.at_m, kerb + side * length / 2)
            rectangles.append(
                Rectangle(float(x), float(y), float(heading) + np.pi / 2, length + 1.0, 2 * width)
            )
    return rectangles
