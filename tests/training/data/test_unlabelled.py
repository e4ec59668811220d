"""Pictures without labels are read from any folder, and told from those without cars."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from written import write_picture

from conf.errors import UserError
from training.data.dataset import DetectionDataset
from training.data.settings import NO_AUGMENTATION
from training.data.truth import LabelledImage, Truth
from training.data.unlabelled import read_unlabelled

SIZE = (64, 96)
TURNED_LEFT = 6  # EXIF: how a phone writes a picture taken upright
ORIENTATION = 0x0112


def test_all_pictures_below_a_folder_are_read_without_labels(tmp_path):
    write_picture(tmp_path / "b" / "one.png", 40, 30)
    write_picture(tmp_path / "a.JPG")
    (tmp_path / "notes.txt").write_text("no picture")
    images = read_unlabelled(tmp_path)
    assert [(image.id, image.width, image.height) for image in images] == [
        ("a.JPG", 100, 60), ("b/one.png", 40, 30),
    ]  # fmt: skip
    assert not any(image.labelled or len(image.truth.boxes) for image in images)


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(UserError, match=r"no picture in this folder"):
        read_unlabelled(tmp_path / "none")
    write_picture(tmp_path / "whole.jpg")
    cut = write_picture(tmp_path / "cut.jpg")
    cut.write_bytes(cut.read_bytes()[:400])
    with pytest.raises(UserError, match=r"cut.jpg"):
        read_unlabelled(tmp_path)
    with pytest.warns(UserWarning, match=r"cut.jpg"):
        assert [image.id for image in read_unlabelled(tmp_path, on_error="skip")] == ["whole.jpg"]


def test_they_are_shown_upright(tmp_path):
    pixels = np.zeros((60, 100, 3), np.uint8)
    pixels[:, 50:] = 255  # the right half as it is stored, the lower one as it was seen
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_LEFT
    Image.fromarray(pixels).save(tmp_path / "phone.png", exif=exif)
    (image,) = read_unlabelled(tmp_path)
    shown = DetectionDataset([image], SIZE)[0]["image"].float()
    assert shown[:, : SIZE[0] // 2 - 2].mean() < 10 < 245 < shown[:, SIZE[0] // 2 + 2 :].mean()


def mosaics(*images: LabelledImage) -> list[bool]:
    """Whether each of 30 mosaics of these counts as labelled."""
    from msgspec.structs import replace

    dataset = DetectionDataset(images, SIZE, replace(NO_AUGMENTATION, mosaic=1.0), seed=1)
    return [dataset[number % len(images)]["labelled"] for number in range(30)]


def test_a_mosaic_with_a_part_that_nobody_labelled_is_not_labelled(tmp_path):
    path = write_picture(tmp_path / "street.png")
    empty = LabelledImage("empty", path, 100, 60, "", Truth.of())
    (unlabelled,) = read_unlabelled(Path(tmp_path))
    assert all(mosaics(empty))
    assert not any(mosaics(unlabelled))
    assert not any(mosaics(empty, unlabelled)[1::2])  # those that begin with it


def test_labelled_pictures_without_cars_are_told_from_unlabelled_ones(tmp_path):
    path = write_picture(tmp_path / "street.png")
    empty = LabelledImage("empty", path, 100, 60, "", Truth.of())
    dataset = DetectionDataset([empty, *read_unlabelled(tmp_path)], SIZE)
    assert [dataset[place]["labelled"] for place in range(2)] == [True, False]
