"""Manholes: round cast-iron covers in their frames, flush with the carriageway."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh, merge
from assets.solids import circle, grid_faces, repeat_faces
from assets.stream import Stream
from assets.street.params import RoadSurfaceParams
from assets.street.road import half_widths, on_surface

Floats = NDArray[np.float64]

COVER_M = 0.32  # radius; EN 124 covers have a clear opening of 60 cm
FRAME_M = 0.42
_SIDES = 20
_ABOVE_M = 0.008  # of the carriageway, above any patch and below the markings
_STUD_M, _STUD_PITCH_M = 0.05, 0.105
_FIRST_M, _LAST_M = 3.0, 90.0  # where on the road they are: farther off nobody sees them


def build_manholes(params: RoadSurfaceParams) -> Mesh:
    """`count` covers; slots "manhole", "manhole_frame" and "manhole_stud" (the raised pattern)."""
    rng, road = Stream(params.seed), params.road
    left, right = half_widths(road)
    draws = rng.array(params.count, 2)
    s = np.clip(_FIRST_M + draws[:, 0] * (_LAST_M - _FIRST_M), params.start_m, params.end_m)
    d = right + FRAME_M + draws[:, 1] * (left - right - 2 * FRAME_M)
    turn, studs = circle(_SIDES), _studs()
    ring = np.concatenate([COVER_M * turn, FRAME_M * turn])
    cover = np.array([[0, i, i + 1] for i in range(1, _SIDES - 1)])
    frame = grid_faces(2, _SIDES, wrap=True)[:, ::-1]
    stud = repeat_faces([[0, 1, 2], [0, 2, 3]], 4, len(studs) // 4)
    parts = [
        (COVER_M * turn, cover, 0.0, "manhole"),
        (ring, frame, 0.001, "manhole_frame"),
        (studs, stud, 0.003, "manhole_stud"),
    ]
    meshes = []
    for points, faces, above, slot in parts:
        at_s, at_d = s[:, None] + points[:, 0], d[:, None] + points[:, 1]
        vertices = on_surface(road, at_s, at_d, _ABOVE_M + above)
        meshes.append(make_mesh(vertices, repeat_faces(faces, len(points), params.count), slot))
    return merge(meshes)


def _studs() -> Floats:
    """(4 N, 2) corners of the squares of a waffle pattern within the cover."""
    steps = int(COVER_M / _STUD_PITCH_M)
    line = np.arange(-steps, steps + 1) * _STUD_PITCH_M
    x, y = (axis.ravel() for axis in np.meshgrid(line, line))
    inside = np.hypot(np.abs(x) + _STUD_M / 2, np.abs(y) + _STUD_M / 2) < COVER_M
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * _STUD_M / 2
    return np.asarray(np.column_stack([x, y])[inside][:, None] + square).reshape(-1, 2)
