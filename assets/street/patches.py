"""Patches: rectangles of repaired asphalt, from a filled hole to a trench along or across the road."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh
from assets.solids import grid_faces
from assets.stream import Stream
from assets.street.params import RoadSurfaceParams
from assets.street.road import half_widths, on_surface

Floats = NDArray[np.float64]

_ABOVE_M = 0.004  # of the carriageway, below manholes and markings; the next patch lies a little higher
_FIRST_M, _LAST_M = 2.0, 90.0  # where on the road they are: farther off nobody sees them
_PIECE_M = 1.0
_UNEVEN_M = 0.05


def build_patches(params: RoadSurfaceParams) -> Mesh:
    """`count` sheets that face up; slot "patch"."""
    rng, road = Stream(params.seed), params.road
    left, right = half_widths(road)
    sheets, faces, uvs, offset = [], [], [], 0
    for number in range(params.count):
        long, wide = _size(rng, left - right)
        s0 = rng.uniform(max(_FIRST_M, params.start_m), max(min(_LAST_M, params.end_m - long), _FIRST_M))
        d0 = rng.uniform(right, left - wide)
        grid = _sheet(rng, s0, d0, long, wide, (right, left))
        sheets.append(on_surface(road, grid[..., 0], grid[..., 1], _ABOVE_M + 0.0002 * number).reshape(-1, 3))
        part = grid_faces(len(grid), grid.shape[1])
        faces.append(part + offset)
        uvs.append(grid.reshape(-1, 2)[part])
        offset += grid.shape[0] * grid.shape[1]
    return make_mesh(np.concatenate(sheets), np.concatenate(faces), "patch", np.concatenate(uvs), smooth=True)


def _size(rng: Stream, road_width: float) -> tuple[float, float]:
    """Metres along and across: a trench across the road, one along it, or a hole's cover."""
    kind = rng.weighted({"across": 1.0, "along": 1.0, "hole": 3.0})
    if kind == "across":
        return rng.uniform(0.6, 1.4), road_width * rng.uniform(0.4, 1.0)
    if kind == "along":
        return rng.uniform(8.0, 25.0), rng.uniform(0.5, 1.2)
    return rng.uniform(0.8, 4.0), rng.uniform(0.6, 2.0)


def _sheet(rng: Stream, s: float, d: float, long: float, wide: float, kerbs: tuple[float, float]) -> Floats:
    """(rows, columns, 2) road coordinates of a rectangle with slightly uneven edges, within the kerbs."""
    columns, rows = max(2, round(long / _PIECE_M) + 1), max(2, round(wide / _PIECE_M) + 1)
    grid: Floats = np.stack(
        np.meshgrid(s + np.linspace(0, long, columns), d + np.linspace(0, wide, rows)), axis=-1
    )
    grid += (rng.array(rows, columns, 2) - 0.5) * _UNEVEN_M
    grid[..., 1] = np.clip(grid[..., 1], *kerbs)
    return grid
