"""Roofs: flat with a cornice, gable with end walls, or hip; with chimneys, dormers and gutters on some."""

from dataclasses import replace
from typing import Literal

import numpy as np

from assets.mesh import Mesh, move
from assets.solids import boxes, polyhedron
from assets.stream import Stream
from assets.street.front import gutters

_EAVES_M = 0.4
_THICK_M = 0.18
_DORMER_RISE_M = 2.6  # a roof lower than this has no room for dormers
_DORMER_M, _DORMER_HIGH_M = 1.3, 1.45


def build_roof(
    rng: Stream, kind: Literal["flat", "gable", "hip"], width: float, depth: float, base: float
) -> list[Mesh]:
    """Closed parts over x ± width / 2, y in [0, depth], from z = `base`; slots "roof" or "slate", "wall",
    "joinery", "window" and "gutter"."""
    pitch_deg, chimney_at, has_chimney = rng.uniform(28.0, 45.0), rng.uniform(-0.35, 0.35), rng.chance(0.6)
    has_dormers = rng.chance(0.45)
    slated, guttered, dormers = rng.chance(0.4), rng.chance(0.8), rng.integer(1, 4)
    if kind == "flat":
        return _flat(rng, width, depth, base)
    rise = min(np.tan(np.radians(pitch_deg)) * min(depth, width if kind == "hip" else depth) / 2, 5.5)
    parts = _gable(width, depth, base, rise) if kind == "gable" else [_hip(width, depth, base, rise)]
    if has_chimney:
        x, y = chimney_at * width * (0.5 if kind == "hip" else 1.0), 0.62 * depth
        top = base + rise + 0.5
        parts.append(boxes((x - 0.3, y - 0.25, base), (x + 0.3, y + 0.25, top), "wall"))
        parts.append(boxes((x - 0.36, y - 0.31, top - 0.12), (x + 0.36, y + 0.31, top + 0.02), "joinery"))
    if kind == "gable" and rise > _DORMER_RISE_M and has_dormers:
        parts += _dormers(min(dormers, int(width / 3.2)), width, depth / 2, base, rise)
    if guttered:
        slope = 2 * rise / depth if kind == "gable" else 0.0
        parts.append(gutters(width, -_EAVES_M, base - _EAVES_M * slope))
    return [_slated(part) for part in parts] if slated else parts


def _slated(part: Mesh) -> Mesh:
    """The part with slates in place of tiles."""
    return replace(part, slots=tuple("slate" if slot == "roof" else slot for slot in part.slots))


def _dormers(count: int, width: float, middle: float, base: float, rise: float) -> list[Mesh]:
    """`count` dormers evenly along the front slope, each a box with a pane under a flat roof."""
    if count < 1:
        return []
    x = ((np.arange(count) + 0.5) / count - 0.5) * width
    y0, half = 0.22 * middle, _DORMER_M / 2
    foot = base + rise * y0 / middle
    top = min(foot + _DORMER_HIGH_M, base + 0.93 * rise)
    y1 = (top - base) / rise * middle + 0.1

    def bar(left: float, near: float, low: float, right: float, far: float, high: float, slot: str) -> Mesh:
        lower = np.column_stack([x + left, np.full(count, near), np.full(count, low)])
        return boxes(lower, np.column_stack([x + right, np.full(count, far), np.full(count, high)]), slot)

    box = bar(-half, y0, foot - 0.15, half, y1, top, "wall")
    front = (box.vertices[box.faces][..., 1] < y0 + 1e-4).all(axis=1)
    box = replace(box, slots=("wall", "window"), slot=front.astype(np.int16))
    sides = [
        bar(s * half - 0.07, y0 - 0.06, foot - 0.1, s * half + 0.07, y0 + 0.05, top, "joinery")
        for s in (-1, 1)
    ]
    sill = bar(-half, y0 - 0.06, foot - 0.1, half, y0 + 0.05, foot + 0.2, "joinery")
    return [box, *sides, sill, bar(-half - 0.2, y0 - 0.25, top, half + 0.2, y1, top + 0.12, "roof")]


def _flat(rng: Stream, width: float, depth: float, base: float) -> list[Mesh]:
    """A cornice around a roof that lies a little below it."""
    out, high = rng.uniform(0.08, 0.35), rng.uniform(0.25, 0.6)
    half = width / 2
    x0, x1, y0, y1 = -half - out, half + out, -out, depth + out
    inner = 0.3
    low = [(x0, y0, base), (x0, depth - inner, base), (x0, inner, base), (half - inner, inner, base)]
    top = base + high
    upper = [(x1, inner, top), (x1, y1, top), (-half + inner, depth - inner, top), (x1, depth - inner, top)]
    slab = boxes((-half + 0.1, 0.1, base), (half - 0.1, depth - 0.1, base + 0.1), "slate")
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
