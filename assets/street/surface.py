"""The road's surfaces as meshes in world coordinates: carriageway, markings, pavements and verges.

They are open sheets that face up, sampled at the same stations along the road, so that neighbours share their
edges exactly. UVs are road coordinates in metres: a texture follows the bend.
"""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh, merge
from assets.solids import grid_faces, grid_uv
from assets.street.markings import build_markings
from assets.street.params import RoadParams, RoadSurfaceParams
from assets.street.road import half_widths, to_world

Floats = NDArray[np.float64]

STATION_M = 2.0
VERGE_M = 40.0
_KERB_STONE_M = 0.15
_SWELL_M = 0.06  # height of the verge's undulation above the pavement
_INNER_LIMIT = 0.9  # of the radius: how near the bend's centre the inner verge comes


def build_road_surface(params: RoadSurfaceParams) -> Mesh:
    """One part of the road from start_m to end_m along it; the road's s = 0 is the world's origin, heading
    +x.

    Slot "surface"; the pavement's kerb stones are "kerb". The carriageway lies at z = 0, its markings 1.5 cm
    above, the pavements at the kerb's height, the verges at or slightly above it.
    """
    road = params.road
    if params.part == "markings":
        return build_markings(params)
    s = stations(params.start_m, params.end_m)
    left, right = half_widths(road)
    match params.part:
        case "carriageway":
            return _sheet(road, s, [(right, 0.0), (left, 0.0)])
        case "pavement":
            return merge([part for side in (1, -1) for part in _pavement(road, s, side)])
        case "verge":
            return merge([_verge(road, s, side) for side in (1, -1)])
        case "manholes" | "patches":
            raise NotImplementedError


def stations(start: float, end: float) -> Floats:
    """Where the road is sampled: the ends, and every even metre between."""
    inner = np.arange(np.floor(start / STATION_M) + 1, np.ceil(end / STATION_M)) * STATION_M
    return np.concatenate([[start], inner, [end]])


def outer_edge(road: RoadParams, side: int) -> float:
    """d of a pavement's outer edge, 1 the left and −1 the right."""
    return half_widths(road)[0 if side > 0 else 1] + side * road.pavement_width_m


def _sheet(road: RoadParams, s: Floats, profile: list[tuple[float, float]], slot: str = "surface") -> Mesh:
    """A section of (d, z) points, from right to left, swept along the stations."""
    d, z = np.array(profile).T
    x, y, _ = to_world(road, s[None, :], d[:, None])
    vertices = np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], axis=-1)
    across = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(d), np.diff(z)))]) + d[0]
    return make_mesh(vertices, grid_faces(len(d), len(s)), slot, grid_uv(across, s))


def _pavement(road: RoadParams, s: Floats, side: int) -> list[Mesh]:
    """The kerb's face and top, then the flags; `side` 1 is left."""
    edge = half_widths(road)[0 if side > 0 else 1]
    stone = min(_KERB_STONE_M, road.pavement_width_m)
    h = road.kerb_height_m
    kerb = [(edge, 0.0), (edge, h), (edge + side * stone, h)]
    flags = [(edge + side * stone, h), (outer_edge(road, side), h)]
    parts = [_sheet(road, s, (kerb if stone > 0 else kerb[:2])[::side], "kerb")]
    if road.pavement_width_m > stone:
        parts.append(_sheet(road, s, flags[::side]))
    return parts


def _verge(road: RoadParams, s: Floats, side: int) -> Mesh:
    """A strip of VERGE_M beyond the pavement that swells gently; it ends short of the bend's centre."""
    inner = outer_edge(road, side)
    outer = inner + side * VERGE_M
    if road.curvature * outer > _INNER_LIMIT:
        outer = side * max(_INNER_LIMIT / abs(road.curvature), abs(inner) + 0.1)
    d = np.linspace(inner, outer, 9)[::side]
    x, y, _ = to_world(road, s[None, :], d[:, None])
    away = np.clip(np.abs(d - inner) / 6.0, 0, 1)[:, None]
    waves = 0.5 + 0.25 * (
        np.sin(s[None, :] * 0.21 + d[:, None] * 0.35) + np.sin(s[None, :] * 0.13 - d[:, None] * 0.5)
    )
    vertices = np.stack([x, y, road.kerb_height_m + _SWELL_M * away * waves], axis=-1)
    return make_mesh(vertices, grid_faces(len(d), len(s)), uv=grid_uv(d, s), smooth=True)
