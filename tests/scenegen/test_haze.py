"""Haze: Koschmieder's law along the ray, the sky coming out of it overhead, and no haze at all."""

import msgspec
import numpy as np
import pytest

from randomizers.spec import Lighting, Sky
from scenegen.haze import LAYER_M, PANORAMA_RANGE_M, transmission, veil
from scenegen.placing.view import look_along
from scenegen.scene import View

SKY = Sky(zenith=(0.3, 0.5, 0.9), horizon=(0.8, 0.8, 0.8), strength=0.5, clouds=0.0, seed=0)
WIDTH, HEIGHT, FOCAL = 60, 40, 40.0


def lighting(haze_per_m: float, **sky: object) -> Lighting:
    changed = msgspec.structs.replace(SKY, **sky)
    return Lighting(points=(), sun=None, sky=changed, exposure_ev=0.0, haze_per_m=haze_per_m)


@pytest.fixture
def view() -> View:
    """A level camera that looks along world +x."""
    pose = np.eye(4)
    pose[:3, :3] = look_along(np.array([1.0, 0.0, 0.0]))
    k = np.array([[FOCAL, 0, WIDTH / 2], [0, FOCAL, HEIGHT / 2], [0, 0, 1]])
    return View(k, pose, WIDTH, HEIGHT)


def wall(depth: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), depth, np.float32)


def test_light_falls_off_with_the_range_and_air_takes_its_place(view):
    seen = veil(np.full((HEIGHT, WIDTH, 3), 0.1, np.float32), wall(50), view, lighting(0.01))
    corner = 50 * np.sqrt(1 + (29.5 / FOCAL) ** 2 + (19.5 / FOCAL) ** 2)  # along the ray, not the axis
    for (row, column), distance in {(20, 30): 50.0, (0, 0): corner}.items():
        t = np.exp(-0.01 * distance)
        assert seen[row, column, 0] == pytest.approx(0.1 * t + 0.8 * 0.5 * (1 - t), rel=0.01)


def test_far_things_and_the_horizon_have_the_colour_of_the_air(view):
    black = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for depth in (wall(1e5), wall(np.inf)):
        horizon = veil(black, depth, view, lighting(0.02))[HEIGHT // 2 - 1, WIDTH // 2]
        assert horizon == pytest.approx([0.4, 0.4, 0.4], abs=1e-3)


def test_near_things_and_clear_air_are_left_as_they_are(view):
    picture = np.full((HEIGHT, WIDTH, 3), 0.3, np.float32)
    assert veil(picture, wall(0.01), view, lighting(0.001)) == pytest.approx(picture, abs=1e-4)
    assert veil(picture, wall(80), view, lighting(0.0)) is picture


def test_the_sky_comes_out_of_the_haze_overhead(view):
    up = view.pose.copy()
    up[:3, :3] = look_along(np.array([1e-6, 0.0, 1.0]))
    t = transmission(wall(np.inf), View(view.K, up, WIDTH, HEIGHT), 0.004)
    assert t[HEIGHT // 2, WIDTH // 2] == pytest.approx(np.exp(-0.004 * LAYER_M), rel=1e-3)
    level = transmission(wall(np.inf), view, 0.004)[:, WIDTH // 2]
    assert (np.diff(level[: HEIGHT // 2]) <= 0).all()  # more of it the nearer to the horizon
    assert level[HEIGHT // 2 :].max() < 1e-3


def test_a_panoramas_horizon_is_not_lost_in_a_light_haze(view):
    black = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    seen = veil(black, wall(np.inf), view, lighting(0.001, panorama="a.hdr"))
    assert seen.max() == pytest.approx(0.4 * (1 - np.exp(-0.001 * PANORAMA_RANGE_M)), rel=0.01)


def test_edges_of_near_things_are_not_hard_steps_in_fog(view):
    depth = wall(np.inf)
    depth[:, : WIDTH // 2] = 10.0
    row = veil(np.zeros((HEIGHT, WIDTH, 3), np.float32), depth, view, lighting(0.02))[HEIGHT // 2, :, 0]
    assert (np.diff(row[WIDTH // 2 - 2 : WIDTH // 2 + 2]) > 0).sum() >= 2
