"""What the mesh tests share: whether a mesh is made of closed solids that face outward."""

from collections.abc import Callable

import numpy as np
import pytest
from connected import connected
from numpy.typing import NDArray

from assets.mesh import Mesh

WELD_M = 1e-4


@pytest.fixture(scope="session")
def assert_solid() -> Callable[[Mesh], None]:
    """Asserts that every part of a mesh is closed and encloses a positive volume."""
    return _assert_solid


def _assert_solid(mesh: Mesh) -> None:
    dtypes = [array.dtype for array in (mesh.vertices, mesh.faces, mesh.uv, mesh.slot, mesh.smooth)]
    assert dtypes == [np.float32, np.int32, np.float32, np.int16, np.bool_]
    assert np.isfinite(mesh.vertices).all()
    assert mesh.uv.shape == (len(mesh.faces), 3, 2)
    assert np.isfinite(mesh.uv).all()
    assert mesh.slot.max() < len(mesh.slots)
    faces = _welded(mesh)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    there = np.unique(edges, axis=0, return_counts=True)
    back = np.unique(edges[:, ::-1], axis=0, return_counts=True)
    assert np.array_equal(there[0], back[0]), "an edge has no face on its other side"
    assert np.array_equal(there[1], back[1]), "faces around an edge disagree about which way is out"
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(float) for i in range(3))
    volumes = (np.cross(a, b) * c).sum(axis=1) / 6
    part = _parts(faces)
    whole = np.bincount(part, weights=volumes)
    assert whole[np.unique(part)].min() > -1e-9, "a part of the mesh is inside out"
    assert whole.sum() > 0


def _welded(mesh: Mesh) -> NDArray[np.int64]:
    """Faces over vertices joined by position; only then do sharp edges and seams close."""
    cell = np.round(mesh.vertices.astype(float) / WELD_M).astype(np.int64)
    _, index = np.unique(cell, axis=0, return_inverse=True)
    return index.reshape(-1)[mesh.faces]


def _parts(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number per face, equal for faces that hang together."""
    return connected(faces)[faces[:, 0]]
