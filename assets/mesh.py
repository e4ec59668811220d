"""Mesh: vertices, triangles, UVs and material slots as NumPy arrays, and the operations builders share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh in metres, x forward, y left, z up, its origin on the ground below its centre.

    vertices: (V, 3) float32.
    faces: (F, 3) int32, counter-clockwise seen from outside.
    uv: (F, 3, 2) float32, one per corner; one unit is one metre of surface unless the builder says otherwise.
    slot: (F,) int16, index into `slots`.
    slots: names of the material slots ("paint", "glass", "tyre", ...).
    smooth: (F,) bool, whether a face is smooth-shaded.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32]
    slot: NDArray[np.int16]
    slots: tuple[str, ...]
    smooth: NDArray[np.bool_]

    @property
    def bounds(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lower and upper corner of the axis-aligned box, two (3,) arrays in metres."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)


def make_mesh(
    vertices: ArrayLike,
    faces: ArrayLike,
    slot: str = "surface",
    uv: ArrayLike | None = None,
    smooth: bool | ArrayLike = False,
) -> Mesh:
    """A mesh of one slot from anything array-like; without `uv`, faces are unwrapped by box projection."""
    v = np.asarray(vertices, np.float32).reshape(-1, 3)
    f = np.asarray(faces, np.int32).reshape(-1, 3)
    corner_uv = box_uv(v, f) if uv is None else np.asarray(uv, np.float32).reshape(-1, 3, 2)
    smooth_faces = np.broadcast_to(np.asarray(smooth, bool), (len(f),)).copy()
    return Mesh(v, f, corner_uv, np.zeros(len(f), np.int16), (slot,), smooth_faces)


def face_normals(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Unit normals (F, 3); a degenerate face gets zeros."""
    return _normals(vertices, faces).T


def _normals(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Unit normals (3, F); by coordinates and written out, as np.cross takes four times as long."""
    x, y, z = (np.take(axis, faces.T) for axis in vertices.T)
    ax, ay, az = x[1] - x[0], y[1] - y[0], z[1] - z[0]
    bx, by, bz = x[2] - x[0], y[2] - y[0], z[2] - z[0]
    normal = np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
    length = np.sqrt((normal * normal).sum(axis=0))
    unit: NDArray[np.float32] = np.divide(normal, length, out=np.zeros_like(normal), where=length > 0)
    return unit


def box_uv(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """(F, 3, 2) UVs in metres: each face projected along the axis its normal is closest to."""
    axis = np.abs(face_normals(vertices, faces)).argmax(axis=1)
    plane = np.array([[1, 2], [0, 2], [0, 1]])[axis]  # drop x, y or z
    corners = vertices[faces]
    return np.take_along_axis(corners, plane[:, None, :], axis=2).astype(np.float32)


def merge(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of several; slots of the same name become one."""
    parts = list(meshes)
    slots: list[str] = []
    for part in parts:
        slots += [name for name in part.slots if name not in slots]
    offsets = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    remap = [np.array([slots.index(name) for name in part.slots], np.int16) for part in parts]
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + np.int32(o) for part, o in zip(parts, offsets, strict=True)]),
        np.concatenate([part.uv for part in parts]),
        np.concatenate([m[part.slot] for part, m in zip(parts, remap, strict=True)]),
        tuple(slots),
        np.concatenate([part.smooth for part in parts]),
    )


def transform(mesh: Mesh, matrix: ArrayLike) -> Mesh:
    """The mesh under a 4×4 matrix; a reflection flips the faces so that normals stay outward."""
    m = np.asarray(matrix, np.float64)
    vertices = (mesh.vertices @ m[:3, :3].T + m[:3, 3]).astype(np.float32)
    if np.linalg.det(m[:3, :3]) < 0:
        return replace(mesh, vertices=vertices, faces=mesh.faces[:, ::-1].copy(), uv=mesh.uv[:, ::-1].copy())
    return replace(mesh, vertices=vertices)


def move(mesh: Mesh, offset: Sequence[float], scale: Sequence[float] = (1, 1, 1), yaw_deg: float = 0) -> Mesh:
    """The mesh scaled, turned about z, then moved."""
    c, s = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.diag(np.asarray(scale, float))
    matrix[:3, 3] = offset
    return transform(mesh, matrix)


def split_sharp(mesh: Mesh, angle_deg: float = 35.0) -> Mesh:
    """Duplicate vertices where faces meet at more than `angle_deg`, so that plain smooth shading suffices.

    Blender's own auto-smooth changed its interface twice between 3.4 and 5.2; a split mesh shades alike in
    all of them.
    Faces around one vertex are grouped by their normals, greedily in face order.
    """
    normals = _normals(mesh.vertices, mesh.faces)
    limit = np.cos(np.radians(angle_deg))
    vertex = mesh.faces.ravel()
    group = np.zeros(len(vertex), np.int64)
    leader = np.empty(len(mesh.vertices), np.intp)
    pending = np.arange(len(vertex))
    around, face = vertex, np.repeat(np.arange(len(mesh.faces)), 3)
    rank = 1
    while True:  # each round opens one group at every vertex that still has ungrouped corners
        leader[around[::-1]] = face[::-1]  # of equal indices the last one written stays: the first corner's
        lead = leader[around]
        alike = sum(axis[face] * axis[lead] for axis in normals)
        apart = np.flatnonzero((alike < limit) & (face != lead))
        if not len(apart):
            break
        pending, around, face = pending[apart], around[apart], face[apart]
        group[pending] = rank
        rank += 1
    keys = vertex.astype(np.int64) * rank + group
    taken = np.zeros(len(mesh.vertices) * rank, bool)
    taken[keys] = True
    corner = (np.cumsum(taken, dtype=np.int32) - 1)[keys]
    return replace(mesh, vertices=mesh.vertices[np.flatnonzero(taken) // rank], faces=corner.reshape(-1, 3))
