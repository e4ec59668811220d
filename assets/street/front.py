"""The trim of a house front: plinth, door case, steps and canopy, shutters, gutters and garage gates."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh
from assets.solids import boxes
from assets.stream import Stream
from assets.street.facade import GATE, RECESS_M, WINDOW, Facade

Floats = NDArray[np.float64]

FOUNDATION_M = 2.5  # how deep a house goes, so that it stands on a slope without a gap
_PLINTH_OUT_M = 0.03
_CASE_M = 0.12  # width of a door case
_GROUND_ROWS = 3  # rows of cells on the ground floor


def plinth(front: Facade, depth: float, door: tuple[float, float], top: float) -> Mesh:
    """A band around the foot, open at the door, on a foundation that reaches underground."""
    half, out = front.x[-1] / 2, _PLINTH_OUT_M
    left, right = door
    low = [(-half - out, -out, -FOUNDATION_M), (-half - out, -out, 0.05), (right, -out, 0.05)]
    high = [(half + out, depth + out, 0.05), (left, 0.02, top), (half + out, 0.02, top)]
    low += [(-half - out, 0.02, 0.05), (half - 0.02, 0.02, 0.05), (-half + 0.02, depth - 0.02, 0.05)]
    high += [
        (-half + 0.02, depth + out, top),
        (half + out, depth + out, top),
        (half - 0.02, depth + out, top),
    ]
    return boxes(low, high, "plinth")


def door_case(rng: Stream, door: tuple[float, float], sill: float, head: float) -> list[Mesh]:
    """A frame around the door and steps before it; on some a canopy above."""
    (left, right), w = door, _CASE_M
    frame = boxes(
        [(left - w, -0.04, 0.0), (right, -0.04, 0.0), (left - w, -0.05, head)],
        [(left, RECESS_M + 0.02, head), (right + w, RECESS_M + 0.02, head), (right + w, RECESS_M, head + w)],
        "joinery",
    )
    steps = boxes(
        [(left - 0.25, -0.75, -0.3), (left - 0.1, -0.4, -0.3)],
        [(right + 0.25, -0.02, 0.5 * sill), (right + 0.1, -0.02, sill)],
        "plinth",
    )
    if not rng.chance(0.4):
        return [frame, steps]
    reach, thick = rng.uniform(0.7, 1.1), rng.uniform(0.08, 0.16)
    slab = boxes((left - 0.4, -reach, head + 0.2), (right + 0.4, 0.02, head + 0.2 + thick), "joinery")
    return [frame, steps, slab]


def shutters(front: Facade) -> Mesh | None:
    """A pair of open shutters beside each window that has room for them; None where none has."""
    x, z = front.x, front.z
    rows, columns = np.nonzero(front.cells == WINDOW)
    width = (x[columns + 1] - x[columns]) * 0.48
    room = (x[columns] - x[columns - 1] > width) & (x[columns + 2] - x[columns + 1] > width)
    inner = (columns > 1) & (columns < front.cells.shape[1] - 2)
    room &= np.where(
        inner, np.minimum(x[columns] - x[columns - 1], x[columns + 2] - x[columns + 1]) > 2 * width, True
    )
    rows, columns, width = rows[room], columns[room], width[room]
    if not len(rows):
        return None
    x0, x1 = x[columns] - x[-1] / 2, x[columns + 1] - x[-1] / 2
    z0, z1 = z[rows] - 0.03, z[rows + 1] + 0.03
    near, far = np.full(len(rows), -0.045), np.full(len(rows), 0.01)
    low = np.concatenate([np.column_stack([x0 - width, near, z0]), np.column_stack([x1, near, z0])])
    high = np.concatenate([np.column_stack([x0, far, z1]), np.column_stack([x1 + width, far, z1])])
    return boxes(low, high, "shutter")


def lintels(front: Facade) -> Mesh | None:
    """A band above each upper window; None where there is none."""
    rows, columns = np.nonzero(front.cells == WINDOW)
    rows, columns = rows[rows >= _GROUND_ROWS], columns[rows >= _GROUND_ROWS]
    if not len(rows):
        return None
    x0, x1, z1 = front.x[columns] - front.x[-1] / 2, front.x[columns + 1] - front.x[-1] / 2, front.z[rows + 1]
    low = np.column_stack([x0 - 0.1, np.full(len(rows), -0.06), z1 + 0.01])
    return boxes(low, np.column_stack([x1 + 0.1, np.full(len(rows), 0.02), z1 + 0.16]), "joinery")


def gutters(width: float, eaves_y: float, eaves_z: float) -> Mesh:
    """A gutter along the front's eaves and a downpipe at each corner."""
    half = width / 2
    low = [
        (-half - 0.3, eaves_y - 0.1, eaves_z - 0.02),
        (-half + 0.08, -0.12, 0.0),
        (half - 0.17, -0.12, 0.0),
    ]
    high = [
        (half + 0.3, eaves_y + 0.03, eaves_z + 0.1),
        (-half + 0.17, -0.03, eaves_z),
        (half - 0.08, -0.03, eaves_z),
    ]
    return boxes(low, high, "gutter")


def gate_ribs(front: Facade) -> Mesh | None:
    """The horizontal ribs of a garage gate; None where the front has none."""
    rows, columns = np.nonzero(front.cells == GATE)
    if not len(rows):
        return None
    x0, x1 = front.x[columns.min()] - front.x[-1] / 2, front.x[columns.max() + 1] - front.x[-1] / 2
    low, high = front.z[rows.min()], front.z[rows.max() + 1]
    z = np.linspace(low, high, 6)[:-1]
    near, far = np.full(5, RECESS_M - 0.035), np.full(5, RECESS_M + 0.02)
    lower = np.column_stack([np.full(5, x0 + 0.04), near, z + 0.04])
    return boxes(lower, np.column_stack([np.full(5, x1 - 0.04), far, z + (high - low) / 5 - 0.04]), "gate")
