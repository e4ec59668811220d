"""The light of panoramas: mean radiance by solid angle, and the sun as a lamp."""

import numpy as np
import pytest

from scenegen.panorama_light import REC_709, measure

HEIGHT, WIDTH = 64, 128


def flat(radiance: float = 2.0) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), radiance, np.float32)


def solid_angles() -> np.ndarray:
    """(HEIGHT / 2, 1) solid angle of a pixel of each upper row."""
    edges = np.linspace(np.pi / 2, 0, HEIGHT // 2 + 1)
    return ((np.sin(edges[:-1]) - np.sin(edges[1:])) * 2 * np.pi / WIDTH)[:, None]


def test_an_even_sky_is_scaled_to_one_whatever_lies_below():
    sky = flat(2.0)
    sky[HEIGHT // 2 :] = 1000.0
    light = measure(sky)
    assert light.gain == pytest.approx(0.5)
    assert light.sun is None


def test_rows_near_the_zenith_count_by_their_solid_angle():
    sky = flat(1.0)
    sky[: HEIGHT // 6] = 3.0  # above 60°: 1 − sin 60° of the half sphere
    share = 1 - np.sin(np.pi / 2 * (1 - (HEIGHT // 6) / (HEIGHT // 2)))
    assert 1 / measure(sky).gain == pytest.approx(1 + 2 * share, rel=1e-6)


def test_a_small_bright_disc_becomes_a_sun_that_gives_all_the_light_above_the_cap():
    sky = flat(1.0)
    row, column = 15, 32  # a quarter from the left: 90° to the left of the middle, world +y
    sky[row, column] = (4000.0, 3000.0, 2000.0)
    light = measure(sky)
    assert light.sun is not None
    assert light.sun.azimuth_deg == pytest.approx(90, abs=2)
    assert light.sun.elevation_deg == pytest.approx(90 - (row + 0.5) * 180 / HEIGHT, abs=0.1)
    assert light.sun.color == pytest.approx((1, 0.75, 0.5), rel=1e-6)
    luminance = sky[: HEIGHT // 2].astype(float) @ REC_709
    kept = (np.minimum(luminance, light.cap) * solid_angles()).sum() * light.gain
    from_sun = light.sun.strength * float(np.dot(light.sun.color, REC_709))
    assert kept + from_sun == pytest.approx(2 * np.pi)  # mean radiance 1 over the half sphere


def test_lamps_all_around_are_no_sun_and_bright_ones_are_cut_off():
    sky = flat(1.0)
    sky[20, ::32] = 5000.0
    light = measure(sky)
    assert light.sun is None
    luminance = np.minimum(sky[: HEIGHT // 2].astype(float) @ REC_709, light.cap)
    assert light.gain * (luminance * solid_angles()).sum() == pytest.approx(2 * np.pi)
    assert light.cap < 5000


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf])
def test_a_sky_without_light_or_with_endless_light_is_refused(value):
    with pytest.raises(ValueError, match="upper half"):
        measure(flat(value))
