"""Foliage: rough blobs under a coat of loose leaf clumps, which break up the outline of trees and hedges."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh
from assets.solids import blobs, icosphere, repeat_faces
from assets.stream import Stream

Floats = NDArray[np.float64]

_CLUMP = np.array([(-0.5, -0.3, 0.0), (0.5, -0.3, 0.0), (0.0, 0.6, 0.0), (0.0, 0.0, 0.22)])
_CLUMP_FACES = np.array([(0, 2, 1), (0, 1, 3), (1, 2, 3), (2, 0, 3)])


def leafy_blobs(rng: Stream, centres: Floats, radii: Floats, rough: float) -> Mesh:
    """Ellipsoids, (N, 3) centres and radii, their vertices moved by up to ± `rough` of the radius."""
    bumps = 1 + rough * (2 * rng.array(len(centres), len(icosphere(1)[0])) - 1)
    return blobs(centres, radii, 1, "leaves", bumps)


def coat(rng: Stream, centres: Floats, radii: Floats, count: int, size: float) -> Mesh:
    """`count` leaf clumps of about `size` (m) over the outside of ellipsoids, (N, 3) centres and radii."""
    candidates = 2 * count
    out = sphere_points(candidates)[np.argsort(rng.array(candidates), kind="stable")]
    owner = np.arange(candidates) % len(centres)
    at = centres[owner] + out * radii[owner] * (0.92 + 0.2 * rng.array(candidates, 1))
    inside = (((at[:, None] - centres) / radii) ** 2).sum(axis=2) < 0.8
    hidden_last = np.argsort(inside.any(axis=1), kind="stable")[:count]
    return clumps(rng, at[hidden_last], out[hidden_last], size)


def clumps(rng: Stream, at: Floats, outward: Floats, size: float, slot: str = "leaves") -> Mesh:
    """Flat tetrahedra about `size` across at points (N, 3), turned anyhow but mostly `outward` (N, 3)."""
    draws = 2 * rng.array(len(at), 7) - 1
    normal = outward / np.linalg.norm(outward, axis=1, keepdims=True) + 0.8 * draws[:, :3]
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    across = np.cross(normal, draws[:, 3:6] + [0.0, 0.0, 2.1])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    frame = np.stack([across, np.cross(normal, across), normal], axis=1)  # rows: the clump's own axes
    reach = size * (1 + 0.5 * draws[:, 6])
    corners = (_CLUMP[None, :, :, None] * frame[:, None]).sum(axis=2) * reach[:, None, None]
    return make_mesh(at[:, None] + corners, repeat_faces(_CLUMP_FACES, 4, len(at)), slot)


def sphere_points(count: int) -> Floats:
    """(count, 3) unit vectors spread evenly (the Fibonacci lattice)."""
    z = 1 - (2 * np.arange(count) + 1) / count
    angle = np.arange(count) * (np.pi * (3 - 5**0.5))
    r = np.sqrt(1 - z * z)
    return np.column_stack([r * np.cos(angle), r * np.sin(angle), z])
