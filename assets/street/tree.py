"""Street trees: a trunk and a crown of displaced blobs, tiers of a conifer, or bare branches."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import circle, loft, rods, tube
from assets.stream import Stream
from assets.street.foliage import coat, leafy_blobs, sphere_points
from assets.street.params import TreeParams

Floats = NDArray[np.float64]

_GOLDEN_ANGLE = np.pi * (3 - 5**0.5)


def build_tree(params: TreeParams) -> Mesh:
    """A tree of exactly height_m on z = 0, at most crown_m wide; slots "trunk" and, if not bare, "leaves".

    At most 1,200 triangles.
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


def _trunk(rng: Stream, top: float, radius: float) -> Mesh:
    """A flared, slightly leaning stem from the ground to z = `top`."""
    lean = (rng.array(2) - 0.5) * 0.08 * top
    t = np.array([0.0, 0.04, 0.15, 0.5, 1.0])
    path = np.column_stack([lean[0] * t * t, lean[1] * t * t, top * t])
    return tube(path, radius * np.array([1.6, 1.15, 1.0, 0.85, 0.5]), 8, "trunk")


def _round(rng: Stream, height: float, crown: float) -> Mesh:
    """A broad crown: a few large blobs under leaf clumps, on a stem with boughs."""
    base = height * rng.uniform(0.2, 0.32)
    half = np.array([crown / 2, crown / 2, (height - base) / 2])
    middle = np.array([0.0, 0.0, (height + base) / 2])
    count = 5
    ring = sphere_points(count) * 0.42 + (rng.array(count, 3) - 0.5) * 0.26
    centres = middle + ring * half
    radii = (0.4 + 0.14 * rng.array(count, 1)) * half
    radius = 0.018 * height + 0.008 * crown
    fork = np.array([0.0, 0.0, base * 0.85])
    boughs = rods(fork, centres[:3] * [0.8, 0.8, 1.0], radius * 0.55, radius * 0.2, 5, "trunk")
    leaves = leafy_blobs(rng, centres, radii, 0.12)
    return merge(
        [_trunk(rng, float(middle[2]), radius), boughs, leaves, coat(rng, centres, radii, 165, 0.17 * crown)]
    )


def _conifer(rng: Stream, height: float, crown: float) -> Mesh:
    """Overlapping tiers of drooping, ragged branches."""
    base, tiers, sides = height * rng.uniform(0.06, 0.14), 8, 16
    t = np.arange(tiers) / tiers
    rim = crown / 2 * (1 - t) ** 0.85
    low = base + (height - base) * t
    top = np.minimum(height, low + (height - base) * (0.32 - 0.1 * t))
    ragged = 0.72 + 0.28 * (np.arange(sides) % 2) + 0.3 * (rng.array(tiers, sides) - 0.5)
    droop = height / tiers * 0.35 * (rng.array(tiers, sides) - 0.5)
    turn = circle(sides)
    rings = [
        _level(turn, 0.3 * rim[:, None] * ragged, (low + 0.12 * (top - low))[:, None]),
        _level(turn, rim[:, None] * ragged, low[:, None] + droop),
        _level(turn, 0.36 * rim[:, None], (low + 0.5 * (top - low))[:, None]),
        _level(turn, 0.0 * rim[:, None], top[:, None]),
    ]
    leaves = loft(np.stack(rings, axis=1), "leaves")
    return merge(
        [_trunk(rng, height * 0.6, 0.02 * height), replace(leaves, smooth=np.zeros_like(leaves.smooth))]
    )


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
    leaves = leafy_blobs(rng, centres, radii, 0.12)
    return merge(
        [_trunk(rng, height * 0.5, 0.02 * height), leaves, coat(rng, centres, radii, 170, 0.3 * crown)]
    )


def _bare(rng: Stream, height: float, crown: float) -> Mesh:
    """Winter: boughs, branches and twigs, each generation thinner and shorter."""
    radius = 0.014 * height + 0.006 * crown
    stem = _trunk(rng, height * 0.6, radius)
    count = 7
    draws = rng.array(count, 2)
    level = height * (0.3 + 0.3 * (np.arange(count) + draws[:, 0]) / count)
    start = np.column_stack([np.zeros(count), np.zeros(count), level])
    angle = np.arange(count) * _GOLDEN_ANGLE + draws[:, 1]
    rise = 0.7 + 0.8 * level / height
    direction = np.column_stack([np.cos(angle), np.sin(angle), rise])
    length = np.full(count, 0.36 * crown)
    parts = [stem]
    for generation, (children, shrink) in enumerate(((3, 0.62), (2, 0.6), (0, 0.0))):
        thick = radius * (0.5, 0.26, 0.14)[generation]
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
