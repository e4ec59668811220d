"""Foliage: rough blobs under a coat of loose leaf clumps, which break up the outline of trees and hedges."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh, merge
from assets.solids import blobs, icosphere, repeat_faces
from assets.stream import Stream

Floats = NDArray[np.float64]

_CLUMP = np.array([(-0.5, -0.3, 0.0), (0.5, -0.3, 0.0), (0.0, 0.6, 0.0), (0.0, 0.0, 0.22)])
_CORE = 0.86  # of an ellipsoid's radii: the blob under its coat
_CLUMP_FACES = np.array([(0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3)])


def leafy_blobs(rng: Stream, centres: Floats, radii: Floats, rough: float) -> Mesh:
    """Ellipsoids, (N, 3) centres and radii, their vertices moved by up to ± `rough` of the radius."""
    bumps = 1 + rough * (2 * rng.array(len(centres), len(icosphere(1)[0])) - 1)
    return blobs(centres, radii, 1, "leaves", bumps)


def crown_of(rng: Stream, centres: Floats, radii: Floats, count: int, size: float) -> Mesh:
    """A tree's leaves over ellipsoids, (N, 3) centres and radii; slots "leaves" and, in the shade,
    "leaves_dark".

    The dark blobs inside are smaller than the ellipsoids, so that the outline is all clumps.
    """
    core = replace(leafy_blobs(rng, centres, _CORE * radii, 0.1), slots=("leaves_dark",))
    return merge([core, coat(rng, centres, radii, count, size, ("leaves", "leaves_dark"))])


def coat(
    rng: Stream,
    centres: Floats,
    radii: Floats,
    count: int,
    size: float,
    slots: tuple[str, ...] = ("leaves",),
) -> Mesh:
    """`count` leaf clumps of about `size` (m) over the outside of ellipsoids, (N, 3) centres and radii."""
    candidates = 2 * count
    out = sphere_points(candidates)[np.argsort(rng.array(candidates), kind="stable")]
    owner = np.arange(candidates) % len(centres)
    at = centres[owner] + out * radii[owner] * (0.82 + 0.26 * rng.array(candidates, 1))
    away = (at[:, None] - centres) / radii
    inside = np.einsum("ijk,ijk->ij", away, away) < 0.65
    hidden_last = np.argsort(inside.any(axis=1), kind="stable")[:count]
    return clumps(rng, at[hidden_last], out[hidden_last], size, slots)


def clumps(rng: Stream, at: Floats, outward: Floats, size: float | Floats, slots: tuple[str, ...]) -> Mesh:
    """Flat tetrahedra about `size` (or (N,) sizes) across at points (N, 3), turned anyhow but mostly
    `outward` (N, 3).

    Each carries one of `slots`, in turn.
    """
    draws = 2 * rng.array(len(at), 7) - 1
    normal = _unit(_unit(outward) + 0.8 * draws[:, :3])
    across = _unit(np.cross(normal, draws[:, 3:6] + [0.0, 0.0, 2.1]))
    frame = np.stack([across, np.cross(normal, across), normal], axis=1)  # rows: the clump's own axes
    reach = size * (1 + 0.5 * draws[:, 6])
    corners = (_CLUMP @ frame) * reach[:, None, None]
    uv = _CLUMP[_CLUMP_FACES][None, ..., :2] * reach[:, None, None, None]
    mesh = make_mesh(at[:, None] + corners, repeat_faces(_CLUMP_FACES, 4, len(at)), slots[0], uv)
    turns = np.arange(len(at), dtype=np.int16) % len(slots)
    return replace(mesh, slot=np.repeat(turns, len(_CLUMP_FACES)), slots=slots)


def _unit(vectors: Floats) -> Floats:
    """(N, 3) vectors at length 1."""
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.maximum(length, 1e-6)[:, None])


def sphere_points(count: int) -> Floats:
    """(count, 3) unit vectors spread evenly (the Fibonacci lattice)."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * (np.pi * (3 - 5**0.5))
    r = np.sqrt(1 - z * z)
    return np.column_stack([r * np.cos(angle), r * np.sin(angle), z])
