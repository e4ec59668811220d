"""Hedges, walls, fences and thickets along x."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import boxes, loft
from assets.stream import Stream
from assets.street.foliage import clumps, coat, leafy_blobs
from assets.street.params import BarrierParams

Floats = NDArray[np.float64]

_MAX_PICKETS = 70
_HEDGE_CLUMPS = 110
_THICKET_CLUMPS = 40
_CLUMP_M = 0.22
_HEDGE_SECTION = np.array(  # y over the half width, z over the height; clockwise from the foot at +y
    [(1, 0), (1.02, 0.35), (1, 0.75), (0.8, 0.97), (0, 1), (-0.8, 0.97), (-1, 0.75), (-1.02, 0.35), (-1, 0)]
)


def build_barrier(params: BarrierParams) -> Mesh:
    """A closed barrier over x ± length / 2, height_m high; slots "surface" and, of fences, "post"."""
    rng = Stream(params.seed)
    match params.kind:
        case "hedge":
            return _hedge(rng, params.length_m, params.height_m)
        case "wall":
            return _wall(rng, params.length_m, params.height_m)
        case "fence":
            return _fence(rng, params.length_m, params.height_m)
        case "thicket":
            return _thicket(rng, params.length_m, params.height_m)


def _hedge(rng: Stream, length: float, height: float) -> Mesh:
    """A clipped hedge: a rounded section swept along x, its surface uneven and coated with leaf clumps."""
    half, around = rng.uniform(0.3, 0.6), len(_HEDGE_SECTION)
    count = int(np.clip(length / 0.4, 4, 36))
    x = np.linspace(-length / 2, length / 2, count)
    body = np.empty((count, around, 3))
    body[..., 0], body[..., 1:] = x[:, None], _HEDGE_SECTION * [half, 0.96 * height]
    uneven = (rng.array(count, around, 3) - 0.5) * 0.09
    uneven[:, [0, -1], 2] = 0.0  # the foot stays on the ground
    uneven[[0, -1], :, 0] = 0.0
    rings = body + uneven
    loose = rings[1:-1, 1:-1].reshape(-1, 3)
    picked = rng.array(len(loose)) < _HEDGE_CLUMPS / len(loose)
    loose = loose[picked & (loose[:, 2] > _CLUMP_M)]
    out = loose * [0.0, 1.0, 1.0] - [0.0, 0.0, 0.5 * height]
    hedge = merge([loft(rings, "surface"), clumps(rng, loose, out, _CLUMP_M, ("surface",))])
    low, high = hedge.bounds
    reach = np.array([min(1.0, length / 2 / max(-low[0], high[0])), 1.0, height / high[2]], np.float32)
    return replace(hedge, vertices=hedge.vertices * reach)


def _thicket(rng: Stream, length: float, height: float) -> Mesh:
    """Bushes and small trees that have grown together."""
    count = int(np.clip(length / 3.0, 3, 6))
    draws = rng.array(count, 4)
    tall = height * (0.45 + 0.55 * draws[:, 0])
    centres = np.column_stack(
        [((np.arange(count) + draws[:, 1]) / count - 0.5) * length, 2.0 * (draws[:, 2] - 0.5), 0.45 * tall]
    )
    radii = np.column_stack([np.full(count, 0.8 * length / count), 1.0 + draws[:, 3], 0.55 * tall])
    body = merge(
        [leafy_blobs(rng, centres, radii, 0.16), coat(rng, centres, radii, _THICKET_CLUMPS, 0.16 * height)]
    )
    low, high = body.bounds
    reach = np.array([length / (high[0] - low[0]), 1.0, height / (high[2] - low[2])], np.float32)
    middle = np.array([(low[0] + high[0]) / 2, 0.0, low[2]], np.float32)
    return replace(body, vertices=(body.vertices - middle) * reach, slots=("surface",))


def _wall(rng: Stream, length: float, height: float) -> Mesh:
    """A garden wall with a coping, and piers every few metres."""
    half, coping = rng.uniform(0.1, 0.18), 0.07
    piers = max(2, round(length / rng.uniform(3.0, 5.0)) + 1)
    x = np.linspace(-length / 2 + half + 0.05, length / 2 - half - 0.05, piers)
    body = boxes((-length / 2, -half, 0), (length / 2, half, height - coping - 0.02))
    cap = boxes((-length / 2, -half - 0.04, height - coping - 0.02), (length / 2, half + 0.04, height - 0.02))
    low = np.column_stack([x - half - 0.04, np.full(piers, -half - 0.05), np.zeros(piers)])
    high = np.column_stack([x + half + 0.04, np.full(piers, half + 0.05), np.full(piers, height)])
    return merge([body, cap, boxes(low, high)])


def _fence(rng: Stream, length: float, height: float) -> Mesh:
    """Posts, two rails and upright pickets, or three or four rails without pickets."""
    posts = max(2, round(length / 2.0) + 1)
    x = np.linspace(-length / 2 + 0.05, length / 2 - 0.05, posts)
    post = boxes(_columns(x - 0.05, -0.05, 0.0), _columns(x + 0.05, 0.05, height), "post")
    if rng.chance(0.35):
        z = np.linspace(0.3, 0.95, rng.integer(3, 4)) * (height - 0.1)
        rails = boxes(_rows(-length / 2, -0.03, z - 0.06), _rows(length / 2, 0.03, z + 0.06))
        return merge([post, rails])
    z = np.array([0.25, 0.8]) * height
    rails = boxes(_rows(-length / 2, 0.0, z - 0.04), _rows(length / 2, 0.04, z + 0.04))
    pitch = rng.uniform(0.12, 0.2)
    count = int(np.clip(length / pitch, 2, _MAX_PICKETS))
    half = length / count * rng.uniform(0.25, 0.42)
    x = (np.arange(count) + 0.5) / count * length - length / 2
    tops = height * (0.94 + 0.02 * rng.array(count))
    pickets = boxes(_columns(x - half, -0.03, 0.06), np.column_stack([x + half, np.zeros(count), tops]))
    return merge([post, rails, pickets])


def _columns(x: Floats, y: float, z: float) -> Floats:
    return np.column_stack([x, np.full(len(x), y), np.full(len(x), z)])


def _rows(x: float, y: float, z: Floats) -> Floats:
    return np.column_stack([np.full(len(z), x), np.full(len(z), y), z])
