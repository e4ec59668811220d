"""Loose parts of a car: boxes, tubes and blobs, each a closed component, and how parts are joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.cars.frame import Floats
from assets.solids import icosphere

Indices = NDArray[np.int32]

_PLANES = np.array([[1, 2], [0, 2], [0, 1]])  # the two coordinates that remain when x, y or z is dropped
_AXES = np.eye(3)


@dataclass(frozen=True, eq=False)
class Part:
    """vertices: (V, 3); faces: (F, 3) counter-clockwise seen from outside; slot: (F,); uv: (F, 3, 2)."""

    vertices: Floats
    faces: Indices
    slot: NDArray[np.int16]
    uv: Floats


def box_projected(vertices: Floats, faces: Indices, axis: int | Indices) -> Floats:
    """(F, 3, 2) UVs in metres: each face projected along its `axis` (0, 1 or 2; one for all or (F,))."""
    if isinstance(axis, int):
        return np.asarray(vertices[:, _PLANES[axis]][faces])
    return np.asarray(vertices[faces[:, :, None], _PLANES[axis][:, None, :]])


def joined(parts: Sequence[Part]) -> Part:
    """One part of several."""
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Part(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + np.int32(i) for part, i in zip(parts, starts, strict=True)]),
        np.concatenate([part.slot for part in parts]),
        np.concatenate([part.uv for part in parts]),
    )


def mirrored(part: Part) -> Part:
    """The part and its mirror image on the other side of y = 0."""
    count = len(part.vertices)
    return Part(
        np.concatenate([part.vertices, part.vertices * (1, -1, 1)]),
        np.concatenate([part.faces, part.faces[:, ::-1] + np.int32(count)]),
        np.tile(part.slot, 2),
        np.concatenate([part.uv, part.uv[:, ::-1]]),
    )


def moved(part: Part, offset: ArrayLike) -> Part:
    """The part in another place; its UVs go with it."""
    return Part(part.vertices + np.asarray(offset, float), part.faces, part.slot, part.uv)


_CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_CUBE_QUADS = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
_CUBE_FACES = np.array(_CUBE_QUADS, np.int32)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
_CUBE_AXES = np.repeat(np.arange(3, dtype=np.int32), 4)


def box(centre: ArrayLike, size: ArrayLike, slot: int) -> Part:
    """A box by its centre and its full size."""
    vertices = _CUBE * np.asarray(size, float) + np.asarray(centre, float)
    uv = box_projected(vertices, _CUBE_FACES, _CUBE_AXES)
    return Part(vertices, _CUBE_FACES, np.full(12, slot, np.int16), uv)


def tube(rings: Floats, slot: int | tuple[int, ...], axis: int) -> Part:
    """A closed tube through (rings, corners, 3) points; corners run counter-clockwise seen from its start.

    slot: one for all, or one for each of the rings - 1 bands; a cap has that of the band beside it.
    """
    count, corners = rings.shape[:2]
    vertices, faces = rings.reshape(-1, 3), _tube_faces(count, corners)
    bands = (slot,) * (count - 1) if isinstance(slot, int) else slot
    return Part(vertices, faces, _tube_slots(bands, corners), box_projected(vertices, faces, axis))


@lru_cache(maxsize=64)
def _tube_slots(bands: tuple[int, ...], corners: int) -> NDArray[np.int16]:
    sides, cap = 2 * corners, corners - 2
    return np.repeat(np.array([*bands, bands[0], bands[-1]], np.int16), [*[sides] * len(bands), cap, cap])


@lru_cache(maxsize=32)
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


def pad(
    centres: ArrayLike, sizes: ArrayLike, axis: int, slot: int | tuple[int, ...], corners: int = 8
) -> Part:
    """A closed body with rounded corners through sections across `axis`.

    centres: (rings, 3), steadily rising or falling along `axis`. sizes: (rings, 2) full sizes of the sections
    along the other two axes. slot: as for `tube`. corners: of a section, an even number.
    """
    centre, size = np.asarray(centres, float), np.asarray(sizes, float)
    rings = np.repeat(centre[:, None], corners, axis=1)
    rings[..., _PLANES[axis]] += _rounded(corners) * (size[:, None] / 2)
    rising = bool(centre[-1, axis] > centre[0, axis])
    return tube(rings[:, ::-1] if rising == (axis != 1) else rings, slot, 1 if axis == 2 else 2)


@lru_cache(maxsize=8)
def _rounded(corners: int) -> Floats:
    """(corners, 2) points of a superellipse, counter-clockwise and symmetrical about both axes."""
    angle = (np.arange(corners) + 0.5) * (2 * np.pi / corners)
    point = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    point = np.sign(point) * np.abs(point) ** 0.6
    return np.asarray(point / np.abs(point).max(axis=0))


def pipe(
    path: ArrayLike, radii: ArrayLike, slot: int | tuple[int, ...], side: int = 1, corners: int = 6
) -> Part:
    """A closed round body along `path` (rings, 3) with `radii` (rings,); slot as for `tube`.

    side: an axis that the path is nowhere parallel to; the sections are laid out from it.
    """
    line = np.asarray(path, float)
    along = np.concatenate([line[1:2] - line[:1], line[2:] - line[:-2], line[-1:] - line[-2:-1]])
    up = _unit_cross(along, _AXES[side])
    across = _unit_cross(up, along)
    angle = np.arange(corners) * (-2 * np.pi / corners)
    ring = np.cos(angle)[:, None] * across[:, None] + np.sin(angle)[:, None] * up[:, None]
    return tube(line[:, None] + ring * np.asarray(radii, float)[:, None, None], slot, side)


def _unit_cross(a: Floats, b: Floats) -> Floats:
    """Unit vectors along a × b; written out, as np.cross takes several times as long on few vectors."""
    x = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    y = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    z = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return np.asarray(np.stack([x, y, z], axis=-1) / np.sqrt(x * x + y * y + z * z)[..., None])


def blob(centre: ArrayLike, radii: ArrayLike, slot: int) -> Part:
    """A smooth ellipsoid of 80 faces."""
    sphere, faces = icosphere(1)
    vertices = sphere * np.asarray(radii, float) + np.asarray(centre, float)
    return Part(vertices, faces, np.full(len(faces), slot, np.int16), box_projected(vertices, faces, 1))
