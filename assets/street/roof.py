"""Roofs: flat with a cornice, gable with its end walls, or hip; with chimneys on some."""

from typing import Literal

import numpy as np

from assets.mesh import Mesh, move
from assets.solids import boxes, polyhedron
from assets.stream import Stream

_EAVES_M = 0.4
_THICK_M = 0.18


def build_roof(
    rng: Stream, kind: Literal["flat", "gable", "hip"], width: float, depth: float, base: float
) -> list[Mesh]:
    """Closed parts over x ± width / 2, y in [0, depth], from z = `base`; slots "roof", "wall", "joinery"."""
    pitch_deg, chimney_at, has_chimney = rng.uniform(28.0, 45.0), rng.uniform(-0.35, 0.35), rng.chance(0.6)
    if kind == "flat":
        return _flat(rng, width, depth, base)
    rise = min(np.tan(np.radians(pitch_deg)) * min(depth, width if kind == "hip" else depth) / 2, 5.5)
    parts = _gable(width, depth, base, rise) if kind == "gable" else [_hip(width, depth, base, rise)]
    if has_chimney:
        x, y = chimney_at * width * (0.5 if kind == "hip" else 1.0), 0.62 * depth
        top = base + rise + 0.5
        parts.append(boxes((x - 0.3, y - 0.25, base), (x + 0.3, y + 0.25, top), "wall"))
        parts.append(boxes((x - 0.36, y - 0.31, top - 0.12), (x + 0.36, y + 0.31, top + 0.02), "joinery"))
    return parts


def _flat(rng: Stream, width: float, depth: float, base: float) -> list[Mesh]:
    """A cornice around a roof that lies a little below it."""
    out, high = rng.uniform(0.08, 0.35), rng.uniform(0.25, 0.6)
    half = width / 2
    x0, x1, y0, y1 = -half - out, half + out, -out, depth + out
    inner = 0.3
    low = [(x0, y0, base), (x0, depth - inner, base), (x0, inner, base), (half - inner, inner, base)]
    top = base + high
    upper = [(x1, inner, top), (x1, y1, top), (-half + inner, depth - inner, top), (x1, depth - inner, top)]
    slab = boxes((-half + 0.1, 0.1, base), (half - 0.1, depth - 0.1, base + 0.1), "roof")
    return [boxes(low, upper, "joinery"), slab]


def _gable(width: float, depth: float, base: float, rise: float) -> list[Mesh]:
    """The ridge runs along x: two slabs over a prism whose ends are the gable walls."""
    half, middle = width / 2, depth / 2
    ends = [(x, y, z) for x in (-half, half) for y, z in ((0, base), (depth, base), (middle, base + rise))]
    attic = polyhedron(ends, [(0, 2, 1), (3, 4, 5), (0, 3, 5, 2), (1, 2, 5, 4), (0, 1, 4, 3)], "wall")
    slope = rise / middle
    eave_z = base - _EAVES_M * slope
    x0, x1 = -half - 0.3, half + 0.3
    section = [
        (-_EAVES_M, eave_z),
        (middle, base + rise),
        (middle, base + rise + _THICK_M),
        (-_EAVES_M, eave_z + _THICK_M),
    ]
    slab = polyhedron(
        [(x, y, z) for x in (x0, x1) for y, z in section],
        [(0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)],
        "roof",
    )
    mirrored = move(slab, (0, depth, 0), (1, -1, 1))
    return [attic, slab, mirrored]


def _hip(width: float, depth: float, base: float, rise: float) -> Mesh:
    """Four slopes, the ridge along the longer side, above a fascia."""
    x, y0, y1 = width / 2 + _EAVES_M, -_EAVES_M, depth + _EAVES_M
    eaves = [(-x, y0), (x, y0), (x, y1), (-x, y1)]
    inset = min(width, depth) / 2 + _EAVES_M
    if width >= depth:
        ridge = [(-max(x - inset, 0.05), depth / 2), (max(x - inset, 0.05), depth / 2)]
        slopes = [(4, 5, 9, 8), (5, 6, 9), (6, 7, 8, 9), (7, 4, 8)]
    else:
        reach = max((y1 - y0) / 2 - inset, 0.05)
        ridge = [(0.0, depth / 2 - reach), (0.0, depth / 2 + reach)]
        slopes = [(4, 5, 8), (5, 6, 9, 8), (6, 7, 9), (7, 4, 8, 9)]
    vertices = (
        [(*p, base) for p in eaves]
        + [(*p, base + _THICK_M) for p in eaves]
        + [(*p, base + rise) for p in ridge]
    )
    fascia = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    return polyhedron(vertices, [(3, 2, 1, 0), *fascia, *slopes], "roof")
