"""What the tests of cars share: a car taken apart into its closed pieces, and what lies inside its body."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pytest
from connected import connected
from numpy.typing import NDArray

from assets.cars import CarParams, build_car
from assets.cars.livery import SLOTS
from assets.mesh import Mesh

_SLABS = 60


@dataclass(eq=False)
class Pieces:
    """label: (V,) the piece that each vertex belongs to; body: the label of the body shell."""

    mesh: Mesh
    label: NDArray[np.intp]
    body: int

    def vertices(self, piece: int) -> NDArray[np.float64]:
        """The vertices of one piece."""
        return self.mesh.vertices[self.label == piece].astype(float)

    def having(self, *slots: str) -> list[int]:
        """The pieces that have a face of one of the slots."""
        wanted = np.isin(self.mesh.slot, [SLOTS.index(slot) for slot in slots])
        return np.unique(self.label[self.mesh.faces[wanted, 0]]).tolist()

    def triangles(self, *slots: str) -> NDArray[np.float64]:
        """(F, 3, 3) corners of the faces of these slots."""
        wanted = np.isin(self.mesh.slot, [SLOTS.index(slot) for slot in slots])
        return self.mesh.vertices[self.mesh.faces[wanted]].astype(float)

    @cached_property
    def sunk(self) -> NDArray[np.bool_]:
        """(V,) whether a vertex lies inside the body."""
        return self.inside(self.mesh.vertices.astype(float))

    def inside(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(N,) whether points lie inside the body: a ray upwards then leaves it once more than it enters."""
        faces = self.mesh.faces[self.label[self.mesh.faces[:, 0]] == self.body]
        shell = self.mesh.vertices[faces].astype(float)
        points = points + np.array([1.3e-5, 1.7e-5, 0])  # off the shell's edges
        crossings = np.zeros(len(points), int)
        edges = np.linspace(shell[..., 0].min() - 1, shell[..., 0].max() + 1, _SLABS)
        for low, high in pairwise(edges):
            here = np.flatnonzero((points[:, 0] >= low) & (points[:, 0] < high))
            near = (shell[..., 0].min(axis=1) < high) & (shell[..., 0].max(axis=1) >= low)
            if len(here):
                crossings[here] = _above(points[here], shell[near])
        return crossings % 2 == 1


def _above(points: NDArray[np.float64], triangles: NDArray[np.float64]) -> NDArray[np.int_]:
    """(N,) how many of the triangles lie above each point."""
    a, b, c = (triangles[:, i] for i in range(3))
    (abx, aby), (acx, acy) = (b - a)[:, :2].T, (c - a)[:, :2].T
    area = abx * acy - aby * acx
    flat = np.abs(area) > 1e-12
    px, py = points[:, 0, None] - a[flat, 0], points[:, 1, None] - a[flat, 1]
    u = (px * acy[flat] - py * acx[flat]) / area[flat]
    v = (abx[flat] * py - aby[flat] * px) / area[flat]
    height = a[flat, 2] + u * (b - a)[flat, 2] + v * (c - a)[flat, 2]
    hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (height > points[:, 2, None])
    return np.asarray(hit.sum(axis=1))


@pytest.fixture(scope="session")
def dismantle() -> Callable[..., Pieces]:
    """Builds a car and takes it apart."""
    return _dismantle


def _dismantle(params: CarParams) -> Pieces:
    mesh = build_car(params)
    label = connected(mesh.faces)
    return Pieces(mesh, label, int(np.bincount(label).argmax()))
