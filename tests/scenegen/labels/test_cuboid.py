"""cuboid: hand-computed poses, and its corners against KITTI's own formula and the boxes of masks."""

import math
from typing import get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapes import BOX_FACES, LEVEL, box, car, placed, view

from assets.cars.build import build_car
from assets.cars.params import Style
from assets.cars.sample import sample_car
from assets.stream import Stream
from scenegen.labels.cuboid import cuboid, wrap_angle
from scenegen.labels.silhouette import silhouette

SIZE = {"length": 4.0, "width": 1.8, "height": 1.5}


@pytest.mark.parametrize(
    ("x", "y", "heading_deg", "rotation_y", "alpha"),
    [
        (0, 10, 0, 0, 0),  # crosses to the right, straight ahead
        (0, 10, 90, -math.pi / 2, -math.pi / 2),  # drives away: seen from the rear
        (0, 10, 270, math.pi / 2, math.pi / 2),  # comes towards the camera
        (
            10,
            10,
            90,
            -math.pi / 2,
            -math.pi * 3 / 4,
        ),  # drives away, 45° to the right: its left side shows more
        (-10, 10, 90, -math.pi / 2, -math.pi / 4),
        (10, 10, 225, math.pi * 3 / 4, math.pi / 2),  # at 45° to the right, heading for the camera
        (0, 10, 45, -math.pi / 4, -math.pi / 4),
        (10, 10, 180, math.pi, math.pi * 3 / 4),
        (-10, 10, 180 - 1e-9, -math.pi, -math.pi * 3 / 4),  # the same heading from the other side of ±π
    ],
)
def test_angles_computed_by_hand(x, y, heading_deg, rotation_y, alpha):
    result = cuboid(placed(x, y, heading_deg), view().pose, **SIZE)
    assert math.cos(result.rotation_y - rotation_y) == pytest.approx(1, abs=1e-9)
    assert math.cos(result.alpha - alpha) == pytest.approx(1, abs=1e-9)
    assert result.dimensions == (1.5, 1.8, 4.0)
    assert result.location == (x, 1.5, y)  # right, below the camera at 1.5 m, ahead


@given(st.floats(-20, 20), st.floats(-20, -1) | st.floats(1, 20), st.floats(0, 720))
def test_angles_stay_within_pi(x, y, heading):
    result = cuboid(placed(x, y, heading), view().pose, **SIZE)
    assert -math.pi <= result.rotation_y <= math.pi
    assert -math.pi <= result.alpha <= math.pi
    # alpha is the heading against the ray to the car: turning both together leaves it as it is.
    turn = placed(0, 0, 33.0)
    turned = cuboid(turn @ placed(x, y, heading), turn @ view().pose, **SIZE)
    assert math.cos(turned.alpha - result.alpha) == pytest.approx(1, abs=1e-8)


@given(st.floats(-20, 20), st.floats(3, 60), st.floats(0, 360))
def test_corners_of_a_level_camera_are_kittis(x, y, heading):
    """KITTI's devkit rebuilds the corners from dimensions, location and rotation_y alone."""
    result = cuboid(placed(x, y, heading), view().pose, **SIZE)
    h, w, length = result.dimensions
    c, s = math.cos(result.rotation_y), math.sin(result.rotation_y)
    rotation = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    corners = np.array(
        [
            [length / 2, length / 2, -length / 2, -length / 2] * 2,
            [0, 0, 0, 0, -h, -h, -h, -h],
            [w / 2, -w / 2, -w / 2, w / 2] * 2,
        ]
    )
    assert np.array(result.corners) == pytest.approx((rotation @ corners).T + result.location, abs=5e-4)


@given(st.floats(-8, 8), st.floats(5, 40), st.floats(0, 360), st.floats(-30, 30))
def test_projected_corners_bound_the_silhouette_under_roll(x, y, heading, roll_deg):
    c, s = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
    rolled = LEVEL @ np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    camera = view(width=1200, height=400, focal=700, pose=rolled)
    instance = car(1, placed(x, y, heading))
    result = cuboid(instance.matrix, camera.pose, **SIZE)
    pixels = np.array(result.corners) @ camera.K.T
    pixels = pixels[:, :2] / pixels[:, 2:]
    left, top, w, h = silhouette(instance.vertices_world, BOX_FACES, camera).full_box
    assert (left, top) == pytest.approx(pixels.min(axis=0), abs=1)
    assert (left + w, top + h) == pytest.approx(pixels.max(axis=0), abs=1)


def test_the_first_corner_is_the_front_left_of_the_bottom():
    result = cuboid(placed(0, 10, 0), view().pose, **SIZE)  # heading right: its left side is the far one
    assert result.corners[0] == (2.0, 1.5, 10.9)
    assert result.corners[6] == (-2.0, 0.0, 9.1)  # rear right of the top
    assert sorted(map(tuple, box().round(4).tolist())) == sorted(
        (a, round(b - 10, 4), round(1.5 - z, 4)) for a, z, b in result.corners
    )


@pytest.mark.parametrize(
    ("angle", "wrapped"), [(0, 0), (4, 4 - math.tau), (-4, math.tau - 4), (7, 7 - math.tau)]
)
def test_wrap_angle(angle, wrapped):
    assert wrap_angle(angle) == pytest.approx(wrapped)


@pytest.mark.parametrize("style", get_args(Style))
def test_the_cuboid_of_a_generated_car_holds_its_silhouette(style):
    """Length and height are the mesh's own, its aerial aside; mirrors may stand out sideways."""
    params = msgspec.structs.replace(sample_car(Stream(5), {style: 1.0}), aerial="none")
    mesh = build_car(params)
    camera = view(width=1200, height=400, focal=700)
    for heading in (0, 35, 90, 200):
        matrix = placed(2, 14, heading)
        world = mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
        result = cuboid(matrix, camera.pose, params.length_m, params.width_m, params.height_m)
        pixels = np.array(result.corners) @ camera.K.T
        pixels = pixels[:, :2] / pixels[:, 2:]
        left, top, w, h = silhouette(world, mesh.faces, camera).full_box
        mirror_px = 0.25 * 700 / 11
        assert left > pixels[:, 0].min() - mirror_px
        assert left + w < pixels[:, 0].max() + mirror_px
        assert top > pixels[:, 1].min() - 1
        assert top + h < pixels[:, 1].max() + 1
        assert w > 0.8 * np.ptp(pixels[:, 0])
        assert h > 0.75 * np.ptp(pixels[:, 1])
