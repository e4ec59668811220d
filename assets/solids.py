"""Closed solids that builders compose: boxes, prisms, tapered rods, tubes, bodies of revolution and blobs.

All are batched over NumPy arrays, because a street of small parts is slow to build one part at a time. Faces
are counter-clockwise seen from outside. Edges that should look sharp have vertices of their own on each side,
so plain smooth shading needs no help.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.mesh import Mesh, make_mesh

Floats = NDArray[np.float64]
Faces = NDArray[np.int32]

_SHARP_COS = 0.82  # neighbouring parts of a profile that turn by more than 35° meet in a sharp edge

_BOX_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], bool)
_BOX_QUADS = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
_BOX_FACES = np.concatenate([_BOX_QUADS[:, [0, 1, 2]], _BOX_QUADS[:, [0, 2, 3]]])
_BOX_PLANES = np.tile(np.repeat([[1, 2], [0, 2], [0, 1]], 2, axis=0), (2, 1))  # the axes along each face


def boxes(lower: ArrayLike, upper: ArrayLike, slot: str = "surface") -> Mesh:
    """Axis-aligned boxes between corners `lower` and `upper`, each (N, 3) or (3,), in metres."""
    low, high = np.broadcast_arrays(np.atleast_2d(lower), np.atleast_2d(upper))
    vertices = np.where(_BOX_CORNERS, high[:, None], low[:, None])
    uv = vertices[:, _BOX_FACES[..., None], _BOX_PLANES[:, None, :]]  # as box_uv has it, and faster
    return make_mesh(vertices, repeat_faces(_BOX_FACES, 8, len(low)), slot, uv)


def repeat_faces(faces: ArrayLike, vertices_each: int, copies: int) -> Faces:
    """(copies × F, 3) faces of `copies` equal solids whose vertices follow one another."""
    offsets = np.arange(copies, dtype=np.int32) * vertices_each
    return (np.asarray(faces, np.int32)[None] + offsets[:, None, None]).reshape(-1, 3)


def polyhedron(vertices: ArrayLike, polygons: Sequence[Sequence[int]], slot: str = "surface") -> Mesh:
    """A solid of convex polygons, each a list of vertex indices, counter-clockwise from outside."""
    faces = [(p[0], p[i], p[i + 1]) for p in polygons for i in range(1, len(p) - 1)]
    return make_mesh(vertices, faces, slot)


def prism(
    outline: ArrayLike, low: float, high: float, slots: tuple[str, str] = ("surface", "surface")
) -> Mesh:
    """A convex (N, 2) outline, counter-clockwise, extruded from z = `low` to `high`.

    slots: that of the top face and that of the rest.
    """
    xy = np.asarray(outline, np.float64)
    n = len(xy)
    ring = np.arange(n)
    after = (ring + 1) % n
    vertices = np.concatenate([np.column_stack([xy, np.full(n, z)]) for z in (low, high)])
    fan = np.column_stack([np.zeros(n - 2, int), ring[1:-1], ring[2:]])
    sides = np.concatenate(
        [np.column_stack([ring, after, after + n]), np.column_stack([ring, after + n, ring + n])]
    )
    mesh = make_mesh(vertices, np.concatenate([fan + n, fan[:, ::-1], sides]), slots[0])
    if slots[0] == slots[1]:
        return mesh
    is_rest = (np.arange(len(mesh.faces)) >= n - 2).astype(np.int16)
    return replace(mesh, slot=is_rest, slots=slots)


@lru_cache(maxsize=32)
def circle(sides: int) -> Floats:
    """(sides, 2) points of the unit circle, counter-clockwise from (1, 0); read-only."""
    angle = np.arange(sides) * (2 * np.pi / sides)
    points = np.column_stack([np.cos(angle), np.sin(angle)])
    points.flags.writeable = False
    return points


def rods(
    start: ArrayLike, end: ArrayLike, start_radius: ArrayLike, end_radius: ArrayLike, sides: int, slot: str
) -> Mesh:
    """Tapered round rods with flat ends from `start` to `end`, (N, 3) each; positive radii, (N,) or one."""
    a, b = np.broadcast_arrays(np.atleast_2d(start).astype(float), np.atleast_2d(end).astype(float))
    n = len(a)
    across, up = _frames(b - a)
    turn = circle(sides)
    around = turn[:, 0, None] * across[:, None] + turn[:, 1, None] * up[:, None]  # (N, sides, 3)
    low = a[:, None] + around * np.broadcast_to(start_radius, n)[:, None, None]
    high = b[:, None] + around * np.broadcast_to(end_radius, n)[:, None, None]
    vertices = np.concatenate([low, high, low, high], axis=1)  # the sides' rings, then the caps'
    faces, uv_sides, uv_caps = _rod_faces(sides)
    radius = np.broadcast_to(start_radius, n)
    size = np.column_stack([2 * np.pi * radius, np.linalg.norm(b - a, axis=1)])
    uv = [uv_sides * size[:, None, None], uv_caps * radius[:, None, None, None]]
    smooth = np.tile(np.arange(len(faces)) < 2 * sides, n)
    return make_mesh(
        vertices, repeat_faces(faces, 4 * sides, n), slot, np.concatenate(uv, axis=1), smooth=smooth
    )


@lru_cache(maxsize=16)
def _rod_faces(sides: int) -> tuple[Faces, Floats, Floats]:
    """Faces of one rod, the (2 × sides, 3, 2) UVs of its side faces in [0, 1] and those of its caps, on the
    unit circle."""
    grid = grid_faces(2, sides, wrap=True)
    fan = np.array([[0, i, i + 1] for i in range(1, sides - 1)], np.int32)
    caps = np.concatenate([fan[:, ::-1], fan + sides])
    uv_sides = grid_uv(np.array([0.0, 1.0]), np.linspace(0, 1, sides + 1))
    return np.concatenate([grid, caps + 2 * sides]), uv_sides, np.tile(circle(sides), (2, 1))[caps]


def _frames(direction: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors (N, 3) across each direction such that (across, up, direction) is right-handed."""
    along = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    helper = np.where(np.abs(along[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    across = _unit_cross(helper, along)
    return across, _unit_cross(along, across)


@lru_cache(maxsize=256)
def grid_faces(rows: int, columns: int, wrap: bool = False) -> Faces:
    """Triangles of a rows × columns grid of vertices; seen from its front, columns run right and rows up.

    With `wrap` the last column joins the first. Read-only.
    """
    right = columns if wrap else columns - 1
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(right), indexing="ij")
    j2 = (j + 1) % columns
    a, b, c, d = (i * columns + j, i * columns + j2, (i + 1) * columns + j2, (i + 1) * columns + j)
    lower, upper = np.stack([a, b, c], -1), np.stack([a, c, d], -1)
    faces: Faces = np.concatenate([lower.reshape(-1, 3), upper.reshape(-1, 3)]).astype(np.int32)
    faces.flags.writeable = False
    return faces


def grid_uv(v: Floats, u: Floats) -> Floats:
    """(F, 3, 2) UVs of `grid_faces` for row coordinates v (rows,) and column coordinates u (columns,).

    A wrapped grid takes one u more than it has columns: the seam has two.
    """
    points = np.empty((len(v), len(u), 2))
    points[..., 0], points[..., 1] = u, v[:, None]
    return points.reshape(-1, 2)[grid_faces(len(v), len(u))]


def loft(rings: ArrayLike, slot: str = "surface") -> Mesh:
    """Closed smooth bodies with flat ends through `rings`, (R, sides, 3) for one or (N, R, sides, 3).

    Each ring is counter-clockwise seen from the last. One whose points coincide closes the end in a tip. UVs
    run around and along in metres.
    """
    r = np.asarray(rings, np.float64)
    r = r.reshape(-1, *r.shape[-3:])
    copies, count, sides, _ = r.shape
    ends = r[:, [0, -1]]
    vertices = np.concatenate(
        [r.reshape(copies, -1, 3), ends.reshape(copies, -1, 3), ends.mean(axis=2)], axis=1
    )
    faces = _loft_faces(count, sides)
    body = 2 * (count - 1) * sides
    perimeter = np.linalg.norm(r[:, :, _next(sides)] - r, axis=3).sum(axis=2)
    girth = perimeter.max(axis=1)
    reach = np.linalg.norm(np.diff(r, axis=1), axis=3).mean(axis=2)
    along = np.concatenate([np.zeros((copies, 1)), np.cumsum(reach, axis=1)], axis=1)
    around = np.linspace(0, 1, sides + 1) * girth[:, None]
    points = np.empty((copies, count, sides + 1, 2))
    points[..., 0], points[..., 1] = around[:, None, :], along[:, :, None]
    uv_body = points.reshape(copies, -1, 2)[:, grid_faces(count, sides + 1)]
    uv_ends = _end_uv(sides) * (girth / (2 * np.pi))[:, None, None, None]
    uv = np.concatenate([uv_body, uv_ends], axis=1)
    smooth = np.tile(np.arange(len(faces)) < body, copies)
    mesh = make_mesh(vertices, repeat_faces(faces, vertices.shape[1], copies), slot, uv, smooth=smooth)
    return without_slivers(mesh) if perimeter.min() < 1e-6 else mesh


def _next(count: int) -> NDArray[np.intp]:
    """Each index of a ring's successor."""
    return np.roll(np.arange(count), -1)


@lru_cache(maxsize=32)
def _loft_faces(count: int, sides: int) -> Faces:
    """The side faces, then a fan over a copy of each end's ring around its centre."""
    ring = np.arange(sides) + count * sides
    after = ring[_next(sides)]
    centre = (count + 2) * sides
    start = np.column_stack([np.full(sides, centre), after, ring])
    end = np.column_stack([np.full(sides, centre + 1), ring + sides, after + sides])
    faces: Faces = np.concatenate([grid_faces(count, sides, wrap=True), start, end]).astype(np.int32)
    return faces


@lru_cache(maxsize=32)
def _end_uv(sides: int) -> Floats:
    """(2 × sides, 3, 2) UVs of both ends' fans on the unit circle."""
    ring = circle(sides)
    after, centre = np.roll(ring, -1, axis=0), np.zeros_like(ring)
    return np.concatenate([np.stack([centre, after, ring], axis=1), np.stack([centre, ring, after], axis=1)])


def tube(path: ArrayLike, radii: ArrayLike, sides: int, slot: str, side: ArrayLike = (0.0, 1.0, 0.0)) -> Mesh:
    """Closed bodies swept along `path`, (R, 3) or (N, R, 3), in elliptical sections of `radii` (R,) or (R,
    2).

    side: the direction of the first of the two radii; it must not be parallel to the path anywhere.
    """
    p = np.asarray(path, np.float64)
    r = np.asarray(radii, np.float64)
    r = np.column_stack([r, r]) if r.ndim == 1 else r
    along = np.gradient(p, axis=-2)
    up = _unit_cross(along, np.asarray(side, np.float64))
    across = _unit_cross(up, along)
    turn = circle(sides)
    first, second = (across * r[:, :1])[..., None, :], (up * r[:, 1:])[..., None, :]
    return loft(p[..., None, :] + turn[:, :1] * first + turn[:, 1:] * second, slot)


def _unit_cross(a: Floats, b: Floats) -> Floats:
    """Unit vectors along a × b; written out, as np.cross takes five times as long on few vectors."""
    x = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    y = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    z = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    unit: Floats = np.stack([x, y, z], axis=-1) / np.sqrt(x * x + y * y + z * z)[..., None]
    return unit


def without_slivers(mesh: Mesh) -> Mesh:
    """The mesh without faces of no area, such as those around a pole."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    cross = np.cross(b - a, c - a)
    keep = (cross * cross).sum(axis=1) > 1e-14
    return replace(
        mesh, faces=mesh.faces[keep], uv=mesh.uv[keep], slot=mesh.slot[keep], smooth=mesh.smooth[keep]
    )


def revolve(profile: ArrayLike, sides: int, slot: str = "surface") -> Mesh:
    """A body of revolution about z from an (N, 2) profile of (radius, z), from its lower to its upper pole.

    The first and the last radius must be 0. The profile's corners above 35° come out sharp.
    """
    points = np.asarray(profile, np.float64)
    step = np.diff(points, axis=0)
    length = np.linalg.norm(step, axis=1)
    turn_cos = (step[1:] * step[:-1]).sum(axis=1) / (length[1:] * length[:-1])
    breaks = (0, *(np.flatnonzero(turn_cos < _SHARP_COS) + 1).tolist(), len(points) - 1)
    ring, faces, place = _revolved_faces(breaks, sides)
    vertices = np.empty((len(ring), sides, 3))
    vertices[..., :2] = points[ring, :1, None] * circle(sides)
    vertices[..., 2] = points[ring, 1:]
    along = np.concatenate([[0.0], np.cumsum(length)])
    around = np.linspace(0, 2 * np.pi * points[:, 0].max(), sides + 1)
    uv = np.stack([around[place[..., 0]], along[place[..., 1]]], axis=-1)
    return without_slivers(make_mesh(vertices, faces, slot, uv, smooth=True))


@lru_cache(maxsize=64)
def _revolved_faces(breaks: tuple[int, ...], sides: int) -> tuple[NDArray[np.intp], Faces, NDArray[np.intp]]:
    """How a profile that is sharp at `breaks` is revolved: the profile point of each ring, the faces, and
    (F, 3, 2) the column and the profile point of each corner."""
    rings, faces, places, offset = [], [], [], 0
    for first, last in pairwise(breaks):
        part = np.arange(first, last + 1)
        rings.append(part)
        faces.append(grid_faces(len(part), sides, wrap=True) + offset)
        places.append(grid_uv(part.astype(float), np.arange(sides + 1.0)).astype(np.intp))
        offset += len(part) * sides
    return np.concatenate(rings), np.concatenate(faces), np.concatenate(places)


@lru_cache(maxsize=4)
def icosphere(level: int) -> tuple[Floats, Faces]:
    """Unit sphere from an icosahedron split `level` times: 10·4^level + 2 vertices and 20·4^level faces."""
    g = (1 + 5**0.5) / 2
    corners: list[tuple[float, float, float]] = [
        (-1, g, 0),
        (1, g, 0),
        (-1, -g, 0),
        (1, -g, 0),
        (0, -1, g),
        (0, 1, g),
    ]
    corners += [(0, -1, -g), (0, 1, -g), (g, 0, -1), (g, 0, 1), (-g, 0, -1), (-g, 0, 1)]
    faces = [(0, 11, 5), (0, 5, 1), (0, 1, 7), (0, 7, 10), (0, 10, 11), (1, 5, 9), (5, 11, 4)]
    faces += [(11, 10, 2), (10, 7, 6), (7, 1, 8), (3, 9, 4), (3, 4, 2), (3, 2, 6), (3, 6, 8)]
    faces += [(3, 8, 9), (4, 9, 5), (2, 4, 11), (6, 2, 10), (8, 6, 7), (9, 8, 1)]
    v, f = np.array(corners, float), np.array(faces, np.int32)
    for _ in range(level):
        v, f = _split(v, f)
    return v / np.linalg.norm(v, axis=1, keepdims=True), f


def _split(v: Floats, f: Faces) -> tuple[Floats, Faces]:
    """Each triangle as four, new vertices pushed out to the sphere."""
    v = v / np.linalg.norm(v, axis=1, keepdims=True)
    edges = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    ab, bc, ca = (index.reshape(3, -1) + len(v)).astype(np.int32)
    a, b, c = f.T
    quads = [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
    return np.concatenate([v, v[unique].mean(axis=1)]), np.concatenate([np.column_stack(q) for q in quads])


def blobs(centres: ArrayLike, radii: ArrayLike, level: int, slot: str, bumps: ArrayLike = 1.0) -> Mesh:
    """Smooth ellipsoids at `centres` (N, 3) with `radii` (N, 3); `bumps` (N, V) scales icosphere vertices."""
    sphere, faces = icosphere(level)
    c, r = np.atleast_2d(centres).astype(float), np.atleast_2d(radii).astype(float)
    scale = np.broadcast_to(bumps, (len(c), len(sphere)))
    vertices = c[:, None] + sphere[None] * r[:, None] * scale[:, :, None]
    return make_mesh(vertices, repeat_faces(faces, len(sphere), len(c)), slot, smooth=True)
