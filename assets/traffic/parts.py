"""What several road users share: wheels, number plates, mirrored pairs, and the fit to their measures."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.mesh import Mesh, make_mesh, merge, transform
from assets.solids import boxes, circle, grid_faces, grid_uv, revolve, rods

Floats = NDArray[np.float64]
Corners = tuple[tuple[float, float, float], tuple[float, float, float]]  # lower and upper, of a box

PLATE_M = (0.52, 0.11)  # the commonest European number plate
_Z_TO_Y = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]], float)
_MIRROR = np.diag([1.0, -1.0, 1.0, 1.0])


def fit(mesh: Mesh, length: float, width: float, height: float) -> Mesh:
    """The mesh scaled to exactly these bounds (m), on z = 0, its middle above the origin."""
    low, high = (corner.astype(np.float64) for corner in mesh.bounds)
    scale = np.array([length, width, height]) / (high - low)
    base = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return replace(mesh, vertices=((mesh.vertices - base) * scale).astype(np.float32))


def scaled(mesh: Mesh, factor: float) -> Mesh:
    """The mesh `factor` times as large."""
    f = np.float32(factor)
    return replace(mesh, vertices=mesh.vertices * f, uv=mesh.uv * f)


def shifted(points: Floats, x: float, y: float, z: float) -> Floats:
    """Points (..., 3) moved by x, y and z."""
    moved: Floats = points + np.array([x, y, z])
    return moved


def mirrored(mesh: Mesh) -> Mesh:
    """The mesh and its image beyond y = 0."""
    return merge([mesh, transform(mesh, _MIRROR)])


def truck_wheels(x: float, outside: float, radius: float, width: float, *, dished: bool) -> Mesh:
    """The wheels of one axle, their outer walls at y = ±`outside`; twin tyres (`dished`) show a deep rim."""
    return mirrored(_moved(_truck_wheel(radius, width, dished), (x, outside, radius)))


def _truck_wheel(radius: float, width: float, dished: bool) -> Mesh:
    """A left wheel around the y axis, its outer wall at y = 0; slots "tyre", "rim" and "trim" (the hub)."""
    rim, shoulder = 0.6 * radius, 0.03
    dish = -0.13 if dished else -0.05
    tyre = [(0, -width), (0.94 * radius, -width), (radius, -width + shoulder)]
    if dished:  # the gap between the twins
        gap = -width / 2
        tyre += [(radius, gap - 0.04), (0.85 * radius, gap - 0.02), (0.85 * radius, gap + 0.02)]
        tyre += [(radius, gap + 0.04)]
    tyre += [(radius, -shoulder), (0.94 * radius, 0), (rim, -0.02), (rim, dish - 0.04), (0, dish - 0.04)]
    face = [(0, dish - 0.06), (1.02 * rim, dish - 0.06), (1.02 * rim, -0.015), (0.93 * rim, -0.015)]
    face += [(0.8 * rim, dish), (0.42 * rim, dish + 0.01), (0.38 * rim, dish + 0.07), (0, dish + 0.07)]
    hub = [(0, dish), (0.2 * rim, dish), (0.2 * rim, dish + 0.1), (0, dish + 0.1)]
    parts = [revolve(tyre, 20, "tyre"), revolve(face, 20, "rim"), revolve(hub, 8, "trim")]
    return transform(merge(parts), _Z_TO_Y)


def torus(radius: float, tube: ArrayLike, sides: int, steps: int, slot: str) -> Mesh:
    """A ring around the y axis, of `radius` to its tube's middle; `tube`: half its height and half width."""
    high, wide = np.broadcast_to(np.asarray(tube, float), 2)
    angle = np.arange(steps) * (2 * np.pi / steps)
    spoke = np.column_stack([np.cos(angle), np.zeros(steps), np.sin(angle)])
    turn = circle(sides)
    ring = spoke[:, None] * (radius + high * turn[:, :1]) + wide * turn[:, 1:] * np.array([0.0, 1.0, 0.0])
    faces = grid_faces(steps + 1, sides, wrap=True) % (steps * sides)
    uv = grid_uv(np.linspace(0, 2 * np.pi * radius, steps + 1), np.linspace(0, 2 * np.pi * high, sides + 1))
    return make_mesh(ring, faces, slot, uv, smooth=True)


def spoked_wheel(x: float, radius: float, tyre: float, spokes: int, hub: float) -> Mesh:
    """A two-wheeler's wheel in the plane y = 0 on z = 0, its axle at `x`; `tyre`: half its thickness (m);
    `hub`: the hub's radius."""
    return _moved(_spoked_wheel(radius, tyre, spokes, hub), (x, 0, radius))


@lru_cache(maxsize=8)
def _spoked_wheel(radius: float, tyre: float, spokes: int, hub: float) -> Mesh:
    """The wheel around the y axis; kept, as a bicycle has two alike."""
    rim = radius - 2 * tyre
    angle = np.arange(spokes) * (2 * np.pi / spokes)
    ends = np.column_stack([np.cos(angle), np.zeros(spokes), np.sin(angle)])
    starts = hub * ends + 0.03 * np.where(np.arange(spokes) % 2, 1, -1)[:, None] * [0.0, 1.0, 0.0]
    thick = max(0.004, 0.25 * tyre)
    wheel = [
        torus(radius - tyre, tyre, 6, 24, "tyre"),
        torus(rim, (0.6 * tyre, 0.7 * tyre), 4, 24, "rim"),
        rods(starts, ends * rim, thick, thick, 3, "rim"),
        rods((0, -0.05, 0), (0, 0.05, 0), hub, hub, 8, "trim"),
    ]
    return merge(wheel)


def plate(x: float, z: float, facing: int, size: tuple[float, float] = PLATE_M) -> Mesh:
    """A number plate in the middle at height z, its face at `x`, facing +x or −x.

    UVs are one unit over the plate as its reader sees it.
    """
    width, height = size
    mesh = boxes(
        (min(x, x - 0.02 * facing), -width / 2, z - height / 2),
        (max(x, x - 0.02 * facing), width / 2, z + height / 2),
        "plate",
    )
    corner = mesh.vertices[mesh.faces]
    u = 0.5 + facing * corner[..., 1] / width
    v = (corner[..., 2] - (z - height / 2)) / height
    return replace(mesh, uv=np.stack([u, v], axis=-1).astype(np.float32))


def panels(slot: str, *corners: Corners) -> Mesh:
    """Boxes of one slot, each given as (lower corner, upper corner)."""
    low, high = zip(*corners, strict=True)
    return boxes(low, high, slot)


def _moved(mesh: Mesh, offset: ArrayLike) -> Mesh:
    return replace(mesh, vertices=(mesh.vertices + np.asarray(offset)).astype(np.float32))
