"""Road geometry: road coordinates against a numerical integration, and where lanes and edges lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.street.params import RoadParams
from assets.street.road import bay_pitch, half_widths, lane_centre, parking_centre, to_world

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
