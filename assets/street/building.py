"""Buildings: walls with windows and a door or shop front, under a flat, gable or hip roof."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import boxes
from assets.stream import Stream
from assets.street.facade import DOOR, GATE, RECESS_M, WALL, WINDOW, Facade, build_body
from assets.street.front import door_case, gate_ribs, lintels, plinth, shutters
from assets.street.params import BuildingParams
from assets.street.roof import build_roof

Floats = NDArray[np.float64]

_MAX_WINDOWS = 56  # on the front
_CASEMENTS = 28  # up to that many windows have a transom
_MAX_TRIANGLES = 2400
_PLINTH_M = 0.12
_FRAME_M = 0.05
_DOOR_M = 1.1


def build_building(params: BuildingParams) -> Mesh:
    """A closed building; slots "wall", "window", "door", "roof" or "slate", "plinth" (with the steps),
    "joinery" (sills, window bars, door case, cornice, shop sign), and on some "gate", "shutter" and "gutter".

    Walls stand over x ± frontage / 2, y in [0, depth]; sills, cornices and eaves reach up to 0.5 m further,
    balconies 1.2 m; the foundation reaches FOUNDATION_M below z = 0. At most 2,400 triangles for up to eight
    floors.
    """
    rng = Stream(params.seed)
    shop = params.floors > 1 and rng.chance(0.45)
    z = _storeys(rng, params, shop)
    columns = _columns(params)
    share = rng.uniform(0.4, 0.62)
    plain = _facade(params.frontage_m, z, columns, share, rng.uniform(0.6, 1.0) if rng.chance(0.35) else 1.0)
    door = rng.integer(0, columns - 1)
    balconies, shuttered, garage = rng.chance(0.4), rng.chance(0.35), rng.chance(0.4)
    low_house = params.floors <= 3
    side = _facade(params.depth_m, z, 2 if low_house else 0, 0.22)
    back = _facade(params.frontage_m, z, min(columns, 3) if low_house else 0, share / 2)
    if garage and params.floors <= 2 and not shop and columns >= 4:
        plain = _with_gate(plain, 0 if door >= columns / 2 else columns - 2)
    front = _add_door(plain, door, shop)
    opening = _door_opening(front)
    body = build_body(front, side, back)
    roof = build_roof(rng, params.roof, params.frontage_m, params.depth_m, float(z[-1]))
    trim = [plinth(front, params.depth_m, opening, min(0.42, float(z[2]) - 0.05))]
    trim += door_case(rng, opening, float(z[1]), float(z[3]))
    trim += [part for part in (gate_ribs(front),) if part is not None]
    extras = _windows_joinery(plain, door)
    if low_house:
        extras.append(_side_bars(side, params.frontage_m / 2))
    if shop:
        trim.append(_shop_sign(params.frontage_m, z))
    if balconies and columns >= 4 and params.floors >= 3:
        extras.insert(0, _balconies(plain, rng.integer(1, 2)))
    elif shuttered and not shop:
        extras += [part for part in (shutters(front),) if part is not None]
    extras += [part for part in (lintels(plain),) if part is not None]
    fixed = [body, *roof, *trim]
    return merge([*fixed, *_within(extras, _MAX_TRIANGLES - sum(len(part.faces) for part in fixed))])


def _with_gate(front: Facade, column: int) -> Facade:
    """The facade with a garage gate in place of the ground floor's windows of two columns."""
    cells = front.cells.copy()
    cells[1:3, 1 + 2 * column : 4 + 2 * column] = GATE
    return Facade(front.x, front.z, cells)


def _door_opening(front: Facade) -> tuple[float, float]:
    """x of the door's left and right."""
    columns = np.nonzero(front.cells[2] == DOOR)[0]
    half = front.x[-1] / 2
    return float(front.x[columns[0]]) - half, float(front.x[columns[-1] + 1]) - half


def _within(parts: list[Mesh], triangles: int) -> list[Mesh]:
    """The parts, first come first served, that fit a number of triangles."""
    chosen = []
    for part in parts:
        if len(part.faces) <= triangles:
            chosen.append(part)
            triangles -= len(part.faces)
    return chosen


