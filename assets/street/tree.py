"""Street trees: a trunk and a crown of displaced blobs, tiers of a conifer, or bare branches."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import circle, loft, rods, tube
from assets.stream import Stream
from assets.street.foliage import clumps, crown_of, sphere_points
from assets.street.params import TreeParams

Floats = NDArray[np.float64]

_GOLDEN_ANGLE = np.pi * (3 - 5**0.5)
_BLOBS = 6  # of a broad crown
_TIERS, _TWIGS = 8, 300  # of a conifer
_BOUGHS = 7  # of a bare tree


def build_tree(params: TreeParams) -> Mesh:
    """A tree of exactly height_m on z = 0, at most crown_m wide; slots "trunk" and, if not bare, "leaves" and
    "leaves_dark", those in the shade.

    At most 2,400 triangles.
    """
    rng = Stream(params.seed)
    height, crown = params.height_m, params.crown_m
    match params.kind:
        case "round":
            tree = _round(rng, height, crown)
        case "conifer":
            tree = _conifer(rng, height, crown)
        case "column":
            tree = _column(rng, height, crown)
        case "bare":
            tree = _bare(rng, height, crown)
    return _fit(tree, height, crown)


def _fit(tree: Mesh, height: float, crown: float) -> Mesh:
    """Scaled to the exact height, and across if it came out too wide."""
    low, high = tree.bounds
    across = min(1.0, crown / 2 / max(-low[0], -low[1], high[0], high[1]))
    scale = np.array([across, across, height / (high[2] - low[2])], np.float32)
    return replace(tree, vertices=(tree.vertices - np.array([0, 0, low[2]], np.float32)) * scale)


def _trunk(lean: Floats, top: float, radius: float, tip: float = 0.5) -> Mesh:
    """A flared stem from the ground to z = `top`, where it stands `lean` (2,) metres aside and has `tip` of
    its radius left."""
    t = np.array([0.0, 0.04, 0.15, 0.5, 1.0])
    widths = np.array([1.6, 1.15, 1.0, (1 + tip) / 2 + 0.1, tip])
    return tube(_on_stem(lean, top, top * t), radius * widths, 8, "trunk")


def _lean(rng: Stream, top: float) -> Floats:
    """(2,) how far (m) a stem's top stands aside of its foot."""
    return (rng.array(2) - 0.5) * 0.08 * top


def _on_stem(lean: Floats, top: float, z: Floats) -> Floats:
    """(N, 3) points of a leaning stem at heights z (N,)."""
    return np.column_stack([np.outer((z / top) ** 2, lean), z])


def _round(rng: Stream, height: float, crown: float) -> Mesh:
    """A broad crown: a few large blobs under leaf clumps, on a stem with boughs."""
    base = height * rng.uniform(0.2, 0.32)
    half = np.array([crown / 2, crown / 2, (height - base) / 2])
    middle = np.array([0.0, 0.0, (height + base) / 2])
    ring = sphere_points(_BLOBS) * 0.46 + (rng.array(_BLOBS, 3) - 0.5) * 0.26
    centres = middle + ring * half
    radii = (0.34 + 0.18 * rng.array(_BLOBS, 1)) * half
    radius = 0.018 * height + 0.008 * crown
    fork = np.array([0.0, 0.0, base * 0.85])
    boughs = rods(fork, centres[:3] * [0.8, 0.8, 1.0], radius * 0.55, radius * 0.2, 5, "trunk")
    stem = _trunk(_lean(rng, float(middle[2])), float(middle[2]), radius)
    return merge([stem, boughs, crown_of(rng, centres, radii, 420, 0.115 * crown)])


def _conifer(rng: Stream, height: float, crown: float) -> Mesh:
    """Overlapping tiers of drooping, ragged branches, fringed with twigs."""
    base, sides = height * rng.uniform(0.06, 0.14), 12
    t = np.arange(_TIERS) / _TIERS
    rim = crown / 2 * (1 - t) ** 0.85
    low = base + (height - base) * t
    top = np.minimum(height, low + (height - base) * (0.32 - 0.1 * t))
    ragged = 0.72 + 0.2 * (np.arange(sides) % 2) + 0.3 * (rng.array(_TIERS, sides) - 0.5)
    droop = height / _TIERS * 0.35 * (rng.array(_TIERS, sides) - 0.5)
    turn = circle(sides)
    rings = [
        _level(turn, 0.3 * rim[:, None] * ragged, (low + 0.12 * (top - low))[:, None]),
        _level(turn, rim[:, None] * ragged, low[:, None] + droop),
        _level(turn, 0.36 * rim[:, None], (low + 0.5 * (top - low))[:, None]),
        _level(turn, 0.0 * rim[:, None], top[:, None]),
    ]
    tiers = loft(np.stack(rings, axis=1), "leaves_dark")
    tiers = replace(tiers, smooth=np.zeros_like(tiers.smooth))
    stem = _trunk(_lean(rng, height * 0.6), height * 0.6, 0.02 * height)
    return merge([stem, tiers, _twigs(rng, rings[1], rings[2], 0.14 * crown)])


