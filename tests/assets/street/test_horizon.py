"""Horizons: closed rings beyond their radius, below their height, in few triangles."""

import numpy as np
import pytest

from assets.build import build
from assets.mesh import face_normals
from assets.street.horizon import FOOT_M
from assets.street.params import HorizonParams

KINDS = ("hills", "trees", "town")


def ring(kind, seed, radius=300.0, height=20.0):
    return build(HorizonParams(kind=kind, radius_m=radius, height_m=height, seed=seed))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_a_ring_is_behind_its_radius_and_closed(kind, seed):
    mesh = ring(kind, seed)
    assert len(mesh.faces) <= 2000
    assert np.isfinite(mesh.uv).all()
    corners = mesh.vertices[mesh.faces].astype(float)
    assert np.linalg.norm(corners[..., :2], axis=-1).min() > 0.995 * 300
    assert corners[..., 2].min() == pytest.approx(FOOT_M) and corners[..., 2].max() <= 20.0 + 1e-4
    bearing = np.arctan2(corners[..., 1], corners[..., 0])
    spread = (bearing - bearing[:, :1] + np.pi) % (2 * np.pi) - np.pi
    low, high = (bearing[:, 0] + spread.min(axis=1)), (bearing[:, 0] + spread.max(axis=1))
    standing = corners[..., 2].min(axis=1) < 0
    rays = np.linspace(-np.pi, np.pi, 2000)[:, None] + 2 * np.pi * np.array([-1, 0, 1])
    covered = ((rays[:, None, :] >= low[standing, None]) & (rays[:, None, :] <= high[standing, None])).any(
        (1, 2)
    )
    assert covered.all()


@pytest.mark.parametrize("kind", KINDS)
def test_most_of_a_ring_faces_inwards(kind):
    mesh = ring(kind, 1)
    inward = -mesh.vertices[mesh.faces].mean(axis=1)[:, :2]
    facing = (face_normals(mesh.vertices, mesh.faces)[:, :2] * inward).sum(axis=1) > 0
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    assert area[facing].sum() > 0.6 * area.sum()


@pytest.mark.parametrize("kind", KINDS)
def test_rings_differ_by_their_seed_alone(kind):
    assert ring(kind, 1).vertices.tobytes() == ring(kind, 1).vertices.tobytes()
    assert ring(kind, 1).vertices.tobytes() != ring(kind, 2).vertices.tobytes()
