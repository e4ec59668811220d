"""Junctions: sheets that cover the ground once, at its height; lines and arrows where they belong."""

import numpy as np
import pytest

from assets.build import build
from assets.street.arrows import arrow_triangles
from assets.street.junction import across_at, along_at, mouth_half_width, on_side_road
from assets.street.params import JunctionParams, RoadParams, RoadSurfaceParams
from assets.street.road import elevation, half_widths, lane_centre, to_road, to_world

START_M, END_M = -30.0, 90.0


def road(curvature=0.0, left=True, right=True, **changes):
    values = {
        "forward_lanes": 2,
        "oncoming_lanes": 1,
        "lane_width_m": 3.25,
        "curvature": curvature,
        "parking_left": True,
        "parking_right": False,
        "parking_width_m": 2.2,
        "pavement_width_m": 2.5,
        "kerb_height_m": 0.12,
        "grade": 0.05,
        "vertical_curvature": -0.0006,
        "junction": JunctionParams(at_m=30.0, width_m=7.0, left=left, right=right),
    }
    return RoadParams(**(values | changes))


def surface(street, part, **more):
    return build(RoadSurfaceParams(road=street, part=part, start_m=START_M, end_m=END_M, **more))


def hits(mesh, points):
    """Heights (N, F) of the mesh's triangles at points in the plane, NaN where they are not."""
    corners = mesh.vertices[mesh.faces].astype(float)
    a, u, v = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    area = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    level = area > 1e-9
    a, u, v, area = a[level], u[level], v[level], area[level]
    w = points[:, None] - a[None, :, :2]
    p = (w[..., 0] * v[:, 1] - w[..., 1] * v[:, 0]) / area
    q = (u[:, 0] * w[..., 1] - u[:, 1] * w[..., 0]) / area
    inside = (p >= 0) & (q >= 0) & (p + q < 1)
    return np.where(inside, a[:, 2] + p * u[:, 2] + q * v[:, 2], np.nan)


@pytest.mark.parametrize("sides", [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize("curvature", [0.0, 0.012, -0.012, 0.004])
def test_the_ground_is_covered_once_and_lies_at_its_height(curvature, sides):
    street = road(curvature, *sides)
    draws = np.random.default_rng(7).random((700, 2))
    s = START_M + 8 + draws[:, 0] * (END_M - START_M - 16)
    d = -36 + 72 * draws[:, 1]
    points = np.stack(to_world(street, s, d)[:2], axis=-1)
    found = {part: hits(surface(street, part), points) for part in ("carriageway", "pavement", "verge")}
    count = {part: np.isfinite(height).sum(axis=1) for part, height in found.items()}
    assert (sum(count.values()) == 1).all()
    driven_on = on_side_road(street, s, d) | ((d < half_widths(street)[0]) & (d > half_widths(street)[1]))
    assert (count["carriageway"][driven_on] == 1).mean() > 0.99  # but for the corners' chords
    assert (count["carriageway"][~driven_on] == 0).mean() > 0.99
    above = {part: np.nansum(height, axis=1) - elevation(street, s) for part, height in found.items()}
    assert np.abs(above["carriageway"][count["carriageway"] == 1]).max() < 0.02
    assert np.abs(above["pavement"][count["pavement"] == 1] - 0.12).max() < 0.02
    verge = above["verge"][count["verge"] == 1]
    assert verge.min() > 0.1 and verge.max() < 0.2


@pytest.mark.parametrize("curvature", [0.0, 0.012, -0.012])
def test_the_land_lies_under_everything(curvature):
    street = road(curvature)
    vertices = np.concatenate([surface(street, part).vertices for part in ("carriageway", "verge")])
    land = hits(surface(street, "land"), vertices[:, :2].astype(float)[::3])
    depth = vertices[::3, 2] - np.nanmax(land, axis=1)
    assert depth.min() > 0.1 and depth.max() < 1.5


def test_the_chart_and_road_coordinates_agree():
    street = road(0.01)
    for v in (-20.0, 3.0, 25.0):
        for left in (-30.0, 0.0, 30.0):
            along = along_at(street, street.junction, v, left)
            assert float(across_at(street, street.junction, along, left)) == pytest.approx(v)


def test_a_side_road_is_where_its_side_says():
    assert on_side_road(road(0.0, True, False), 30.0, [20.0, -20.0, 0.0]).tolist() == [True, False, False]
    assert on_side_road(road(0.0, False, True), 30.0, [20.0, -20.0, 0.0]).tolist() == [False, True, False]
    assert not on_side_road(road(0.0), [26.0, 34.0], 20.0).any()  # 7 m wide
    assert on_side_road(road(0.0), 36.0, half_widths(road())[0] + 0.1)  # but flared at the kerb
    assert not on_side_road(road(0.0, junction=None), 30.0, [20.0, -20.0]).any()


def test_no_line_crosses_the_way_into_a_side_road():
    street = road(0.0)
    mesh = surface(street, "markings")
    s, d = to_road(street, *mesh.vertices[:, :2].T)
    half, (left, right) = mouth_half_width(street, street.junction), half_widths(street)
    in_mouth = (np.abs(s - 30.0) < half - 0.01) & (d < left) & (d > right)
    assert not in_mouth.any()
    one_sided = road(0.0, False, True)
    s, d = to_road(one_sided, *surface(one_sided, "markings").vertices[:, :2].T)
    assert ((np.abs(s - 30.0) < 3) & (d > 3)).any()  # the bays opposite are still there


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("junction", [None, JunctionParams(at_m=40.0, width_m=6.0, left=True, right=False)])
def test_arrows_lie_inside_their_lanes(junction, seed):
    street = road(0.008, junction=junction)
    params = RoadSurfaceParams(
        road=street, part="markings", start_m=START_M, end_m=END_M, arrows=True, seed=seed, crossing_at_m=12.0
    )
    triangles = arrow_triangles(params)
    assert len(triangles)
    d = triangles[..., 1]
    lane = np.abs(d.mean(axis=1)[:, None] - [lane_centre(street, i) for i in range(3)]).argmin(axis=1)
    middle = np.array([lane_centre(street, i) for i in range(3)])[lane]
    assert np.abs(d - middle[:, None]).max() < 3.25 / 2 - 0.1
    assert (np.abs(triangles[..., 0] - 12.0) > 2.0).all()  # nothing on the zebra crossing
    edges = triangles[:, 1:] - triangles[:, :1]
    assert (edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0] > 0).all()


def test_lanes_towards_a_junction_point_only_into_roads_that_are_there():
    street = road(0.0, False, True)
    for seed in range(10):
        params = RoadSurfaceParams(
            road=street, part="markings", start_m=START_M, end_m=END_M, arrows=True, seed=seed
        )
        d = arrow_triangles(params)[..., 1]
        inner = d[np.abs(d.mean(axis=1) - lane_centre(street, 0)) < 1]
        assert np.abs(inner - lane_centre(street, 0)).max() < 0.4  # no turn from it: no side road on the left


@pytest.mark.parametrize("part", ["manholes", "patches"])
def test_details_lie_on_the_carriageway_below_the_markings(part):
    street = road(0.012)
    mesh = surface(street, part, count=12, seed=5)
    s, d = to_road(street, *mesh.vertices[:, :2].T.astype(float))
    left, right = half_widths(street)
    assert d.max() < left + 1e-3 and d.min() > right - 1e-3
    above = mesh.vertices[:, 2] - elevation(street, s)
    assert above.min() > 0.003 and above.max() < 0.0145
