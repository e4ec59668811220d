"""The markings of side roads: a centre line, and a stop or give-way line where they meet the road.

Dimensions after the German RMS 1980: a stop line is 50 cm wide (StVO sign 294), a give-way line has dashes of
50 cm with gaps of 25 cm (sign 341).
"""

import numpy as np
from numpy.typing import NDArray

from assets.street.junction import along_at, reach, side_half_width, side_road
from assets.street.kerb import kerb_at
from assets.street.params import JunctionParams, RoadParams, RoadSurfaceParams

Floats = NDArray[np.float64]

STOP_LINE_M = (0.5, 1.0)  # from the road's kerb
_LINE_M = 0.12
_SOLID_M = 10.0  # how much of the centre line by the junction is solid
_PERIOD_M, _DASH_M = 6.0, 3.0
_STOP_DASH_M, _STOP_GAP_M = 0.5, 0.25
_PIECE_M = 2.0


def side_lines(params: RoadSurfaceParams) -> Floats:
    """(N, 4, 2) road coordinates of quads, counter-clockwise from above; an odd `seed` makes stop lines."""
    quads = [np.empty((0, 4, 2))]
    for side in (1, -1):
        junction = side_road(params.road, side)
        if junction is not None:
            boxes = [*_centre_line(params.road, side), *_stop_line(params, junction, side)]
            quads.append(_to_road(params.road, junction, side, np.array(boxes)))
    return np.concatenate(quads)


def _centre_line(road: RoadParams, side: int) -> list[tuple[float, float, float, float]]:
    """(v from, v to, out from, out to) of pieces."""
    first, end, half = STOP_LINE_M[0], reach(road, side), _LINE_M / 2
    breaks = np.arange(first, min(_SOLID_M, end), _PIECE_M)
    pieces = [(-half, half, a, min(a + _PIECE_M, end)) for a in breaks.tolist()]
    dashes = np.arange(breaks[-1] + _PERIOD_M, end - _DASH_M, _PERIOD_M)
    return pieces + [(-half, half, a, a + _DASH_M) for a in dashes.tolist()]


def _stop_line(
    params: RoadSurfaceParams, junction: JunctionParams, side: int
) -> list[tuple[float, float, float, float]]:
    """Across the lane that leads to the road: on the left of a side road seen from the road."""
    a, b = STOP_LINE_M
    inner, outer = 0.1, float(side_half_width(params.road, junction, b)) - 0.3
    if params.seed % 2:
        return [_signed(inner, outer, a, b, side)]
    dashes = np.arange(inner, outer - _STOP_DASH_M, _STOP_DASH_M + _STOP_GAP_M)
    return [_signed(v, v + _STOP_DASH_M, a, b, side) for v in dashes.tolist()]


def _signed(inner: float, outer: float, a: float, b: float, side: int) -> tuple[float, float, float, float]:
    """Traffic keeps right, so what leads to the road is at v < 0 on its left and at v > 0 on its right."""
    return (-outer, -inner, a, b) if side > 0 else (inner, outer, a, b)


def _to_road(road: RoadParams, junction: JunctionParams, side: int, boxes: Floats) -> Floats:
    """Quads of boxes (N, 4) in the junction's chart."""
    v, out = boxes[:, [0, 1, 1, 0]], boxes[:, [2, 2, 3, 3]]
    d = kerb_at(road, side) + side * out
    quads = np.stack([along_at(road, junction, v, d), d], axis=-1)
    return np.asarray(quads if side > 0 else quads[:, ::-1])
