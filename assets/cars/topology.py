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
FLOOR = 3  # across half the bottom: the arch's roof, its inner wall, the floor

# Points of the bottom's front (rear) border, counted from the corner, that its grid joins, and the triangles
# between these and the others.
_ENDS = [0, 2, 4, COLUMNS]
_FILLS = np.array([[0, 1, 2], [2, 3, 4], [4, 5, 6]])

MARKS = ("front_arch", "front_axle", "cowl", "deck", "rear_axle", "rear_arch")

# The panel that a face belongs to, one bit each: the wall's front, its side to the front axle, between the
# axles and behind the rear axle, its rear; the top before, beside and behind the cabin; the cabin's front,
# side and rear; the roof; the bottom.
FRONT, WING, SIDE, QUARTER, REAR, BONNET, SHOULDER, DECK, SCREEN, FLANK, BACK, ROOF_PANEL, UNDER = (
    1 << i for i in range(13)
)


@dataclass(frozen=True, eq=False)
class Shell:
    """Vertex numbers and faces of the half shell.

    wall: (N + 2 COLUMNS, ROWS + 1) for N stations; top: (N, COLUMNS + 1), bottom: (N, FLOOR + 1) from the
    edge to the middle; cabin: (ring, CABIN_ROWS + 1); roof: (stations of the cabin, COLUMNS). Entries shared
    between patches are equal. `vertex_count` counts the numbers in use before `used` (V,) drops those inside
    the cabin's opening. faces: (F, 3) into the used vertices. corner: (F, 3) into the patches' points, each
    patch flattened, in the order of wall, top, bottom, cabin, roof. zone: (F,) the panel.
    """

    wall: Indices
    top: Indices
    bottom: Indices
    cabin: Indices
    roof: Indices
    vertex_count: int
    used: Indices
    faces: Indices
    corner: Indices
    zone: Indices


@lru_cache(maxsize=256)
def shell(stations: int, marks: tuple[int, ...]) -> Shell:
    """The shell of `stations` cross-sections; `marks` are the stations named in `MARKS`."""
    k, n = COLUMNS, stations
    front_arch, front_axle, cowl, deck, rear_axle, rear_arch = marks
    taken = 0

    def take(rows: int, columns: int) -> Indices:
        nonlocal taken
        block = np.arange(taken, taken + rows * columns, dtype=np.int32).reshape(rows, columns)
        taken += rows * columns
        return block

    wall = take(n + 2 * k, ROWS + 1)
    top, bottom = _lid(wall[:, ROWS], take(n - 2, k)), _floor(wall[:, 0], take(n - 2, FLOOR))
    base = np.concatenate([top[cowl, :0:-1], top[cowl + 1 : deck, 1], top[deck, 1:]])
    cabin = np.column_stack([base, take(len(base), CABIN_ROWS)])
    edge = cabin[:, CABIN_ROWS]
    length = deck - cowl + 1
    roof = np.empty((length, k), np.int32)
    roof[0], roof[-1], roof[:, 0] = edge[k - 1 :: -1], edge[-k:], edge[k - 1 : k - 1 + length]
    roof[1:-1, 1:] = take(length - 2, k - 1)

    wall_zone = np.full((len(wall) - 1, ROWS), SIDE, np.int32)
    wall_zone[: k + front_axle], wall_zone[k + rear_axle :] = WING, QUARTER
    wall_zone[: k + front_arch], wall_zone[k + rear_arch :] = FRONT, REAR
    top_zone = np.full((n - 1, k), SHOULDER, np.int32)
    top_zone[:cowl], top_zone[deck:] = BONNET, DECK
    opening = np.zeros((n - 1, k), bool)
    opening[cowl:deck, 1:] = True
    top_zone[opening] = 0
    cabin_zone = np.full((len(base) - 1, CABIN_ROWS), FLANK, np.int32)
    cabin_zone[: k - 1], cabin_zone[1 - k :] = SCREEN, BACK
    under = np.full((n - 1, FLOOR), UNDER, np.int32)
    panel = np.full((length - 1, k - 1), ROOF_PANEL, np.int32)
    zone = np.concatenate([z.ravel() for z in (wall_zone, top_zone, under, cabin_zone, panel)])

    grids = (wall, top, bottom, cabin, roof)
    starts = np.cumsum([0] + [grid.size for grid in grids[:-1]])
    places = [
        start + np.arange(grid.size).reshape(grid.shape) for start, grid in zip(starts, grids, strict=True)
    ]
    places[2] = places[2][:, ::-1]  # seen from below, its columns run the other way
    quads = np.concatenate([_quads(place) for place in places])[zone > 0]
    ends = [places[0][k::-1, 0][_FILLS], places[0][-k - 1 :, 0][_FILLS][:, ::-1]]
    corner = np.concatenate([quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3), *ends]).astype(np.int32)
    zone = np.concatenate([np.repeat(zone[zone > 0], 2), np.full(2 * len(_FILLS), UNDER, np.int32)])
    used, faces = np.unique(np.concatenate([grid.ravel() for grid in grids])[corner], return_inverse=True)
    return Shell(*grids, taken, used.astype(np.int32), faces.reshape(-1, 3).astype(np.int32), corner, zone)


def _lid(border: Indices, inside: Indices) -> Indices:
    """The (N, COLUMNS + 1) grid that closes the loop `border` of the wall with the vertices `inside`."""
    k, n = COLUMNS, len(border) - 2 * COLUMNS
    lid = np.empty((n, k + 1), np.int32)
    lid[0], lid[-1], lid[:, 0] = border[k::-1], border[k + n - 1 :], border[k : k + n]
    lid[1:-1, 1:] = inside
    return lid


def _floor(border: Indices, inside: Indices) -> Indices:
    """The (N, FLOOR + 1) grid of the bottom; its first and last row pass over some points of the border."""
    k, n = COLUMNS, len(border) - 2 * COLUMNS
    floor = np.empty((n, FLOOR + 1), np.int32)
    floor[0], floor[-1], floor[:, 0] = border[k::-1][_ENDS], border[k + n - 1 :][_ENDS], border[k : k + n]
    floor[1:-1, 1:] = inside
    return floor


def _quads(grid: NDArray[np.int_]) -> NDArray[np.int_]:
    """The quads (M, 4) of a grid, counter-clockwise where its first axis runs right and its second up."""
    corners = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    quads: NDArray[np.int_] = np.stack(corners, axis=-1).reshape(-1, 4)
    return quads
