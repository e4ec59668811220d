"""Number plates: invented numbers on white, yellow or black plates, some with a band of blue."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from assets.stream import Stream
from assets.textures.lettering import font_of

Rgb8 = tuple[int, int, int]

ASPECT = 520 / 114  # width over height in millimetres of the usual European plate

# A is a letter, 0 a digit; a blank sets the groups apart. None is any one country's.
_PATTERNS = ("AA 0000", "AAA 000", "AA 000 AA", "00 AAA 00", "A 000 AAA", "AA 00 AAA", "0 AAA 000")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # I, O and Q are too much like digits
_DIGITS = "0123456789"
_BAND = 0.09  # width of a band over the plate's
_TYPE_HEIGHT = 0.62  # of a capital over the plate's
_DARK: Rgb8 = (22, 22, 26)


def plate(rng: Stream, size: int) -> NDArray[np.float64]:
    """(size, size, 3) sRGB in [0, 1]: a whole plate squeezed into a square, which unit UVs undo."""
    ground, ink = _colours(rng)
    bands = rng.weighted({(): 0.35, ("left",): 0.5, ("left", "right"): 0.15})
    blue: Rgb8 = (20, 50 + rng.integer(0, 30), 140 + rng.integer(0, 40))
    number = "".join(_character(rng, sign) for sign in rng.choice(_PATTERNS))
    # Drawn at a plate's own proportions, then squeezed: letters keep their shape on the car.
    canvas = Image.new("RGB", (round(size * ASPECT / 2), size // 2), ground)
    _frame(canvas, ink)
    _stick_bands(canvas, bands, blue)
    _stamp(canvas, number, ink, _BAND if "left" in bands else 0.02, _BAND if "right" in bands else 0.02)
    return np.asarray(canvas.resize((size, size), Image.Resampling.BOX), np.float64) / 255


def _colours(rng: Stream) -> tuple[Rgb8, Rgb8]:
    """Ground and letters."""
    kind = rng.weighted({"white": 0.75, "yellow": 0.18, "black": 0.07})
    age = rng.integer(0, 25)
    if kind == "black":
        return (30 + age, 30 + age, 32 + age), (225, 225, 222)
    light: Rgb8 = (240 - age, 239 - age, 233 - 2 * age) if kind == "white" else (246 - age, 196 - age, 40)
    inks: dict[Rgb8, float] = {_DARK: 0.84, (20, 40, 110): 0.08, (130, 25, 25): 0.08}
    return light, rng.weighted(inks)


def _character(rng: Stream, sign: str) -> str:
    return sign if sign == " " else rng.choice(_LETTERS if sign == "A" else _DIGITS)


def _frame(canvas: Image.Image, ink: Rgb8) -> None:
    inset, line = canvas.height // 40, max(1, canvas.height // 32)
    corner = (canvas.width - 1 - inset, canvas.height - 1 - inset)
    ImageDraw.Draw(canvas).rectangle((inset, inset, *corner), outline=ink, width=line)


def _stick_bands(canvas: Image.Image, sides: Sequence[str], blue: Rgb8) -> None:
    width = round(_BAND * canvas.width)
    for side in sides:
        left = 0 if side == "left" else canvas.width - width
        canvas.paste(blue, (left, 0, left + width, canvas.height))


def _stamp(canvas: Image.Image, number: str, ink: Rgb8, left: float, right: float) -> None:
    """The number across the plate, its capitals all of one height and as wide as the place between allows."""
    font = font_of(canvas.height)
    x0, y0, x1, y1 = (round(v) for v in font.getbbox(number))
    mask = Image.new("L", (x1 - x0, y1 - y0))
    ImageDraw.Draw(mask).text((-x0, -y0), number, fill=255, font=font, stroke_width=canvas.height // 48)
    height = round(_TYPE_HEIGHT * canvas.height)
    room = (1 - left - right - 0.06) * canvas.width
    width = round(min(room, 1.1 * height * mask.width / mask.height))
    middle = (left + 1 - right) / 2 * canvas.width
    at = (round(middle - width / 2), (canvas.height - height) // 2)
    canvas.paste(ink, at, mask.resize((width, height), Image.Resampling.LANCZOS))
