"""Road surfaces: they face up, meet without cracks, and carry the markings of the regulations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.build import build
from assets.mesh import face_normals
from assets.street.junction import SIDE_ROAD_M
from assets.street.params import RoadParams, RoadSurfaceParams
from assets.street.road import elevation, half_widths, to_world
from assets.street.surface import outer_edge

PARTS = ("carriageway", "markings", "pavement", "verge")

roads = st.builds(
    RoadParams,
    forward_lanes=st.integers(1, 3),
    oncoming_lanes=st.integers(0, 3),
    lane_width_m=st.floats(2.75, 3.75),
    curvature=st.floats(-1 / 40, 1 / 40),
    parking_left=st.booleans(),
    parking_right=st.booleans(),
    parking_width_m=st.floats(2.0, 5.2),
    pavement_width_m=st.just(0.0) | st.floats(0.5, 4.0),
    kerb_height_m=st.floats(0.03, 0.2),
    grade=st.floats(-0.06, 0.06),
    vertical_curvature=st.floats(-0.001, 0.001),
)
STRAIGHT = RoadParams(
    forward_lanes=2,
    oncoming_lanes=1,
    lane_width_m=3.5,
    curvature=0.0,
    parking_left=False,
    parking_right=True,
    parking_width_m=2.0,
    pavement_width_m=2.0,
    kerb_height_m=0.12,
)


def surface(road, part, start=-10.0, end=60.0, **more):
    return build(RoadSurfaceParams(road=road, part=part, start_m=start, end_m=end, **more))


@settings(max_examples=40)
@given(road=roads, part=st.sampled_from(PARTS), crossing=st.none() | st.floats(0, 50))
def test_surfaces_face_up_and_kerbs_face_the_road(road, part, crossing):
    mesh = surface(road, part, crossing_at_m=crossing)
    assert np.isfinite(mesh.vertices).all()
    assert np.isfinite(mesh.uv).all()
    normals = face_normals(mesh.vertices, mesh.faces)
    assert normals[:, 2].min() > -1e-3
    risers = normals[:, 2] < 0.5
    assert risers.any() == (part == "pavement")
    middles = mesh.vertices[mesh.faces[risers]].mean(axis=1)
    _, d, heading = _road_coordinates(road, middles)
    inward = np.sign(np.mean(half_widths(road)) - d)[:, None] * np.column_stack(
        [-np.sin(heading), np.cos(heading)]
    )
    assert ((normals[risers, :2] * inward).sum(axis=1) > 0.99).all()


def _road_coordinates(road, points):
    """s, d and heading of (N, 3) points, from the circle's own equation."""
    k = road.curvature
    if abs(k) < 1e-6:
        return points[:, 0], points[:, 1], np.zeros(len(points))
    angle = np.arctan2(k * points[:, 0], 1 - k * points[:, 1])
    d = (1 - np.hypot(k * points[:, 0], 1 - k * points[:, 1])) / k
    return angle / k, d, angle


@settings(max_examples=30)
@given(road=roads)
def test_neighbouring_parts_share_their_edges(road):
    carriageway, pavement, verge = (surface(road, part).vertices for part in PARTS if part != "markings")
    for side, edge in zip((1, -1), half_widths(road), strict=True):
        kerb_foot = _rim(road, edge, 0.0)
        outer = _rim(road, outer_edge(road, side), road.kerb_height_m)
        assert _contains(carriageway, kerb_foot)
        assert _contains(pavement, kerb_foot)
        assert _contains(pavement, outer)
        assert _contains(verge, outer)


def _rim(road, d, z):
    s = np.arange(-10, 61, 2.0)
    x, y, _ = to_world(road, s, d)
    return np.column_stack([x, y, z + elevation(road, s)])


def _contains(vertices, points):
    gap = np.linalg.norm(vertices[None].astype(float) - points[:, None], axis=2).min(axis=1)
    return gap.max() < 1e-4


def test_surfaces_lie_at_their_heights():
    assert np.unique(surface(STRAIGHT, "carriageway").vertices[:, 2]).tolist() == [0.0]
    assert np.unique(surface(STRAIGHT, "markings").vertices[:, 2]) == pytest.approx([0.015])
    pavement = surface(STRAIGHT, "pavement").vertices[:, 2]
    assert np.unique(pavement) == pytest.approx([0.0, 0.12])
    verge = surface(STRAIGHT, "verge").vertices
    assert verge[:, 2].min() == pytest.approx(0.12)
    assert verge[:, 2].max() < 0.2
    assert verge[:, 1].max() == pytest.approx(3.5 + SIDE_ROAD_M)


def test_lane_lines_are_dashes_of_three_metres_with_gaps_of_six():
    mesh = surface(STRAIGHT, "markings", 0.0, 90.0)
    lane_line = _strips(mesh, -3.5)
    assert len(lane_line) == 10 * 2  # ten dashes, each cut in two
    assert sum(b - a for a, b in lane_line) == pytest.approx(30)
    solid = _strips(surface(STRAIGHT, "markings", 0.0, 90.0, dashed=False), 0.0)
    assert sum(b - a for a, b in solid) == pytest.approx(90)


def test_a_zebra_crossing_clears_the_lines_under_it():
    mesh = surface(STRAIGHT, "markings", 0.0, 90.0, crossing_at_m=30.0)
    assert all(b <= 27 or a >= 33 for a, b in _strips(mesh, 3.25))
    stripes = mesh.vertices.reshape(-1, 4, 3)
    width = np.ptp(stripes[:, :, 1], axis=1)
    across = stripes[np.isclose(width, 0.5, atol=1e-4)]
    assert across[:, :, 0].min() == pytest.approx(28)
    assert across[:, :, 0].max() == pytest.approx(32)
    assert np.ptp(across[:, :, 1]) == pytest.approx(12.5, abs=0.01)  # of the 12.5 m from kerb to kerb


def test_a_crossing_leaves_no_stumps_of_dashes():
    whole, cut = (
        _strips(surface(STRAIGHT, "markings", 0.0, 90.0, crossing_at_m=s), -3.5) for s in (None, 21.5)
    )
    assert any(17 < a < 18.2 for a, _ in whole)  # the dash from 18 to 21 m, of which half a metre would stay
    assert not any(17 < a < 18.2 for a, _ in cut)
    assert min(b - a for a, b in cut) == pytest.approx(1.5)


def _strips(mesh, at):
    """Extents in x of the narrow quads whose middle lies at y = `at`, on a straight road."""
    quads = mesh.vertices.reshape(-1, 4, 3)
    hit = np.isclose(quads[:, :, 1].mean(axis=1), at, atol=1e-3) & (np.ptp(quads[:, :, 1], axis=1) < 0.2)
    return [(float(q[:, 0].min()), float(q[:, 0].max())) for q in quads[hit]]
