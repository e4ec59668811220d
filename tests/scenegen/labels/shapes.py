"""Views, boxes and brute-force pictures for the labels' tests, written without the code under test."""

import numpy as np
from numpy.typing import NDArray

from scenegen.labels.annotate import RoadUser
from scenegen.scene import NEAR_M, View

_SIDES = [(0, 2, 1, 3), (4, 5, 6, 7), (0, 1, 4, 5), (2, 6, 3, 7), (0, 4, 2, 6), (1, 3, 5, 7)]
BOX_FACES = np.array([triangle for a, b, c, d in _SIDES for triangle in ((a, b, c), (b, d, c))])

# World (x right, y away, z up) to camera (x right, y down, z forward) for a camera that looks along world +y.
LEVEL = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])


def view(
    width: int = 120,
    height: int = 40,
    focal: float = 70.0,
    pose: NDArray[np.float64] = LEVEL,
    height_m: float = 1.5,
) -> View:
    """A camera `height_m` above the world's origin."""
    placed = pose.copy()
    placed[2, 3] += height_m
    K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    return View(K=K, pose=placed, width=width, height=height)


def padded(original: View, margin: int) -> View:
    """The same camera with `margin` more pixels on every side."""
    K = original.K.copy()
    K[:2, 2] += margin
    return View(K, original.pose, original.width + 2 * margin, original.height + 2 * margin)


def box(length: float = 4.0, width: float = 1.8, height: float = 1.5) -> NDArray[np.float64]:
    """(8, 3) corners of a box on z = 0, x forward; triangles in BOX_FACES."""
    x, y, z = np.meshgrid([-length / 2, length / 2], [-width / 2, width / 2], [0, height], indexing="ij")
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def placed(x: float, y: float, heading_deg: float = 90.0) -> NDArray[np.float64]:
    """(4, 4) car to world: at (x, y) on the ground, heading from world +x towards +y."""
    c, s = np.cos(np.radians(heading_deg)), np.sin(np.radians(heading_deg))
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, 1, 0], [0, 0, 0, 1.0]])


def car(id: int, matrix: NDArray[np.float64], track_id: int = 0) -> RoadUser:
    """A car that is a box."""
    return RoadUser(
        id=id,
        track_id=track_id,
        category_id=1,
        vertices_world=box() @ matrix[:3, :3].T + matrix[:3, 3],
        faces=BOX_FACES,
        matrix=matrix,
        length=4.0,
        width=1.8,
        height=1.5,
        model_id="box-0",
        style="sedan",
    )


def cast(
    vertices: NDArray[np.float64], faces: NDArray[np.int64], seen_by: View
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Ray casting through every pixel's centre (Möller and Trumbore 1997), in camera coordinates.

    Returns (H, W) depth along z of the nearest hit beyond the near plane, inf for none, and (H, W) whether
    the answer is beyond doubt: no ray comes within 1e-7 of an edge, or of the near plane at a hit.
    """
    world_to_camera = np.linalg.inv(seen_by.pose)
    camera = vertices @ world_to_camera[:3, :3].T + world_to_camera[:3, 3]
    u, v = np.meshgrid(np.arange(seen_by.width) + 0.5, np.arange(seen_by.height) + 0.5)
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(seen_by.K).T
    depth = np.full(u.shape, np.inf)
    certain = np.ones(u.shape, bool)
    for a, b, c in camera[faces]:
        e1, e2 = b - a, c - a
        p = np.cross(rays, e2)
        determinant = p @ e1
        with np.errstate(divide="ignore", invalid="ignore"):
            s = p @ -a / determinant
            q = np.cross(-a, e1)
            t = rays @ q / determinant
            z = (e2 @ q) / determinant
            margin = np.minimum(np.minimum(s, t), 1 - s - t)
        hit = (margin >= 0) & (z >= NEAR_M)
        depth = np.where(hit, np.minimum(depth, z), depth)
        with np.errstate(invalid="ignore"):
            doubtful = (np.abs(margin) < 1e-7) | ((margin > -1e-7) & (np.abs(z - NEAR_M) < 1e-7))
        certain &= ~(doubtful | (np.abs(determinant) < 1e-12))
    return depth, certain


def id_image(cars: list[RoadUser], seen_by: View) -> NDArray[np.int32]:
    """(H, W) ids of the nearest car at each pixel, 0 for none."""
    depths = np.stack([cast(c.vertices_world, c.faces, seen_by)[0] for c in cars])
    ids = np.array([c.id for c in cars])
    return np.where(np.isfinite(depths.min(axis=0)), ids[depths.argmin(axis=0)], 0).astype(np.int32)
