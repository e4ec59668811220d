"""The texture cache: its files, its names, races between workers, and failures."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assets.textures import cache as cache_module
from assets.textures.cache import texture_file
from assets.textures.params import TextureParams
from assets.textures.procedural import make_texture

CHECKER = TextureParams(kind="checker", seed=4)
PHOTO = TextureParams(kind="photo", path="sub/a.jpg")


@pytest.fixture
def photos(tmp_path) -> Path:
    root = tmp_path / "photos"
    (root / "sub").mkdir(parents=True)
    Image.effect_noise((900, 600), 80).convert("RGB").save(root / "sub" / "a.jpg")
    return root


def test_a_generated_file_holds_the_texture(tmp_path):
    file = texture_file(CHECKER, None, tmp_path, size=64)
    assert np.array_equal(np.asarray(Image.open(file)), make_texture(CHECKER, 64))
    assert len(file.relative_to(tmp_path).parts) == 3


def test_a_photo_file_is_a_small_copy(tmp_path, photos):
    file = texture_file(PHOTO, photos, tmp_path / "cache")
    with Image.open(file) as image:
        assert image.size == (512, 341)
        assert image.mode == "RGB"


def test_it_is_made_once(tmp_path, photos):
    for params in (CHECKER, PHOTO):
        file = texture_file(params, photos, tmp_path / "cache")
        written = file.stat().st_mtime_ns
        assert texture_file(params, photos, tmp_path / "cache") == file
        assert file.stat().st_mtime_ns == written


def test_names_follow_all_that_decides_the_pixels(tmp_path, photos, monkeypatch):
    names = {
        texture_file(CHECKER, None, tmp_path, 32).name,
        texture_file(CHECKER, None, tmp_path, 64).name,
        texture_file(TextureParams(kind="checker", seed=5), None, tmp_path, 32).name,
        texture_file(TextureParams(kind="brick", seed=4), None, tmp_path, 32).name,
        texture_file(PHOTO, photos, tmp_path).name,
    }
    Image.effect_noise((90, 60), 80).convert("RGB").save(
        photos / "sub" / "a.jpg"
    )  # the same path, another photo
    names.add(texture_file(PHOTO, photos, tmp_path).name)
    monkeypatch.setattr(cache_module, "GENERATOR_VERSION", -1)
    names.add(texture_file(CHECKER, None, tmp_path, 32).name)
    assert len(names) == 7


def _ask(cache: Path) -> Path:
    file = texture_file(TextureParams(kind="dead_leaves", seed=9), None, cache, 128)
    with Image.open(file) as image:
        image.load()  # whole at the moment it is handed out
    return file


def test_workers_that_race_get_one_whole_file(tmp_path):
    with ProcessPoolExecutor(4, get_context("spawn")) as pool:
        files = set(pool.map(_ask, [tmp_path] * 12))
    assert len(files) == 1
    assert [path for path in sorted(tmp_path.rglob("*")) if path.is_file()] == list(files)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        texture_file(CHECKER, None, tmp_path, 32)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_photos_that_cannot_be_used_are_named(tmp_path, photos):
    cache = tmp_path / "cache"
    with pytest.raises(ValueError, match=r"'sub/a\.jpg' needs a folder of photos"):
        texture_file(PHOTO, None, cache)
    with pytest.raises(ValueError, match=r"cannot read .*gone\.jpg"):
        texture_file(TextureParams(kind="photo", path="gone.jpg"), photos, cache)
    (tmp_path / "secret.jpg").write_bytes((photos / "sub" / "a.jpg").read_bytes())
    with pytest.raises(ValueError, match="leads out of the folder"):
        texture_file(TextureParams(kind="photo", path="../secret.jpg"), photos, cache)
    (photos / "bad.jpg").write_bytes(b"\xff\xd8 not a photo")
    with pytest.raises(ValueError, match=r"cannot decode .*bad\.jpg"):
        texture_file(TextureParams(kind="photo", path="bad.jpg"), photos, cache)
