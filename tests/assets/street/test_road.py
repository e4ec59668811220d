"""Road geometry: road coordinates against a numerical integration, and where lanes and edges lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.street.params import RoadParams
from assets.street.road import (
    bay_pitch,
    elevation,
    half_widths,
    lane_centre,
    parking_centre,
    slope,
    to_road,
    to_world,
)

curvatures = st.floats(-1 / 20, 1 / 20) | st.sampled_from([0.0, 1e-300, -1e-12, 1e-9, 1e-6])


def road(**changes):
    values = {
        "forward_lanes": 2,
        "oncoming_lanes": 1,
        "lane_width_m": 3.25,
        "curvature": 0.01,
        "parking_left": True,
        "parking_right": False,
        "parking_width_m": 2.2,
        "pavement_width_m": 2.5,
        "kerb_height_m": 0.12,
    }
    return RoadParams(**(values | changes))


@given(curvature=curvatures, along=st.floats(-80, 160), left=st.floats(-15, 15))
def test_to_world_integrates_the_curvature(curvature, along, left):
    x, y, heading = to_world(road(curvature=curvature), along, left)
    middles = (np.arange(4000) + 0.5) / 4000 * along
    angle = curvature * middles
    expected_x = np.cos(angle).mean() * along - left * np.sin(curvature * along)
    expected_y = np.sin(angle).mean() * along + left * np.cos(curvature * along)
    assert float(heading) == pytest.approx(curvature * along, abs=1e-12)
    assert (float(x), float(y)) == pytest.approx((expected_x, expected_y), abs=1e-4)


def test_to_world_broadcasts():
    x, y, heading = to_world(road(), np.zeros((5, 1)), np.arange(3))
    assert x.shape == y.shape == heading.shape == (5, 3)
    assert y[0].tolist() == [0, 1, 2]


def test_to_world_is_continuous_where_curvature_changes_sign():
    bent = [to_world(road(curvature=k), 100.0, 5.0) for k in (-1e-12, 0.0, 1e-12)]
    assert np.ptp([float(x) for x, _, _ in bent]) < 1e-7
    assert np.ptp([float(y) for _, y, _ in bent]) < 1e-7


def test_lanes_count_outward_from_the_centre_line():
    assert [lane_centre(road(), lane) for lane in range(3)] == [-1.625, -4.875, 1.625]
    with pytest.raises(IndexError, match="lane 3 of a road with 3 lanes"):
        lane_centre(road(), 3)
    with pytest.raises(IndexError):
        lane_centre(road(), -1)


def test_kerbs_stand_beyond_the_parking():
    assert half_widths(road()) == pytest.approx((3.25 + 2.2, -6.5))
    assert parking_centre(road(), 1) == pytest.approx(3.25 + 1.1)
    with pytest.raises(ValueError, match="no parking on its right"):
        parking_centre(road(), -1)


def test_deep_parking_strips_have_narrow_bays():
    assert bay_pitch(road()) == 6.0
    assert bay_pitch(road(parking_width_m=5.0)) == 3.0


@given(curvature=curvatures, turn=st.floats(-2.5, 2.5), left=st.floats(-15, 15))
def test_to_road_inverts_to_world(curvature, turn, left):
    along = turn / max(abs(curvature), 1 / 80)
    x, y, _ = to_world(road(curvature=curvature), along, left)
    s, d = to_road(road(curvature=curvature), x, y)
    assert (float(s), float(d)) == pytest.approx((along, left), abs=1e-6)


def test_the_road_rises_as_its_grade_says_and_ends_level():
    hill = road(grade=0.05, vertical_curvature=-0.0004)
    assert float(elevation(hill, 0.0)) == 0
    assert float(elevation(hill, 50.0)) == pytest.approx(0.05 * 50 - 0.0004 * 50**2 / 2)
    assert float(elevation(hill, -30.0)) == pytest.approx(-0.05 * 30 - 0.0004 * 30**2 / 2)
    assert elevation(hill, [140.0, 200.0]) == pytest.approx([3.0, 3.0])  # as high as the parabola at 100 m


@given(grade=st.floats(-0.06, 0.06), bow=st.floats(-0.001, 0.001), along=st.floats(-200, 200))
def test_the_slope_is_the_elevations_derivative(grade, bow, along):
    hill = road(grade=grade, vertical_curvature=bow)
    rise = np.diff(elevation(hill, [along - 1e-3, along + 1e-3]))[0] / 2e-3
    assert float(slope(hill, along)) == pytest.approx(rise, abs=1e-5)