def _columns(params: BuildingParams) -> int:
    fits = int(params.frontage_m / 1.3)
    return max(2, min(params.window_columns, fits, _MAX_WINDOWS // params.floors))


def _storeys(rng: Stream, params: BuildingParams, shop: bool) -> Floats:
    """z breaks: plinth, then sill, head and ceiling of every floor; a shop's ground floor is higher."""
    sill, head = rng.uniform(0.75, 1.0), rng.uniform(0.78, 0.86)
    h = params.floor_height_m
    ground = h * rng.uniform(1.15, 1.35) if shop else h
    breaks = [0.0, _PLINTH_M, 0.5 if shop else sill, min(ground * 0.8, 2.7), ground]
    for floor in range(params.floors - 1):
        base = ground + floor * h
        breaks += [base + sill, base + head * h, base + h]
    return np.array(breaks)


def _facade(width: float, z: Floats, columns: int, share: float, every_other: float = 1.0) -> Facade:
    """`columns` windows on every floor, each `share` of its column wide; every third row holds windows.

    every_other: how wide every second window is against the others: the bays' rhythm.
    """
    pitch = width / max(columns, 1)
    centres = (np.arange(columns) + 0.5) * pitch
    half = pitch * share / 2 * np.where(np.arange(columns) % 2, every_other, 1.0)
    x = np.concatenate([[0.0], np.column_stack([centres - half, centres + half]).ravel(), [width]])
    cells = np.full((len(z) - 1, len(x) - 1), WALL, np.int16)
    cells[2::3, 1::2] = WINDOW
    return Facade(x, z, cells)


def _add_door(front: Facade, column: int, shop: bool) -> Facade:
    """The facade with a door at the left of one column and, for a shop, a ground floor of glass."""
    x, z, cells = front.x, front.z, front.cells.copy()
    at = 1 + 2 * column
    if shop:
        cells[2, 1:-1] = WINDOW
        cells[2, [at - 1, at + 1]] = WALL
    if x[at + 1] - x[at] > 1.5 * _DOOR_M:  # a window column too wide for a door is split
        x = np.insert(x, at + 1, x[at] + _DOOR_M)
        cells = np.insert(cells, at, cells[:, at], axis=1)
        cells[2, at + 1] = WINDOW if shop else WALL
    cells[1:3, at] = DOOR
    return Facade(x, z, cells)


def _windows_joinery(front: Facade, door: int) -> list[Mesh]:
    """Bars across all panes, where there are many only upright ones, and sills below the upper windows."""
    rows, columns = np.nonzero(front.cells == WINDOW)
    glazed = (rows > 2) | (columns != 1 + 2 * door)
    rows, columns = rows[glazed], columns[glazed]
    x0, x1 = front.x[columns] - front.x[-1] / 2, front.x[columns + 1] - front.x[-1] / 2
    low, high = _bars(x0, x1, front.z[rows], front.z[rows + 1])
    kept = len(rows) if len(rows) > _CASEMENTS else len(low)
    bars = boxes(low[:kept], high[:kept], "joinery")
    upper = rows > 2
    if not upper.any():
        return [bars]
    x0, x1, z0 = x0[upper], x1[upper], front.z[rows[upper]]
    low = np.column_stack([x0 - 0.08, np.full(len(z0), -0.07), z0 - 0.07])
    sills = boxes(low, np.column_stack([x1 + 0.08, np.full(len(z0), RECESS_M), z0]), "joinery")
    return [bars, sills]


def _bars(x0: Floats, x1: Floats, z0: Floats, z1: Floats) -> tuple[Floats, Floats]:
    """Corners, (2 N, 3) each, of an upright and a transom across each pane of N windows in a front."""
    near, far = np.full(len(x0), RECESS_M - 0.05), np.full(len(x0), RECESS_M + 0.05)
    middle, transom, half = (x0 + x1) / 2, z0 + 0.68 * (z1 - z0), _FRAME_M / 2
    low = np.column_stack([middle - half, near, z0]), np.column_stack([x0, near + 0.01, transom - half])
    high = np.column_stack([middle + half, far, z1]), np.column_stack([x1, far, transom + half])
    return np.concatenate(low), np.concatenate(high)


def _side_bars(side: Facade, half: float) -> Mesh:
    """Bars across the panes of both side walls, at x = ± `half`; their windows are symmetric about y."""
    rows, columns = np.nonzero(side.cells == WINDOW)
    low, high = _bars(side.x[columns], side.x[columns + 1], side.z[rows], side.z[rows + 1])
    (y0, in0, z0), (y1, in1, z1) = low.T, high.T
    right = np.column_stack([half - in1, y0, z0]), np.column_stack([half - in0, y1, z1])
    left = np.column_stack([in0 - half, y0, z0]), np.column_stack([in1 - half, y1, z1])
    return boxes(np.concatenate([right[0], left[0]]), np.concatenate([right[1], left[1]]), "joinery")


def _balconies(front: Facade, every: int) -> Mesh:
    """A slab and a parapet (a block: nobody looks down on it) before some windows of the upper floors."""
    rows, columns = np.nonzero(front.cells == WINDOW)
    chosen = (rows > 2) & (columns % (2 * every + 2) == 3)
    rows, columns = rows[chosen][:12], columns[chosen][:12]
    x0, x1 = front.x[columns] - front.x[-1] / 2 - 0.3, front.x[columns + 1] - front.x[-1] / 2 + 0.3
    floor = front.z[rows - 1]
    out, wall = np.full(len(rows), -1.2), np.zeros(len(rows))
    slabs = boxes(
        np.column_stack([x0, out, floor - 0.08]), np.column_stack([x1, wall, floor + 0.08]), "joinery"
    )
    low = np.column_stack([x0 + 0.03, out + 0.03, floor + 0.08])
    return merge([slabs, boxes(low, np.column_stack([x1 - 0.03, wall, floor + 1.0]), "wall")])


def _shop_sign(width: float, z: Floats) -> Mesh:
    """The board above the shop window."""
    low, high = z[3] + 0.1, min(z[4] - 0.1, z[3] + 0.75)
    return boxes((-0.46 * width, -0.1, low), (0.46 * width, 0.05, high), "joinery")
