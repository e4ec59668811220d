"""Number plates: the same for the same seed, different for others, readable ink on their ground."""

import numpy as np

from assets.textures.cache import texture_file
from assets.textures.params import TextureParams
from assets.textures.procedural import make_texture


def plates(count: int, size: int = 128) -> list[np.ndarray]:
    return [make_texture(TextureParams(kind="plate", seed=seed), size) for seed in range(count)]


def test_seeds_name_numbers():
    made = plates(40)
    assert len({plate.tobytes() for plate in made}) == 40
    assert all(np.array_equal(one, other) for one, other in zip(made, plates(40), strict=True))


def test_any_size_is_a_square_of_bytes():
    for size in (32, 100, 256):
        (plate,) = plates(1, size)
        assert plate.shape == (size, size, 3)
        assert plate.dtype == np.uint8


def test_letters_stand_out_and_stay_clear_of_the_rim():
    for plate in plates(40, 256):
        grey = plate.astype(float).mean(axis=2)
        middle = grey[64:192, 40:216]
        assert np.percentile(middle, 98) - np.percentile(middle, 2) > 70
        rim = grey[14:26, 60:196]  # between the frame and the letters
        assert rim.std() < 10


def test_most_plates_are_light_and_some_have_a_blue_band():
    made = [plate.astype(int) for plate in plates(200, 64)]
    light = sum(np.median(plate.mean(axis=2)) > 120 for plate in made)
    assert 0.8 < light / 200 < 1
    left = [plate[20:44, 1:4].mean(axis=(0, 1)) for plate in made]
    banded = sum(blue > red + 40 for red, _, blue in left)
    assert 0.4 < banded / 200 < 0.9


def test_the_cache_keeps_them_as_it_keeps_surfaces(tmp_path):
    params = TextureParams(kind="plate", seed=3)
    assert texture_file(params, None, tmp_path).is_file()
