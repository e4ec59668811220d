"""Far scenery: a closed ring of hills, trees or roofs around the camera, in at most 2,000 triangles."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh, merge
from assets.solids import grid_faces, repeat_faces
from assets.stream import Stream
from assets.street.params import HorizonParams

Floats = NDArray[np.float64]

FOOT_M = -3.0  # rings begin below the ground, so that no gap shows where it is uneven
_COLUMNS = 160
_DEPTH = 0.35  # of the hills, over the ring's radius
_HILL_ROWS = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.15])  # from the foot to behind the ridge
_HILL_RISE = np.array([0.0, 0.2, 0.55, 0.88, 1.0, 0.85])
_CROWN = np.array([(-1.0, 0.0), (-0.95, 0.45), (-0.55, 0.85), (0.0, 1.0), (0.6, 0.8), (1.0, 0.4), (1.0, 0.0)])
_CROWNS = 230
_HOUSES = 70


def build_horizon(params: HorizonParams) -> Mesh:
    """A ring around the origin on z = 0, open behind; nothing is nearer than radius_m or above height_m.

    Slots: "surface" and "woods" of hills, "surface" and "dark" of trees, "surface" (the walls), "tiles" and
    "window" of a town.
    """
    rng = Stream(params.seed)
    match params.kind:
        case "hills":
            return _hills(rng, params.radius_m, params.height_m)
        case "trees":
            return _trees(rng, params.radius_m, params.height_m)
        case "town":
            return _town(rng, params.radius_m, params.height_m)


def _hills(rng: Stream, radius: float, height: float) -> Mesh:
    """A ridge of summed waves, its slopes covered with fields and woods."""
    angle = np.arange(_COLUMNS) * (2 * np.pi / _COLUMNS)
    ridge = _waves(rng, angle, (2, 3, 5, 8, 13, 21))
    ridge = height * (0.25 + 0.75 * (ridge - ridge.min()) / np.ptp(ridge))
    uneven = 1 + 0.25 * (rng.array(len(_HILL_ROWS), _COLUMNS) - 0.5)
    z = np.minimum(_HILL_RISE[:, None] * ridge * uneven, height)
    z[0] = FOOT_M
    out = radius * (1 + _DEPTH * _HILL_ROWS[:, None] + 0.02 * _waves(rng, angle, (4, 7, 11)))
    out = np.maximum(out, radius)
    # seen from inside, a ring runs clockwise where its columns are to run to the right
    vertices = np.stack([out * np.cos(angle), -out * np.sin(angle), z], axis=-1)
    faces = grid_faces(len(z), _COLUMNS, wrap=True)
    column, row = (
        np.tile(np.arange(len(faces) // 2), 2) % _COLUMNS,
        np.tile(np.arange(len(faces) // 2), 2) // _COLUMNS,
    )
    wooded = _waves(rng, column * (2 * np.pi / _COLUMNS) + 0.15 * row, (9, 14, 23)) + 0.12 * row > 0.5
    parts = [(faces[~wooded], "surface"), (faces[wooded], "woods")]
    return merge([make_mesh(vertices, part, slot, smooth=True) for part, slot in parts if len(part)])


def _waves(rng: Stream, angle: Floats, counts: tuple[int, ...]) -> Floats:
    """Summed waves of so many periods around the ring, each lower than the last; about ±1."""
    total = np.zeros_like(angle)
    for rank, count in enumerate(counts):
        total += np.sin(count * angle + rng.uniform(0, 2 * np.pi)) / (1 + rank)
    return total / 1.5


def _trees(rng: Stream, radius: float, height: float) -> Mesh:
    """Ragged crowns before a closed wall of leaves."""
    draws = rng.array(_CROWNS, 5)
    angle = (np.arange(_CROWNS) + 0.7 * draws[:, 0]) * (2 * np.pi / _CROWNS)
    grove = 0.55 + 0.45 * np.clip(0.5 + 0.5 * _waves(rng, angle, (3, 7, 16)), 0, 1)
    tall = height * grove * (0.7 + 0.3 * draws[:, 1])
    wide = np.pi * radius / _CROWNS * (0.8 + 0.7 * draws[:, 2])
    out = radius * (1.02 + 0.06 * draws[:, 3])
    points = len(_CROWN)
    across = _CROWN[:, 0] * wide[:, None] * (1 + 0.2 * (rng.array(_CROWNS, points) - 0.5))
    up = np.maximum(_CROWN[:, 1] * tall[:, None] * (1 - 0.15 * rng.array(_CROWNS, points)), 0.0)
    up[:, [0, -1]] = FOOT_M
    rim = _around(angle, out, across, up)
    bulge = _around(angle, out - 0.4 * wide, np.zeros((_CROWNS, 1)), (0.55 * tall)[:, None])
    fan = [(points, i + 1, i) for i in range(points - 1)]
    faces = repeat_faces(fan, points + 1, _CROWNS)
    dark = np.repeat(draws[:, 4] < 0.4, len(fan))
    vertices = np.concatenate([rim, bulge], axis=1)
    parts = [(faces[~dark], "surface"), (faces[dark], "dark")]
    crowns = [make_mesh(vertices, part, slot, smooth=True) for part, slot in parts if len(part)]
    return merge([*crowns, _wall(1.09 * radius, 0.4 * height, "dark")])


def _wall(radius: float, height: float, slot: str) -> Mesh:
    """A low closed wall that faces inwards."""
    columns = 48
    angle = -np.arange(columns) * (2 * np.pi / columns)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius
    rows = [np.column_stack([ring, np.full(columns, z)]) for z in (FOOT_M, height)]
    return make_mesh(np.concatenate(rows), grid_faces(2, columns, wrap=True), slot)


def _around(angle: Floats, out: Floats, across: Floats, up: Floats) -> Floats:
    """(N, P, 3) points of N things at `angle` and distance `out`; `across` goes right from the middle."""
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x = out[:, None] * cos + across * sin
    y = out[:, None] * sin - across * cos
    return np.stack(np.broadcast_arrays(x, y, up), axis=-1)


def _town(rng: Stream, radius: float, height: float) -> Mesh:
    """Two rows of blocks and gabled houses with bands of windows, some towering over the rest."""
    draws = rng.array(2 * _HOUSES, 5)
    number = np.arange(2 * _HOUSES)
    back = number >= _HOUSES
    angle = (number + 0.5 * back + 0.3 * draws[:, 0]) * (2 * np.pi / _HOUSES)
    out = radius * np.where(back, 1.14, 1.03)
    half = np.pi * radius / _HOUSES * (0.6 + 0.45 * draws[:, 1])
    quarter = 0.4 + 0.6 * np.clip(0.5 + 0.5 * _waves(rng, angle, (2, 5, 9)), 0, 1)
    tall = height * quarter * (0.45 + 0.55 * draws[:, 2] ** 2) * np.where(back, 1.0, 0.7)
    rise = np.where(draws[:, 3] < 0.6, np.minimum(0.35 * tall, 5.0), 0.0)
    eaves, deep = tall - rise, np.minimum(0.03 * radius, 12.0)
    foot = np.full(len(number), FOOT_M)

    def at(side: float, behind: float, z: Floats) -> Floats:
        return _around(angle, out + behind * deep, (side * half)[:, None], z[:, None])[:, 0]

    front = [at(-1, 0, foot), at(1, 0, foot), at(-1, 0, eaves), at(1, 0, eaves)]
    ridge = [at(1, 0.5, tall), at(-1, 0.5, tall)]
    rear = [at(-1, 1, foot), at(-1, 1, eaves), at(1, 1, foot), at(1, 1, eaves)]
    vertices = np.stack([*front, *ridge, *rear], axis=1)
    walls = [(0, 1, 3), (0, 3, 2), (6, 0, 2), (6, 2, 7), (1, 8, 9), (1, 9, 3), (7, 2, 5), (3, 9, 4)]
    parts = [
        make_mesh(vertices, repeat_faces(walls, 10, len(number)), "surface"),
        make_mesh(vertices, repeat_faces([(2, 3, 4), (2, 4, 5)], 10, len(number)), "tiles"),
    ]
    return merge([*parts, _window_rows(angle, out, half, eaves), _wall(1.2 * radius, 0.25 * height, "tiles")])


def _window_rows(angle: Floats, out: Floats, half: Floats, eaves: Floats) -> Mesh:
    """Dark bands on the fronts, one to a floor, where there is room for one."""
    floor = 3.2
    house, level = np.nonzero(np.arange(5) * floor + 2.6 < eaves[:, None])
    low = level * floor + 1.0
    across = half[house][:, None] * np.array([-0.85, 0.85, 0.85, -0.85])
    up = low[:, None] + np.array([0.0, 0.0, 1.3, 1.3])
    vertices = _around(angle[house], out[house] - 0.3, across, up)
    return make_mesh(vertices, repeat_faces([(0, 1, 2), (0, 2, 3)], 4, len(house)), "window")
