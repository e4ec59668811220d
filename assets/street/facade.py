"""A facade: the outside walls of a building as grids of cells, windows and doors set back into them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh

Floats = NDArray[np.float64]
Cells = NDArray[np.int16]

WALL, WINDOW, DOOR, GATE = 0, 1, 2, 3
SLOTS = ("wall", "window", "door", "gate")
RECESS_M = 0.14


class Facade(NamedTuple):
    """One wall seen from outside: breaks from its left end and from the ground (m), and what each cell is.

    cells: (len(z) − 1, len(x) − 1); WALL along the whole border.
    """

    x: Floats
    z: Floats
    cells: Cells


def build_body(front: Facade, side: Facade, back: Facade) -> Mesh:
    """A closed block over x ± width / 2 and y in [0, depth], its front facing -y; `side` serves both sides.

    All facades share their z breaks. Windows and doors lie RECESS_M behind the wall's face.
    """
    width, depth, top = front.x[-1], side.x[-1], front.z[-1]
    half = width / 2
    front_wall, side_wall, back_wall = _wall(front), _wall(side), _wall(back)
    walls = (
        (front, front_wall, (-half, 0.0), (1.0, 0.0)),
        (side, side_wall, (half, 0.0), (0.0, 1.0)),
        (back, back_wall, (half, depth), (-1.0, 0.0)),
        (side, side_wall, (-half, depth), (0.0, -1.0)),
    )
    quads, slots, rim = [], [], []
    for facade, (wall_quads, wall_slots), corner, along in walls:
        quads.append(_stand(wall_quads, corner, along))
        slots.append(wall_slots)
        rim.append(np.add(corner, facade.x[:-1, None] * along))
    corners = np.concatenate(quads)
    vertices = [corners.reshape(-1, 3)]
    index = np.arange(len(corners), dtype=np.int32)[:, None] * 4
    faces = [(index + np.array([0, 1, 2], np.int32)), (index + np.array([0, 2, 3], np.int32))]
    outline = np.concatenate(rim)
    offset = 4 * len(corners)
    for z, order in ((0.0, (0, 2, 1)), (top, (0, 1, 2))):
        vertices.append(
            np.concatenate([np.column_stack([outline, np.full(len(outline), z)]), [[0, depth / 2, z]]])
        )
        ring = np.arange(len(outline)) + offset
        fan = np.column_stack([np.full(len(ring), offset + len(ring)), ring, np.roll(ring, -1)])
        faces.append(fan[:, order].astype(np.int32))
        offset += len(outline) + 1
    mesh = make_mesh(np.concatenate(vertices), np.concatenate(faces))
    quad_slots = np.concatenate(slots)
    lids = np.zeros(2 * len(outline), np.int16)
    return Mesh(
        mesh.vertices, mesh.faces, mesh.uv, np.concatenate([quad_slots, quad_slots, lids]), SLOTS, mesh.smooth
    )


def _wall(facade: Facade) -> tuple[Floats, Cells]:
    """Quads (Q, 4, 3) in (x, depth behind the wall, z), counter-clockwise from outside, and their slots."""
    x, z, cells = facade
    depth = np.where(cells == WALL, 0.0, RECESS_M)
    x0, x1 = (np.broadcast_to(v, cells.shape) for v in (x[:-1], x[1:]))
    z0, z1 = (np.broadcast_to(v[:, None], cells.shape) for v in (z[:-1], z[1:]))
    panes = _quads((x0, depth, z0), (x1, depth, z0), (x1, depth, z1), (x0, depth, z1))
    left, right = depth[:, :-1], depth[:, 1:]
    at, low, high = x1[:, :-1], z0[:, :-1], z1[:, :-1]
    jambs = _quads((at, left, low), (at, right, low), (at, right, high), (at, left, high))
    below, above = depth[:-1], depth[1:]
    at, low, high = z1[:-1], x0[:-1], x1[:-1]
    ledges = _quads((low, below, at), (high, below, at), (high, above, at), (low, above, at))
    jambs, ledges = jambs[(left != right).ravel()], ledges[(below != above).ravel()]
    slots = np.concatenate([cells.ravel(), np.zeros(len(jambs) + len(ledges), np.int16)])
    return np.concatenate([panes, jambs, ledges]), slots


def _quads(*corners: tuple[Floats, Floats, Floats]) -> Floats:
    """(Q, 4, 3) from four corners, each as equal arrays of x, depth and z."""
    return np.asarray(np.array(corners).reshape(4, 3, -1).transpose(2, 0, 1))


def _stand(quads: Floats, corner: tuple[float, float], along: tuple[float, float]) -> Floats:
    """The quads with their wall starting at `corner` and running `along`; the inside is to its left."""
    x, depth, z = quads[..., 0], quads[..., 1], quads[..., 2]
    world_x = corner[0] + x * along[0] - depth * along[1]
    world_y = corner[1] + x * along[1] + depth * along[0]
    return np.stack([world_x, world_y, z], axis=-1)
