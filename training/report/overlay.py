"""Boxes drawn on pictures: what a detector found, and how that compares with the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import sqrt

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.data.detections import Detections

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom


class Role(Enum):
    """What a box is, in the order in which they are drawn: colour, line width and dash in line widths."""

    NEUTRAL = ("#c3c7cf", 0.5, 2.0)  # true, not asked for
    TRUE = ("#ffffff", 0.5, 0.0)  # true, found
    LABELLED = ("#ffffff", 1.0, 0.0)  # true, in a picture that shows no detections
    MISSED = ("#ffd43b", 1.0, 3.0)  # true, not found
    ACQUITTED = ("#a9c1ff", 0.5, 0.0)  # detected, neither right nor wrong
    DETECTED = ("#2ee6d0", 1.0, 0.0)  # detected, right as far as is known
    FALSE = ("#ff5468", 1.0, 0.0)  # detected, wrong

    def __init__(self, colour: str, weight: float, dash: float) -> None:
        self.colour, self.weight, self.dash = colour, weight, dash


_ORDER = list(Role)
_HALO = (0, 0, 0, 110)  # keeps lines apart from pictures of their own colour
_LABEL_INK = "#10131a"


@dataclass(frozen=True)
class Mark:
    """A box to draw, in pixels of the picture, and what to write at it."""

    box: Rectangle
    role: Role
    text: str = ""


def draw_detections(picture: Image.Image, detections: Detections, threshold: float) -> Image.Image:
    """A copy of `picture` with the boxes whose score is at least `threshold`, each with its score."""
    rows = zip(detections.boxes.tolist(), detections.scores.tolist(), strict=True)
    kept = [Mark(tuple(box), Role.DETECTED, f"{score:.2f}") for box, score in rows if score >= threshold]
    return draw_marks(picture, kept)


def draw_marks(picture: Image.Image, marks: Sequence[Mark]) -> Image.Image:
    """A copy of `picture`, as RGB, with all marks; lines and letters grow with the picture."""
    drawn = picture.convert("RGB") if picture.mode != "RGB" else picture.copy()
    draw = ImageDraw.Draw(drawn, "RGBA")
    scale = sqrt(drawn.width * drawn.height)
    line = max(2.0, scale / 340)
    ordered = sorted(marks, key=lambda mark: _ORDER.index(mark.role))
    boxes = [(mark, _within(mark.box, drawn.size)) for mark in ordered]
    for mark, box in boxes:
        _outline(draw, box, mark.role, line)
    font = ImageFont.load_default(max(12.0, scale / 42))
    placed: list[Rectangle] = []
    for mark, box in reversed(boxes):  # what matters most has the first choice of a place
        if mark.text:
            placed.append(_label(draw, box, mark, font, placed, drawn.size))
    return drawn


def _within(box: Rectangle, size: tuple[int, int]) -> Rectangle:
    """The box in whole pixels inside the picture, its last ones included; at least one pixel."""
    x1, y1, x2, y2 = (round(value) for value in box)
    left, top = min(max(x1, 0), size[0] - 1), min(max(y1, 0), size[1] - 1)
    return left, top, max(min(x2, size[0]) - 1, left), max(min(y2, size[1]) - 1, top)


def _outline(draw: ImageDraw.ImageDraw, box: Rectangle, role: Role, line: float) -> None:
    width = max(1, round(line * role.weight))
    x1, y1, x2, y2 = box
    if not role.dash:
        draw.rectangle((x1 - 1, y1 - 1, x2 + 1, y2 + 1), outline=_HALO, width=width + 2)
        draw.rectangle(box, outline=role.colour, width=width)
        return
    step = max(2, round(role.dash * line))
    for start, end in pairwise([(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]):
        draw.line((*start, *end), fill=_HALO, width=width + 2)
        for dash in _dashes(start, end, step):
            draw.line(dash, fill=role.colour, width=width)


def _dashes(
    start: tuple[float, float], end: tuple[float, float], step: int
) -> list[tuple[float, float, float, float]]:
    """An odd number of equal pieces, every second left out, so that corners are always drawn."""
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    pieces = 2 * max(0, round(length / step / 2 - 0.5)) + 1
    points = np.linspace(start, end, pieces + 1)
    return [(*first, *second) for first, second in list(pairwise(points.tolist()))[::2]]


def _label(
    draw: ImageDraw.ImageDraw,
    box: Rectangle,
    mark: Mark,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    placed: list[Rectangle],
    size: tuple[int, int],
) -> Rectangle:
    """Write the text at the first corner of the box where it covers no other; return the place it takes."""
    left, top, right, bottom = font.getbbox(mark.text)
    margin = max(2, round((bottom - top) / 5))
    width, height = right - left + 2 * margin, bottom - top + 2 * margin
    x1, y1, x2, y2 = box
    corners = ((x1, y1 - height), (x1, y2 + 1), (x2 - width, y1 - height), (x2 - width, y2 + 1), (x1, y1))
    inside = [(max(0, min(x, size[0] - width)), max(0, min(y, size[1] - height))) for x, y in corners]
    places = [(x, y, x + width, y + height) for x, y in inside]
    place = next((each for each in places if not any(_meet(each, other) for other in placed)), places[0])
    draw.rectangle((*place[:2], place[2] - 1, place[3] - 1), fill=mark.role.colour)
    draw.text((place[0] + margin - left, place[1] + margin - top), mark.text, font=font, fill=_LABEL_INK)
    return place


def _meet(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
