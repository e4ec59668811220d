"""The land: all that lies beyond a road's verges, out to the horizon, falling and rising with the road."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assets.mesh import Mesh, make_mesh
from assets.solids import grid_faces
from assets.street.params import RoadParams
from assets.street.road import elevation, to_road

Floats = NDArray[np.float64]

LAND_M = 1000.0  # half the side of the square
LEVEL_M = 230.0  # from here on the land is level, at the height of the road's far end
DEPTH_M = 0.4  # below the road: nowhere does the coarse land show through it
_SLOPED_M = 110.0
_STEP_M = 16.0
_CENTRE = 0.3  # of a bend's radius: around its centre the land no longer follows the road


def build_land(road: RoadParams) -> Mesh:
    """A square of land around the origin; slot "surface"."""
    x, y = np.meshgrid(_breaks(-60.0, 250.0), _breaks(-120.0, 120.0))
    vertices = np.stack([x, y, land_height(road, x, y)], axis=-1)
    faces = grid_faces(len(x), x.shape[1])
    return make_mesh(vertices, faces, uv=vertices[..., :2].reshape(-1, 2)[faces], smooth=True)


def land_height(road: RoadParams, x: ArrayLike, y: ArrayLike) -> Floats:
    """Height (m) of the land at world points: the road's own beside it, that of its far end far away."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    along, _ = to_road(road, x, y)
    to_centre = np.hypot(road.curvature * x, 1 - road.curvature * y)  # in radii
    beside = elevation(road, along * np.minimum(1.0, to_centre / _CENTRE))
    far = np.clip((np.hypot(x, y) - _SLOPED_M) / (LEVEL_M - _SLOPED_M), 0, 1)
    blend = far * far * (3 - 2 * far)
    return np.asarray(beside + blend * (level(road) - beside) - DEPTH_M)


def level(road: RoadParams) -> float:
    """Height (m) of the carriageway at the road's far end, where it is level."""
    return float(elevation(road, LEVEL_M))


def _breaks(low: float, high: float) -> Floats:
    """Grid lines from −LAND_M to LAND_M: even between `low` and `high`, ever coarser beyond."""
    even = np.linspace(low, high, round((high - low) / _STEP_M) + 1)
    before = low - np.geomspace(1, 1 + (low + LAND_M) / 20, 7)[1:] * 20 + 20
    after = high + np.geomspace(1, 1 + (LAND_M - high) / 20, 7)[1:] * 20 - 20
    return np.concatenate([before[::-1], even, after])
