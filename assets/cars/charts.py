"""Charts: the texture's coordinates of the body's grids, in metres of surface.

Around the car u runs from the front's middle over the left side to the rear's middle, so that a texture goes
around the corners; v is the length up the surface. Bonnet, boot and roof are projected along z.
"""

import numpy as np

from assets.cars.frame import Floats
from assets.cars.topology import Shell


def charts(half: Floats, shell: Shell) -> Floats:
    """(points, 3): u, v and t of every point of the patches, flattened in the order of `Shell.corner`.

    t is the share of the height: on the wall that of the rows from bottom edge to belt, on the cabin that of
    the length from belt to roof, elsewhere 0. On the right half u changes its sign.
    """
    wall, cabin = _around(half[shell.wall]), _around(half[shell.cabin])
    rise = cabin[..., 1] - cabin[:, :1, 1]
    cabin[..., 2] = rise / rise[:, -1:]
    grids = (wall, _above(half[shell.top]), _above(half[shell.bottom]), cabin, _above(half[shell.roof]))
    return np.concatenate([grid.reshape(-1, 3) for grid in grids])


def _around(grid: Floats) -> Floats:
    """(columns, rows, 3) for a grid that stands upright around the car."""
    columns, rows = grid.shape[:2]
    step = np.linalg.norm(np.diff(grid[..., :2], axis=0), axis=2).mean(axis=1)
    chart = np.empty((columns, rows, 3))
    chart[..., 0] = np.concatenate([[0.0], step.cumsum()])[:, None]
    chart[:, 0, 1] = grid[:, 0, 2]
    chart[:, 1:, 1] = grid[:, :1, 2] + np.linalg.norm(np.diff(grid, axis=1), axis=2).cumsum(axis=1)
    chart[..., 2] = np.linspace(0, 1, rows)
    return chart


def _above(grid: Floats) -> Floats:
    return np.stack([-grid[..., 1], grid[..., 0], np.zeros(grid.shape[:2])], axis=-1)
