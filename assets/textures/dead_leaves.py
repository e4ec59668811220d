"""Dead-leaves textures: discs of every size that hide one another, with the statistics of photographs."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from assets.stream import Stream
from assets.textures.fields import fractal_noise
from assets.textures.palette import jitter, sample_palette, to_bytes

Floats = NDArray[np.float64]

_SMALLEST, _LARGEST = (1 / 160, 1 / 32), 1 / 2  # radii in texture widths; the smallest varies by texture
_DISCS = 2200
_OVERSAMPLE = 2


def dead_leaves(rng: Stream, size: int) -> Floats:
    """Occluding discs whose radii follow a density of r^-3, in jittered palette colours; tileable.

    With that exponent the picture looks the same at every scale, and its single-pixel, derivative and power
    spectrum statistics are those of photographs: A. B. Lee, D. Mumford and J. Huang, "Occlusion models for
    natural images", IJCV 41 (2001).
    """
    colours = sample_palette(rng, 3, 6)
    spread, shade = rng.uniform(0.05, 0.3), rng.uniform(0.0, 0.35)
    smallest = rng.log_uniform(*_SMALLEST)
    side = size * _OVERSAMPLE
    u = rng.array(_DISCS)
    inverse_square = smallest**-2 - u * (smallest**-2 - _LARGEST**-2)
    radius = side / np.sqrt(inverse_square)  # inverse of the cumulative distribution of r^-3
    centre = rng.array(_DISCS, 2) * side
    pick = (rng.array(_DISCS) * len(colours)).astype(int)
    tones = to_bytes(jitter(colours[pick], rng, spread) * (1 - 0.4 * rng.array(_DISCS, 1)))
    canvas = Image.new("RGB", (side, side), tuple(to_bytes(colours[0]).tolist()))
    draw = ImageDraw.Draw(canvas)
    for (x, y), r, tone in zip(centre.tolist(), radius.tolist(), tones.tolist(), strict=True):
        for dx in _wraps(x, r, side):
            for dy in _wraps(y, r, side):
                draw.ellipse((x + dx - r, y + dy - r, x + dx + r, y + dy + r), fill=tuple(tone))
    picture = np.asarray(canvas.reduce(_OVERSAMPLE), np.float64) / 255
    return picture * (1 - shade * fractal_noise(rng, size, 8, 5, 0.8))[:, :, None]


def _wraps(position: float, radius: float, side: int) -> tuple[int, ...]:
    """Shifts at which a disc must be drawn so that it goes on at the opposite edge."""
    if position < radius:
        return 0, side
    return (0, -side) if position > side - radius else (0,)