def _twigs(rng: Stream, rims: Floats, waists: Floats, size: float) -> Mesh:
    """Leaf clumps over the slopes from `waists` down to `rims`, (tiers, sides, 3); most and largest below."""
    tier = (_TIERS * rng.array(_TWIGS) ** 1.5).astype(int)
    place = rng.array(_TWIGS) * rims.shape[1]
    side, part = place.astype(int), (place % 1)[:, None]
    after = (side + 1) % rims.shape[1]
    rim = rims[tier, side] * (1 - part) + rims[tier, after] * part
    waist = waists[tier, side] * (1 - part) + waists[tier, after] * part
    down = 0.25 + 0.72 * rng.array(_TWIGS, 1)
    outward = (rim - waist) * [0.6, 0.6, 0.0] + [0.0, 0.0, 0.4 * size]
    sizes = size * (1 - 0.55 * tier / _TIERS)
    return clumps(rng, waist + (rim - waist) * down, outward, sizes, ("leaves", "leaves", "leaves_dark"))


def _level(turn: Floats, radius: Floats, z: Floats) -> Floats:
    """(tiers, sides, 3) rings of radius and height (tiers, 1 or sides)."""
    shape = (len(radius), len(turn))
    radius, z = np.broadcast_to(radius, shape), np.broadcast_to(z, shape)
    return np.stack([turn[:, 0] * radius, turn[:, 1] * radius, z], axis=-1)


def _column(rng: Stream, height: float, crown: float) -> Mesh:
    """A poplar or cypress: blobs up a tall spindle."""
    base, count = height * rng.uniform(0.05, 0.15), 5
    t = (np.arange(count) + 0.5) / count
    girth = np.sqrt(4 * (t + 0.04) * (1 - t)) * crown / 2
    angle = np.arange(count) * _GOLDEN_ANGLE
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * (0.15 * girth)[:, None]
    centres = np.column_stack([ring, base + (height - base) * t])
    tall = np.full(count, (height - base) / count * 1.05)
    radii = np.column_stack([0.75 * girth, 0.75 * girth, tall])
    stem = _trunk(_lean(rng, height * 0.5), height * 0.5, 0.02 * height)
    return merge([stem, crown_of(rng, centres, radii, 340, 0.18 * crown)])


def _bare(rng: Stream, height: float, crown: float) -> Mesh:
    """Winter: boughs, branches and twigs, each generation thinner and shorter."""
    radius, top = 0.014 * height + 0.006 * crown, 0.62 * height
    lean = _lean(rng, top)
    parts = [_trunk(lean, top, radius, 0.3)]
    draws = rng.array(_BOUGHS, 2)
    level = height * (0.3 + 0.3 * (np.arange(_BOUGHS) + draws[:, 0]) / _BOUGHS)
    level[-1] = top - 0.02 * height  # the stem's own leader
    start = _on_stem(lean, top, level)
    angle = np.arange(_BOUGHS) * _GOLDEN_ANGLE + draws[:, 1]
    rise = 0.7 + 0.8 * level / height
    rise[-1] = 5.0
    direction = np.column_stack([np.cos(angle), np.sin(angle), rise])
    length = np.full(_BOUGHS, 0.36 * crown)
    for generation, (children, shrink) in enumerate(((3, 0.62), (2, 0.6), (0, 0.0))):
        thick = radius * (0.42, 0.24, 0.13)[generation]
        unit = direction / np.linalg.norm(direction, axis=1, keepdims=True)
        end = start + unit * length[:, None]
        parts.append(rods(start, end, thick, thick * 0.5, 4, "trunk"))
        if children:
            fork = 0.55 + 0.45 * rng.array(len(start), children, 1)
            spread = (rng.array(len(start), children, 3) - 0.5) * 1.5 + [0, 0, 0.2]
            start, direction, length = (
                (start[:, None] + (end - start)[:, None] * fork).reshape(-1, 3),
                (unit[:, None] + spread).reshape(-1, 3),
                np.repeat(length * shrink, children),
            )
    return merge(parts)
