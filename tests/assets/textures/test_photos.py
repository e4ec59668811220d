"""The photo catalogue: what it lists, what it leaves out with a warning, and what it refuses."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from bombs import BOMBS, EPS
from PIL import Image

from assets.folder import read_inside
from assets.textures.photos import catalogue, decode_photo


def photo(path: Path, size: tuple[int, int] = (40, 30), **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    ramp = np.linspace(0, 255, size[0] * size[1] * 3).astype(np.uint8).reshape(size[1], size[0], 3)
    Image.fromarray(ramp).save(path, **options)
    return path


def test_it_lists_every_readable_image_sorted(tmp_path):
    for name in ("b.jpg", "a/z.PNG", "a/y.jpeg", "c.webp", "d.bmp"):
        photo(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert catalogue(tmp_path) == ("a/y.jpeg", "a/z.PNG", "b.jpg", "c.webp", "d.bmp")


@pytest.mark.parametrize("name", ["broken.jpg", "broken.png", "broken.webp", "broken.bmp"])
def test_a_damaged_photo_is_left_out_by_name(tmp_path, name):
    photo(tmp_path / "good.jpg")
    whole = photo(tmp_path / name, (200, 200)).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.warns(UserWarning) as caught:
        assert catalogue(tmp_path) == ("good.jpg",)
    messages = "\n".join(str(warning.message) for warning in caught)
    for bad in (name, "empty.jpg", "text.png"):
        assert str(tmp_path / bad) in messages


def test_a_missing_or_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"no such folder of photos: .*nowhere"):
        catalogue(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no readable image"):
        catalogue(tmp_path)
    (tmp_path / "a.jpg").touch()
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="no readable image"):
        catalogue(tmp_path)


def test_links_out_of_the_folder_are_left_out(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "root"
    photo(outside / "secret.jpg")
    photo(root / "own.jpg")
    (root / "inside.jpg").symlink_to(root / "own.jpg")
    (root / "link.jpg").symlink_to(outside / "secret.jpg")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    with pytest.warns(UserWarning, match=r"link\.jpg leads out"):
        assert catalogue(root) == ("inside.jpg", "own.jpg")


@pytest.mark.parametrize("path", ["../secret.jpg", "a/../../secret.jpg", "/etc/hostname"])
def test_a_path_out_of_the_folder_is_refused(tmp_path, path):
    photo(tmp_path / "secret.jpg")
    (tmp_path / "root" / "a").mkdir(parents=True)
    with pytest.raises(ValueError, match="leads out of the folder"):
        read_inside(tmp_path / "root", path)


def test_a_photo_is_shrunk_upright_and_rgb(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # stored on its side: turn a quarter clockwise to view
    file = photo(tmp_path / "side.jpg", (1600, 800), exif=exif)
    picture = decode_photo(file.read_bytes(), file, 512)
    assert picture.size == (256, 512)
    assert picture.mode == "RGB"
    grey = photo(tmp_path / "palette.png")
    Image.open(grey).convert("P").save(grey)
    assert decode_photo(grey.read_bytes(), grey, 512).mode == "RGB"
    assert decode_photo(grey.read_bytes(), grey, 512).size == (40, 30)  # never enlarged


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    file = photo(tmp_path / "big.png", (100, 100))
    for limit in (9_000, 2_000):  # Pillow itself only warns of the first
        monkeypatch.setattr("conf.pictures.MOST_PIXELS", limit)
        with (
            warnings.catch_warnings(),
            pytest.raises(ValueError, match=r"cannot decode .*big\.png: .*pixels"),
        ):
            warnings.simplefilter("ignore")
            decode_photo(file.read_bytes(), file, 512)


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_claims_billions_of_pixels_is_left_out(tmp_path, kind):
    photo(tmp_path / "fine.jpg")
    (tmp_path / "bomb.jpg").write_bytes(BOMBS[kind])
    with pytest.warns(UserWarning, match=r"photo left out: cannot decode .*bomb\.jpg: .*pixels"):
        assert catalogue(tmp_path) == ("fine.jpg",)


def test_a_photo_that_is_a_program_starts_none(tmp_path, monkeypatch):
    photo(tmp_path / "fine.jpg")
    (tmp_path / "program.jpg").write_bytes(EPS)
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("Ghostscript was started"))
    with pytest.warns(UserWarning, match=r"photo left out: cannot decode .*program\.jpg"):
        assert catalogue(tmp_path) == ("fine.jpg",)


def test_of_a_moving_picture_the_first_frame_is_shown(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.webp", save_all=True, append_images=frames[1:] * 500, lossless=True)
    picture = decode_photo((tmp_path / "moving.webp").read_bytes(), tmp_path / "moving.webp", 512)
    assert picture.getpixel((4, 4)) == (255, 0, 0)
