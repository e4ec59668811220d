"""Pictures with their boxes as JPEG files inside a page's text."""

import base64
import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from conf.pictures import DAMAGED, open_picture
from training.data.pictures import Picture, opened
from training.report.overlay import Mark, Rectangle, draw_marks

WHOLE = (960, 540)  # pixels, at most
PART = (288, 216)
AROUND = 2.4  # the part shown of a picture, in widths or heights of the box
LEAST = 90  # pixels of a picture that are shown
QUALITY = 82


def whole(path: Picture, marks: Sequence[Mark], most: tuple[int, int] = WHOLE) -> str | None:
    """The picture as a data URI, enlarged or reduced to `most` pixels; None if the file can't be read."""
    picture = _read(path)
    return None if picture is None else _drawn(picture, (0, 0, *picture.size), marks, most)


def part(path: Picture, box: Rectangle, marks: Sequence[Mark]) -> str | None:
    """As `whole`, of what surrounds a box in pixels of the picture."""
    picture = _read(path)
    return None if picture is None else _drawn(picture, _around(box, picture.size), marks, PART)


def _read(path: Picture) -> Image.Image | None:
    """A report of thousands of pictures shall not fail for one that is damaged."""
    try:
        with opened(path) as file, open_picture(file) as picture:
            return picture.convert("RGB")
    except DAMAGED:
        return None


def _around(box: Rectangle, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Whole pixels within the picture, of PART's proportions where the picture is large enough."""
    x1, y1, x2, y2 = box
    aspect = PART[0] / PART[1]
    width = max(AROUND * (x2 - x1), AROUND * (y2 - y1) * aspect, LEAST)
    width, height = min(round(width), size[0]), min(round(width / aspect), size[1])
    left = min(max(round((x1 + x2 - width) / 2), 0), size[0] - width)
    top = min(max(round((y1 + y2 - height) / 2), 0), size[1] - height)
    return left, top, left + width, top + height


def _drawn(
    picture: Image.Image, view: tuple[int, int, int, int], marks: Sequence[Mark], most: tuple[int, int]
) -> str:
    """The marks are drawn at the final size, so that all pictures' lines and letters are alike."""
    left, top, right, bottom = view
    scale = min(most[0] / (right - left), most[1] / (bottom - top))
    size = (max(1, round(scale * (right - left))), max(1, round(scale * (bottom - top))))
    seen = [
        replace(mark, box=(scale * (x1 - left), scale * (y1 - top), scale * (x2 - left), scale * (y2 - top)))
        for mark in marks
        for x1, y1, x2, y2 in [mark.box]
        if x1 < right and x2 > left and y1 < bottom and y2 > top
    ]
    return data_uri(draw_marks(picture.resize(size, Image.Resampling.LANCZOS, box=view), seen))


def data_uri(picture: Image.Image) -> str:
    """The picture as a JPEG in a URI."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
