"""The sensor: neutral settings change nothing but the encoding, and each fault does what its name says."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from randomizers.spec import PERFECT_SENSOR, Sensor
from scenegen.sensor import develop, encode_srgb, jpeg

NEUTRAL = msgspec.structs.replace(PERFECT_SENSOR, seed=7)


def with_fault(**change) -> Sensor:
    return msgspec.structs.replace(NEUTRAL, **change)


def grey(value: float, height: int = 40, width: int = 60) -> np.ndarray:
    return np.full((height, width, 3), value, np.float32)


@given(st.floats(0, 1))
def test_srgb_encoding_is_within_one_code_of_the_standard(value):
    exact = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    assert abs(int(encode_srgb(np.float32([value]))[0]) - 255 * exact) <= 1


@given(st.floats(0, 0.6))
def test_neutral_sensor_is_the_identity_below_the_knee(value):
    assert (develop(grey(value), 0, NEUTRAL) == encode_srgb(grey(value))).all()


def test_highlights_roll_off_without_overflow_and_stay_ordered():
    steps = develop(np.linspace(0, 50, 300, dtype=np.float32).reshape(1, 100, 3), 0, NEUTRAL).ravel()
    assert steps.max() == 255
    assert (np.diff(steps.astype(int)) >= 0).all()


def test_one_stop_doubles_the_light():
    assert (develop(grey(0.1), 1, NEUTRAL) == develop(grey(0.2), 0, NEUTRAL)).all()
    assert (develop(grey(0.1), 0, with_fault(exposure_ev=1)) == develop(grey(0.2), 0, NEUTRAL)).all()


def test_white_balance_moves_red_and_blue_alone():
    picture = develop(grey(0.2), 0, with_fault(white_balance=(1.2, 0.8)))
    neutral = develop(grey(0.2), 0, NEUTRAL)
    assert (picture[..., 0] > neutral[..., 0]).all()
    assert (picture[..., 1] == neutral[..., 1]).all()
    assert (picture[..., 2] < neutral[..., 2]).all()


def test_blur_keeps_the_sum_and_spreads_a_point_by_its_sigma():
    point = np.zeros((41, 41, 3), np.float32)
    point[20, 20] = 0.5
    from scenegen.sensor import _blur

    spread = _blur(point, 1.5)[..., 0]
    x = np.arange(41) - 20
    assert spread.sum() == pytest.approx(0.5, rel=1e-5)
    assert (spread.sum(0) * x**2).sum() / spread.sum() == pytest.approx(1.5**2, rel=0.05)


def test_noise_has_the_given_deviation_and_follows_its_seed():
    noisy = with_fault(shot_noise=0.05, read_noise=0.02)
    from scenegen.sensor import _noise

    noise = _noise(grey(0.25, 200, 200), noisy)
    assert noise.std() == pytest.approx((0.25 * 0.05**2 + 0.02**2) ** 0.5, rel=0.02)
    assert abs(noise.mean()) < 0.001
    assert (develop(grey(0.25), 0, noisy) == develop(grey(0.25), 0, noisy)).all()
    other = msgspec.structs.replace(noisy, seed=8)
    assert (develop(grey(0.25), 0, noisy) != develop(grey(0.25), 0, other)).any()


def test_vignette_darkens_the_corners_only():
    picture = develop(grey(0.4, 101, 101), 0, with_fault(vignette=0.5))
    assert picture[50, 50, 0] == develop(grey(0.4), 0, NEUTRAL)[0, 0, 0]
    assert picture[0, 0, 0] == encode_srgb(np.float32([0.2]))[0]


def test_jpeg_decodes_to_the_picture():
    from io import BytesIO

    from PIL import Image

    picture = develop(grey(0.3), 0, NEUTRAL)
    decoded = np.asarray(Image.open(BytesIO(jpeg(picture, 95))))
    assert decoded.shape == picture.shape
    assert np.abs(decoded.astype(int) - picture).max() <= 2
