"""Boxes on pictures: where they are, that the picture is left alone, and odd boxes."""

import numpy as np
import pytest
from PIL import Image, ImageColor

from training.data.detections import Detections
from training.report.overlay import Mark, Role, draw_detections, draw_marks

GREY = (90, 90, 90)


def changed(before: Image.Image, after: Image.Image) -> np.ndarray:
    return (np.asarray(before.convert("RGB")) != np.asarray(after)).any(axis=2)


@pytest.mark.parametrize("size", [(640, 192), (1242, 375), (60, 40), (3840, 2160)])
def test_a_box_is_outlined_and_its_inside_left(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, GREY)
    width, height = size
    box = (width * 0.25, height * 0.4, width * 0.75, height * 0.9)
    drawn = draw_marks(picture, [Mark(box, Role.DETECTED)])
    pixels = np.asarray(drawn)
    colour = ImageColor.getrgb(Role.DETECTED.colour)
    assert tuple(pixels[round(box[1]), width // 2]) == colour
    assert tuple(pixels[round(box[3]) - 1, width // 2]) == colour
    assert tuple(pixels[round(height * 0.65), round(box[0])]) == colour
    assert tuple(pixels[round(height * 0.65), width // 2]) == GREY
    assert not changed(picture, Image.new("RGB", size, GREY)).any()


def test_only_what_reaches_the_threshold_is_drawn() -> None:
    picture = Image.new("RGB", (640, 192), GREY)
    found = Detections.of([(50, 60, 150, 120, 0.8), (300, 60, 400, 120, 0.3)])
    sure = changed(picture, draw_detections(picture, found, 0.5))
    assert sure[:, :250].any()
    assert not sure[:, 250:].any()
    assert changed(picture, draw_detections(picture, found, 0.3))[:, 250:].any()
    assert not changed(picture, draw_detections(picture, Detections(), 0.0)).any()


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_any_picture_comes_out_as_rgb(mode: str) -> None:
    assert draw_marks(Image.new(mode, (64, 48)), [Mark((5, 5, 40, 30), Role.FALSE, "0.5")]).mode == "RGB"


@pytest.mark.parametrize(
    "box",
    [(-50, -20, 900, 400), (10, 10, 10, 10), (639.9, 191.9, 640, 192), (-9, 50, -3, 60), (0, 0, 1, 192)],
)
@pytest.mark.parametrize("role", list(Role))
def test_boxes_at_or_beyond_the_edge(box: tuple[float, ...], role: Role) -> None:
    drawn = draw_marks(Image.new("RGB", (640, 192), GREY), [Mark(box, role, "0.12 pedestrian")])
    assert drawn.size == (640, 192)


def test_labels_avoid_each_other() -> None:
    """Two boxes side by side whose labels would meet above them."""
    picture = Image.new("RGB", (640, 192), GREY)
    boxes = [Mark((300, 80, 310, 90), Role.DETECTED, "0.90"), Mark((312, 80, 322, 90), Role.DETECTED, "0.80")]
    apart = sum(int(changed(picture, draw_marks(picture, [mark])).sum()) for mark in boxes)
    assert changed(picture, draw_marks(picture, boxes)).sum() > 0.85 * apart
