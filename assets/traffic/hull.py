"""Hulls: bodies of buses and cabs as a stack of rings, each ring the plan of the body at one height."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.mesh import Mesh, make_mesh
from assets.solids import grid_faces

Floats = NDArray[np.float64]

_CORNER_STEPS = 3
_CORNER_TURN = np.linspace(0, np.pi / 2, _CORNER_STEPS + 1)[1:]
_ARCH_STEPS = 8


class Level(NamedTuple):
    """The plan of a hull at one height: a rectangle with a bowed front and rounded corners; metres."""

    z: float
    front: float  # x of the front's middle
    rear: float
    half_width: float
    front_corner: float  # radius
    rear_corner: float
    bow: float = 0.0  # how far the front's corners lie behind its middle


class Arch(NamedTuple):
    """A wheel's opening: from `x` ± `radius` at the hull's lower edge to `top` above the axle."""

    x: float
    radius: float
    top: float


class Grid(NamedTuple):
    """The cells of a hull's wall: each lies between two levels and two columns.

    x, y, z: (levels − 1, columns), the middles. The columns run from the front's middle over the left side
    to the rear and back over the right side.
    row: (levels − 1, columns), the number of the level below.
    front, side, rear: (levels − 1, columns), which part of the wall it is; corners belong to the ends.
    """

    x: Floats
    y: Floats
    z: Floats
    row: NDArray[np.int64]
    front: NDArray[np.bool_]
    side: NDArray[np.bool_]
    rear: NDArray[np.bool_]


def rings(levels: Sequence[Level], ends: Sequence[float], stations: ArrayLike) -> Floats:
    """(levels, 2 × columns, 3): the rings of a hull that is symmetric about y = 0.

    ends: increasing shares of the front's and the rear's half width between the rounded corners, the last 1.
    stations: x along the sides of the first level, between its corners, from front to rear; those of the
    other levels divide their sides alike.
    """
    shares, x = np.asarray(ends), np.asarray(stations)
    last, first = _rear_end(levels[0], shares)[0][0], _front_end(levels[0], shares)[0][-1]
    along = (x - last) / (first - last)
    half = np.array([_half_ring(level, shares, along) for level in levels])
    return np.concatenate([half, half[:, ::-1] * [1.0, -1.0, 1.0]], axis=1)


def _half_ring(level: Level, ends: Floats, along: Floats) -> Floats:
    """(columns, 3): the left half of one ring, from the front's middle to the rear's.

    along: where the side's columns are, from 0 at the rear's corner to 1 at the front's.
    """
    (front_x, front_y), (rear_x, rear_y) = _front_end(level, ends), _rear_end(level, ends)
    side_x = rear_x[0] + along * (front_x[-1] - rear_x[0])
    x = np.concatenate([front_x, side_x, rear_x])
    y = np.concatenate([front_y, np.full(len(side_x), level.half_width), rear_y])
    return np.column_stack([x, y, np.full(len(x), level.z)])


def _front_end(level: Level, ends: Floats) -> tuple[Floats, Floats]:
    """x and y from the front's middle to the end of its corner."""
    radius = level.front_corner
    y = ends * (level.half_width - radius)
    x = level.front - level.bow * (y / level.half_width) ** 2
    corner_x = x[-1] - radius * (1 - np.cos(_CORNER_TURN))
    return np.concatenate([x, corner_x]), np.concatenate([y, y[-1] + radius * np.sin(_CORNER_TURN)])


def _rear_end(level: Level, ends: Floats) -> tuple[Floats, Floats]:
    """x and y from the start of the rear's corner to its middle."""
    mirrored = level._replace(front=-level.rear, front_corner=level.rear_corner, bow=0.0)
    x, y = _front_end(mirrored, ends)
    return -x[::-1], y[::-1]


def arch_stations(arch: Arch) -> Floats:
    """Stations along a hull's side that draw an arch."""
    stations: Floats = arch.x + arch.radius * np.cos(np.linspace(0, np.pi, _ARCH_STEPS + 1))
    return stations


def cut_arches(ring: Floats, arches: Sequence[Arch], belt: int) -> Floats:
    """The rings with wheel arches: levels below number `belt` are pressed together above each arch."""
    low, high = ring[0, :, 2].min(), ring[belt, :, 2].max()
    edge = np.full(ring.shape[1], low)
    for arch in arches:
        across = np.clip(np.abs(ring[0, :, 0] - arch.x) / arch.radius, 0, 1)
        edge = np.maximum(edge, low + (arch.top - low) * np.sqrt(1 - across**2.4))
    cut = ring.copy()
    cut[:belt, :, 2] = edge + (ring[:belt, :, 2] - low) * (high - edge) / (high - low)
    return cut


def grid(ring: Floats, ends: Sequence[float]) -> Grid:
    """The cells between the rings of a hull that was given `ends`."""
    after = np.roll(ring, -1, axis=1)
    middle = (ring[:-1] + ring[1:] + after[:-1] + after[1:]) / 4
    shape, end = middle.shape[:2], len(ends) - 1 + _CORNER_STEPS
    column = np.arange(shape[1])
    from_front = np.minimum(column, shape[1] - 2 - column)  # −1 in the front's middle
    front, rear = from_front < end, from_front >= shape[1] // 2 - 1 - end
    parts = (np.broadcast_to(part, shape) for part in (front, ~front & ~rear, rear))
    row = np.broadcast_to(np.arange(shape[0])[:, None], shape)
    x, y, z = np.moveaxis(middle, -1, 0)
    return Grid(x, y, z, row, *parts)


def hull(ring: Floats, slots: NDArray[np.str_], top: str, bottom: str) -> Mesh:
    """The closed body of `ring`, each cell of its wall in the slot named by `slots` (levels − 1, columns)."""
    levels, around, _ = ring.shape
    strip = np.arange(around // 2 - 1)
    left, right = strip, around - 1 - strip
    quads = np.stack([left, left + 1, right - 1, right], axis=1)
    lid = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    wall = grid_faces(levels, around, wrap=True)
    vertices = np.concatenate([ring.reshape(-1, 3), ring[0], ring[-1]])
    floor, roof = lid[:, ::-1] + levels * around, lid + (levels + 1) * around
    names = np.concatenate([np.tile(slots.ravel(), 2), np.full(len(floor), bottom), np.full(len(roof), top)])
    kinds, index = np.unique(names, return_inverse=True)
    mesh = make_mesh(vertices, np.concatenate([wall, floor, roof]), smooth=True)
    return replace(mesh, slot=index.reshape(-1).astype(np.int16), slots=tuple(str(kind) for kind in kinds))
