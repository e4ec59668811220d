"""Loose parts of a car: boxes, blobs and rails, each a closed component of one slot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.cars.frame import Floats

Indices = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Part:
    """vertices: (V, 3); faces: (F, 3) counter-clockwise seen from outside; slot: (F,); axis: (F,) UV axis."""

    vertices: Floats
    faces: Indices
    slot: NDArray[np.int16]
    axis: Indices


def joined(parts: Sequence[Part]) -> Part:
    """One part of several."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Part(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + np.int32(i) for part, i in zip(parts, starts, strict=True)]),
        np.concatenate([part.slot for part in parts]),
        np.concatenate([part.axis for part in parts]),
    )


def mirrored(part: Part) -> Part:
    """The part and its mirror image on the other side of y = 0."""
    count = len(part.vertices)
    return Part(
        np.concatenate([part.vertices, part.vertices * (1, -1, 1)]),
        np.concatenate([part.faces, part.faces[:, ::-1] + np.int32(count)]),
        np.tile(part.slot, 2),
        np.tile(part.axis, 2),
    )


_CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_CUBE_QUADS = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
_CUBE_FACES = np.array(_CUBE_QUADS, np.int32)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
_CUBE_AXES = np.repeat(np.arange(3, dtype=np.int32), 4)


def box(centre: ArrayLike, size: ArrayLike, slot: int) -> Part:
    """A box by its centre and its full size."""
    vertices = _CUBE * np.asarray(size, float) + np.asarray(centre, float)
    return Part(vertices, _CUBE_FACES, np.full(12, slot, np.int16), _CUBE_AXES)


def tube(rings: Floats, slot: int, axis: int) -> Part:
    """A closed tube through (rings, corners, 3) points; corners run counter-clockwise seen from its start."""
    count, corners = rings.shape[:2]
    faces = _tube_faces(count, corners)
    return Part(
        rings.reshape(-1, 3), faces, np.full(len(faces), slot, np.int16), np.full(len(faces), axis, np.int32)
    )


@lru_cache(maxsize=16)
def _tube_faces(count: int, corners: int) -> Indices:
    ring = np.arange(corners)
    following = (ring + 1) % corners
    start = np.arange(count - 1)[:, None] * corners
    quads = np.stack(
        [start + ring, start + corners + ring, start + corners + following, start + following], axis=-1
    ).reshape(-1, 4)
    fan = np.column_stack([np.zeros(corners - 2, int), ring[1:-1], ring[2:]])
    caps = [fan, fan[:, ::-1] + (count - 1) * corners]
    faces = np.concatenate([quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3), *caps])
    return np.asarray(faces, np.int32)
