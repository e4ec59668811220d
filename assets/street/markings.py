"""Road markings: edge, lane and centre lines, parking bays, arrows and a zebra crossing, as flat strips.

Dimensions after the German RMS 1980 / StVO: narrow line 12 cm, broken lines of 3 m with 6 m gaps in towns,
zebra stripes of 50 cm with 50 cm gaps over 4 m (StVO sign 293).
"""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh, merge
from assets.solids import repeat_faces
from assets.street.arrows import arrow_triangles
from assets.street.junction import along_at, mouth_half_width, side_road
from assets.street.params import RoadParams, RoadSurfaceParams
from assets.street.road import bay_pitch, half_widths, on_surface
from assets.street.side_lines import side_lines

Floats = NDArray[np.float64]
Strip = tuple[float, float, float, float]  # s from, s to, d from, d to

MARKING_Z_M = 0.015  # as low as stays free of z-fighting at grazing angles
LINE_M = 0.12
DASH_M, GAP_M = 3.0, 6.0
ZEBRA_LENGTH_M, ZEBRA_STRIPE_M = 4.0, 0.5
_EDGE_INSET_M = 0.25  # an edge line's distance from the kerb
_STUMP_M = 1.0  # nobody paints less of a dash
_PIECE_M = 2.0  # strips are cut to follow the bend


def build_markings(params: RoadSurfaceParams) -> Mesh:
    """Strips that face up, 1.5 cm above the carriageway; slot "marking"."""
    road = params.road
    strips = _along_lines(road, params.start_m, params.end_m, params.dashed)
    strips += _bays(road, params.start_m, params.end_m)
    strips = _outside_mouths(road, strips)
    arrows = arrow_triangles(params) if params.arrows else np.empty((0, 3, 2))
    if params.crossing_at_m is not None:
        half = ZEBRA_LENGTH_M / 2 + 1.0
        low, high = params.crossing_at_m - half, params.crossing_at_m + half
        strips = [rest for strip in strips for rest in _without(strip, low, high)]
        strips += _zebra(road, params.crossing_at_m)
    quads = np.concatenate([_corners(np.concatenate([_cut(strip) for strip in strips])), side_lines(params)])
    flat = _flat(road, quads, [(0, 1, 2), (0, 2, 3)])
    return merge([flat, _flat(road, arrows, [(0, 1, 2)])]) if len(arrows) else flat


def _along_lines(road: RoadParams, start: float, end: float, dashed: bool) -> list[Strip]:
    lanes_left, lanes_right = road.oncoming_lanes * road.lane_width_m, -road.forward_lanes * road.lane_width_m
    edges = [lanes_left - (0 if road.parking_left else _EDGE_INSET_M)]
    edges += [lanes_right + (0 if road.parking_right else _EDGE_INSET_M)]
    broken = [lane * road.lane_width_m for lane in range(1, road.oncoming_lanes)]
    broken += [-lane * road.lane_width_m for lane in range(1, road.forward_lanes)]
    if road.oncoming_lanes and road.forward_lanes:
        (broken if dashed else edges).append(0.0)
    strips = [(start, end, d - LINE_M / 2, d + LINE_M / 2) for d in edges]
    period = DASH_M + GAP_M
    for first in np.arange(np.floor(start / period), np.ceil(end / period)) * period:
        a, b = max(float(first), start), min(float(first) + DASH_M, end)
        if a < b:
            strips += [(a, b, d - LINE_M / 2, d + LINE_M / 2) for d in broken]
    return strips


def _bays(road: RoadParams, start: float, end: float) -> list[Strip]:
    """Lines across the parking strips between bays."""
    strips = []
    left, right = half_widths(road)
    pitch = bay_pitch(road)
    at = np.arange(np.ceil(start / pitch), np.floor(end / pitch) + 1) * pitch
    for present, d0, d1 in (
        (road.parking_left, left - road.parking_width_m, left),
        (road.parking_right, right, right + road.parking_width_m),
    ):
        if present:
            strips += [(s - LINE_M / 2, s + LINE_M / 2, d0, d1) for s in at.tolist()]
    return strips


def _zebra(road: RoadParams, at: float) -> list[Strip]:
    """Stripes along the road, from kerb to kerb."""
    left, right = half_widths(road)
    count = int((left - right + ZEBRA_STRIPE_M) / (2 * ZEBRA_STRIPE_M))
    margin = (left - right - (2 * count - 1) * ZEBRA_STRIPE_M) / 2
    first = right + margin
    a, b = at - ZEBRA_LENGTH_M / 2, at + ZEBRA_LENGTH_M / 2
    lows = [first + 2 * i * ZEBRA_STRIPE_M for i in range(count)]
    return [(a, b, d, d + ZEBRA_STRIPE_M) for d in lows]


def _outside_mouths(road: RoadParams, strips: list[Strip]) -> list[Strip]:
    """The strips without what would cross the way into a side road: on its side, or in the middle."""
    for side in (1, -1):
        junction = side_road(road, side)
        if junction is None:
            continue
        half, kerb = mouth_half_width(road, junction), half_widths(road)[0 if side > 0 else 1]
        low, high = along_at(road, junction, [-half, half], kerb).tolist()
        strips = [
            rest
            for strip in strips
            for rest in (_without(strip, low, high) if side * (strip[2] + strip[3]) > -LINE_M else [strip])
        ]
    return strips


def _without(strip: Strip, low: float, high: float) -> list[Strip]:
    """What is left of a strip outside s in [low, high], without the stumps of dashes."""
    a, b, d0, d1 = strip
    parts = [(a, min(b, low), d0, d1), (max(a, high), b, d0, d1)]
    return [part for part in parts if part[1] - part[0] >= min(_STUMP_M, b - a)]


def _cut(strip: Strip) -> Floats:
    """(N, 4) equal pieces at most _PIECE_M long."""
    a, b, d0, d1 = strip
    breaks = np.linspace(a, b, max(1, int(np.ceil((b - a) / _PIECE_M))) + 1)
    return np.column_stack(
        [breaks[:-1], breaks[1:], np.full(len(breaks) - 1, d0), np.full(len(breaks) - 1, d1)]
    )


def _corners(pieces: Floats) -> Floats:
    """(N, 4, 2) corners of strips (N, 4), counter-clockwise from above."""
    return np.stack([pieces[:, [0, 1, 1, 0]], pieces[:, [2, 2, 3, 3]]], axis=-1)


def _flat(road: RoadParams, polygons: Floats, triangles: list[tuple[int, int, int]]) -> Mesh:
    """Polygons (N, P, 2) in road coordinates on the road, each cut into the same triangles."""
    vertices = on_surface(road, polygons[..., 0], polygons[..., 1], MARKING_Z_M)
    faces = repeat_faces(triangles, polygons.shape[1], len(polygons))
    return make_mesh(vertices, faces, "marking", polygons[:, np.array(triangles)])
