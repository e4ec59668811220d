"""The body shell as a grid of quads: which vertices each face joins, the same for all cars of one layout.

Only the left half is laid out; the right half is its mirror image, welded along the middle. The half consists
of five patches that share their borders:

    wall    from the front's middle along the left side to the rear's middle, bottom edge to belt
    top     bonnet, shoulder and boot, from the belt's edge to the middle; open where the cabin stands
    bottom  arch roofs, arch walls and floor
    cabin   windscreen, left windows and rear window, from the opening in the top to the roof's edge
    roof
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.int32]

COLUMNS = 6  # across half the car, on bonnet, roof, boot, floor, front and rear
ROWS = 7  # up the wall
CABIN_ROWS = 5


@dataclass(frozen=True, eq=False)
class Shell:
    """Vertex numbers and faces of the half shell, and how the halves join.

    wall: (N + 2 COLUMNS, ROWS + 1); top, bottom: (N, COLUMNS + 1) from the edge to the middle for N stations;
    cabin: (ring, CABIN_ROWS + 1); roof: (stations of the cabin, COLUMNS). Entries shared between patches are
    equal. `vertex_count` counts the numbers in use before `used` drops those inside the cabin's opening.
    faces: (F, 3) of the whole body. cell: (F,) the quad that a face belongs to, counted per half in the order
    of wall, top, bottom, cabin, roof. axis: (F,) the axis along which a face's UVs are projected.
    """

    wall: Indices
    top: Indices
    bottom: Indices
    cabin: Indices
    roof: Indices
    vertex_count: int
    used: Indices
    mirrored: Indices
    faces: Indices
    cell: Indices
    axis: Indices


@lru_cache(maxsize=256)
def shell(stations: int, cowl: int, deck: int) -> Shell:
    """The shell of `stations` cross-sections whose cabin stands between stations `cowl` and `deck`."""
    k, n = COLUMNS, stations
    taken = 0

    def take(rows: int, columns: int) -> Indices:
        nonlocal taken
        block = np.arange(taken, taken + rows * columns, dtype=np.int32).reshape(rows, columns)
        taken += rows * columns
        return block

    wall = take(n + 2 * k, ROWS + 1)
    top, bottom = (_lid(wall[:, row], take(n - 2, k)) for row in (ROWS, 0))
    base = np.concatenate([top[cowl, :0:-1], top[cowl + 1 : deck, 1], top[deck, 1:]])
    cabin = np.column_stack([base, take(len(base), CABIN_ROWS)])
    edge = cabin[:, CABIN_ROWS]
    length = deck - cowl + 1
    roof = np.empty((length, k), np.int32)
    roof[0], roof[-1], roof[:, 0] = edge[k - 1 :: -1], edge[-k:], edge[k - 1 : k - 1 + length]
    roof[1:-1, 1:] = take(length - 2, k - 1)

    opening = np.zeros((n - 1, k), bool)
    opening[cowl:deck, 1:] = True
    quads = [_quads(wall), _quads(top), _quads(bottom)[:, ::-1], _quads(cabin), _quads(roof)]
    axes = [_wall_axes(n), np.full(n * k - k, 2), np.full(n * k - k, 2), _cabin_axes(len(base), length)]
    axes.append(np.full(len(quads[4]), 2))
    cells = np.arange(sum(map(len, quads)), dtype=np.int32)
    keep = np.ones(len(cells), bool)
    keep[len(quads[0]) : len(quads[0]) + len(quads[1])] = ~opening.ravel()
    half = np.concatenate(quads)[keep]
    middle = np.concatenate([wall[0], wall[-1], top[:, k], bottom[:, k], cabin[0], cabin[-1], roof[:, -1]])
    welded = _weld(taken, half, cells[keep], np.concatenate(axes)[keep], middle)
    return Shell(wall, top, bottom, cabin, roof, taken, *welded)


def _lid(border: Indices, inside: Indices) -> Indices:
    """The (N, COLUMNS + 1) grid that closes the loop `border` of the wall with the vertices `inside`."""
    k, n = COLUMNS, len(border) - 2 * COLUMNS
    lid = np.empty((n, k + 1), np.int32)
    lid[0], lid[-1], lid[:, 0] = border[k::-1], border[k + n - 1 :], border[k : k + n]
    lid[1:-1, 1:] = inside
    return lid


def _quads(grid: Indices) -> Indices:
    """The quads (M, 4) of a grid, counter-clockwise where its first axis runs right and its second up."""
    corners = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    quads: Indices = np.stack(corners, axis=-1).reshape(-1, 4)
    return quads


def _wall_axes(stations: int) -> Indices:
    """Ends are projected along x, the side along y; the corner goes with the ends."""
    axis = np.ones((stations + 2 * COLUMNS - 1, ROWS), np.int32)
    axis[:COLUMNS] = axis[-COLUMNS:] = 0
    return axis.ravel()


def _cabin_axes(ring: int, length: int) -> Indices:
    axis = np.zeros((ring - 1, CABIN_ROWS), np.int32)
    axis[COLUMNS - 1 : COLUMNS + length - 2] = 1
    return axis.ravel()


def _weld(
    count: int, quads: Indices, cells: Indices, axes: Indices, middle: Indices
) -> tuple[Indices, Indices, Indices, Indices, Indices]:
    """Shell's used, mirrored, faces, cell and axis: the quads cut in two, joined with their image."""
    used = np.unique(quads).astype(np.int32)
    renumber = np.full(count, -1, np.int32)
    renumber[used] = np.arange(len(used), dtype=np.int32)
    mirrored = np.flatnonzero(~np.isin(used, middle)).astype(np.int32)
    twin = np.arange(len(used), dtype=np.int32)
    twin[mirrored] = len(used) + np.arange(len(mirrored), dtype=np.int32)
    triangles = renumber[quads][:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    faces = np.concatenate([triangles, twin[triangles][:, ::-1]])
    cell, axis = (np.tile(np.repeat(values, 2), 2).astype(np.int32) for values in (cells, axes))
    return used, mirrored, faces, cell, axis
