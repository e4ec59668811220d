"""The road's surfaces as meshes in world coordinates: carriageways, pavements, verges and the land beyond.

They are open sheets that face up and follow the road's elevation. Those that meet share their edges
(`assets.street.kerb`). UVs are metres along and across the road: a texture follows the bend.
"""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, make_mesh, merge
from assets.solids import grid_faces, grid_uv
from assets.street.junction import across_at, along_at, side_road
from assets.street.kerb import (
    Stretch,
    kerb_at,
    parallel,
    rows_outward,
    running,
    stations,
    stretches,
    warped,
)
from assets.street.land import build_land
from assets.street.manholes import build_manholes
from assets.street.markings import build_markings
from assets.street.params import RoadParams, RoadSurfaceParams
from assets.street.patches import build_patches
from assets.street.road import half_widths, on_surface

Floats = NDArray[np.float64]

_KERB_STONE_M = 0.15
_SWELL_M = 0.06  # height of the verge's undulation above the pavement
_MOUTH_COLUMNS = 9


def build_road_surface(params: RoadSurfaceParams) -> Mesh:
    """One part of the road from start_m to end_m along it; the road's s = 0 is the world's origin, heading
    +x.

    Slot "surface"; the pavement's kerb stones are "kerb", and details have slots of their own. Above
    `elevation`, the carriageways lie at 0, patches, manholes and markings up to 1.5 cm higher, the pavements
    at the kerb's height, the verges at or slightly above it; the land lies under everything.
    """
    road = params.road
    match params.part:
        case "carriageway":
            return _carriageway(road, params.start_m, params.end_m)
        case "markings":
            return build_markings(params)
        case "manholes":
            return build_manholes(params)
        case "patches":
            return build_patches(params)
        case "pavement":
            return merge([sheet for stretch in _stretches(params) for sheet in _pavement(road, stretch)])
        case "verge":
            return merge([_verge(road, stretch) for stretch in _stretches(params)])
        case "land":
            return build_land(road)


def outer_edge(road: RoadParams, side: int) -> float:
    """d of a pavement's outer edge, 1 the left and −1 the right."""
    return kerb_at(road, side) + side * road.pavement_width_m


def _stretches(params: RoadSurfaceParams) -> list[Stretch]:
    return [
        stretch for side in (1, -1) for stretch in stretches(params.road, side, params.start_m, params.end_m)
    ]


def _carriageway(road: RoadParams, start: float, end: float) -> Mesh:
    """From kerb to kerb, and the side roads from there."""
    left, right = half_widths(road)
    sides = [side for side in (1, -1) if side_road(road, side) is not None]
    mouths = [_mouth(road, side) for side in sides]
    s = np.unique(np.concatenate([stations(start, end), *(mouth[0][0] for mouth in mouths)]))
    d = np.array([[right], [left]])
    return merge([_sheet(road, *np.broadcast_arrays(s, d)), *(_sheet(road, *mouth) for mouth in mouths)])


def _mouth(road: RoadParams, side: int) -> tuple[Floats, Floats]:
    """Road coordinates (rows, columns) of a side road; the first row is the road's own kerb line."""
    junction = side_road(road, side)
    assert junction is not None
    out, half = rows_outward(road, side, 0.0)
    d = kerb_at(road, side) + side * out[:, None]
    v = half[:, None] * np.linspace(-1, 1, _MOUTH_COLUMNS)
    s, d = along_at(road, junction, v, d), np.broadcast_to(d, v.shape)
    return s, d


def _sheet(road: RoadParams, s: Floats, d: Floats, above: float | Floats = 0.0) -> Mesh:
    """A grid (rows, columns) of points in road coordinates, `above` the road; columns go along the road."""
    faces = grid_faces(len(s), s.shape[1])
    if d[0, 0] > d[-1, 0]:
        faces = faces[:, ::-1]
    uv = np.stack([s, d], axis=-1).reshape(-1, 2)[faces]
    return make_mesh(on_surface(road, s, d, above), faces, uv=uv, smooth=True)


def _pavement(road: RoadParams, stretch: Stretch) -> list[Mesh]:
    """The kerb's face and top, then the flags."""
    stone, width, h = min(_KERB_STONE_M, road.pavement_width_m), road.pavement_width_m, road.kerb_height_m
    kerb = [(0.0, 0.0), (0.0, h), (stone, h)]
    parts = [_swept(road, stretch, kerb if stone > 0 else kerb[:2], "kerb")]
    if width > stone:
        parts.append(_swept(road, stretch, [(stone, h), (width, h)], "surface"))
    return parts


def _swept(road: RoadParams, stretch: Stretch, profile: list[tuple[float, float]], slot: str) -> Mesh:
    """A section of (distance behind the kerb, height) points swept along a stretch and round its corner."""
    lines = [parallel(road, stretch, offset) for offset, _ in profile[:: stretch.side]]
    s, d = (np.array(part) for part in zip(*lines, strict=True))
    offset, height = np.array(profile[:: stretch.side]).T
    across = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(offset), np.diff(height)))]) + d[0, 0]
    uv = grid_uv(across, running(road, stretch))
    return make_mesh(on_surface(road, s, d, height[:, None]), grid_faces(len(s), s.shape[1]), slot, uv)


def _verge(road: RoadParams, stretch: Stretch) -> Mesh:
    """The ground beyond a pavement, round the corner too, gently swelling."""
    side, width, junction = stretch.side, road.pavement_width_m, side_road(road, stretch.side)
    out, v = rows_outward(road, side, width)
    d = kerb_at(road, side) + side * out
    s = np.array([warped(road, stretch, *row) for row in zip(d.tolist(), v.tolist(), strict=True)])
    d = np.broadcast_to(d[:, None], s.shape)
    away = np.broadcast_to(out[:, None] - width, s.shape)
    if junction is not None:
        beside = np.abs(across_at(road, junction, s, d)) - junction.width_m / 2 - width
        away = np.minimum(away, beside)
    waves = 0.5 + 0.25 * (np.sin(s * 0.21 + d * 0.35) + np.sin(s * 0.13 - d * 0.5))
    return _sheet(road, s, d, road.kerb_height_m + _SWELL_M * np.clip(away / 6.0, 0, 1) * waves)
