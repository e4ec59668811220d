"""Text textures: words and letters strewn over a ground, in the font that comes inside Pillow."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from assets.stream import Stream
from assets.textures.fields import fractal_noise
from assets.textures.palette import jitter, ramp, sample_palette, to_bytes

Floats = NDArray[np.float64]

_WORDS = (
    *(
        "STOP",
        "SALE",
        "TAXI",
        "BUS",
        "OPEN",
        "EXIT",
        "CARGO",
        "PIZZA",
        "HOTEL",
        "24h",
        "CAFE",
        "BANK",
        "PARK",
    ),
    *("FRESH", "EXPRESS", "LOGISTICS", "FASHION", "TOTAL", "service", "rental", "music", "zone", "school"),
    *("studio", "wash", "energy", "Berlin", "Roma", "Tokyo", "Nord", "Express", "Plus"),
)
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&%#@!?+*"
_SIZES = (
    10,
    14,
    20,
    28,
    40,
    56,
    80,
    112,
)  # pixels of a 256-pixel texture; few, so that the fonts stay cached


def text(rng: Stream, size: int) -> Floats:
    """Six to forty words or letters at random sizes, angles and colours on a plain or clouded ground."""
    colours = sample_palette(rng, 3, 6)
    cloudy = rng.chance(0.4)
    clouds = fractal_noise(rng, size, 3, 4)
    ground = ramp(colours[:2], clouds) if cloudy else np.broadcast_to(colours[0], (size, size, 3))
    canvas = Image.fromarray(to_bytes(ground))
    tilt, spread = rng.choice((0.0, 0.0, 30.0, 90.0)), rng.choice((0.0, 10.0, 180.0))
    for _ in range(rng.integer(6, 40)):
        _stamp(canvas, rng, colours, tilt, spread)
    return np.asarray(canvas, np.float64) / 255


def _stamp(canvas: Image.Image, rng: Stream, colours: Floats, tilt_deg: float, spread_deg: float) -> None:
    """One word or random string drawn over the canvas at a random place, reaching over its edges."""
    size = canvas.width
    letters = "".join(rng.choice(_SIGNS) for _ in range(rng.integer(1, 4)))
    word = rng.choice(_WORDS) if rng.chance(0.6) else letters
    font = font_of(max(6, rng.choice(_SIZES) * size // 256))
    left, top, right, bottom = (round(v) for v in font.getbbox(word))
    mask = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), word, fill=255, font=font)
    angle = tilt_deg + rng.uniform(-spread_deg, spread_deg)
    if angle:
        mask = mask.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    at = (rng.integer(-mask.width // 2, size - mask.width // 2), rng.integer(-mask.height // 2, size))
    colour = to_bytes(jitter(colours[1 + rng.integer(0, len(colours) - 2)][None], rng, 0.08))[0]
    canvas.paste(tuple(int(c) for c in colour), at, mask)


@lru_cache(maxsize=32)
def font_of(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font inside Pillow at `size` pixels; kept, since loading it takes longer than a word."""
    return ImageFont.load_default(size)
