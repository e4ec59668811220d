"""Palettes: two to six colours that go together, from vivid to muted, and ramps between them."""

import numpy as np
from numpy.typing import NDArray

from assets.stream import Stream

Floats = NDArray[np.float64]

# How a palette's hues relate, and how often. A spread is the share of the colour circle that the hues cover.
_SPREADS = {0.04: 1.0, 0.15: 2.0, 0.5: 2.0, 1.0: 4.0}
_RAMP_STEPS = 1024


def sample_palette(rng: Stream, low: int = 2, high: int = 6) -> Floats:
    """(N, 3) sRGB colours in [0, 1], `low` ≤ N ≤ `high`.

    Saturation and brightness come from one of four moods, so that a set of textures has loud ones, pastels,
    earthy and nearly grey ones; within a palette brightness always spans enough to show the pattern.
    """
    count = rng.integer(low, high)
    mood = rng.weighted({"vivid": 5.0, "muted": 2.5, "pastel": 1.0, "grey": 1.0})
    saturation = {"vivid": (0.6, 1.0), "muted": (0.15, 0.5), "pastel": (0.1, 0.4), "grey": (0.0, 0.08)}[mood]
    value = {"vivid": (0.25, 1.0), "muted": (0.1, 0.85), "pastel": (0.7, 1.0), "grey": (0.03, 0.97)}[mood]
    base, spread = rng.random(), rng.weighted(_SPREADS)
    draws = rng.array(count, 3)
    hue = (base + spread * draws[:, 0]) % 1.0
    ladder = (np.arange(count) + draws[:, 2]) / count  # one colour per brightness rung
    order = np.argsort(rng.array(count), kind="stable")
    low_s, high_s = saturation
    low_v, high_v = value
    colours = hsv_to_rgb(hue, low_s + (high_s - low_s) * draws[:, 1], low_v + (high_v - low_v) * ladder)
    return colours[order]


def hsv_to_rgb(hue: Floats, saturation: Floats, value: Floats) -> Floats:
    """(N, 3) RGB from hue, saturation and value in [0, 1] (A. R. Smith 1978)."""
    offset = np.array([5.0, 3.0, 1.0])
    k = (offset + 6.0 * hue[:, None]) % 6.0
    rgb: Floats = value[:, None] * (1 - saturation[:, None] * np.clip(np.minimum(k, 4.0 - k), 0.0, 1.0))
    return rgb


def jitter(colours: Floats, rng: Stream, amount: float) -> Floats:
    """The colours with each channel moved by up to ± `amount`, clipped to [0, 1]."""
    return np.clip(colours + (2 * rng.array(*colours.shape) - 1) * amount, 0.0, 1.0)


def ramp(colours: Floats, position: Floats, bands: bool = False) -> Floats:
    """Colours (..., 3) along the palette at `position` in [0, 1]: blended, or in hard bands."""
    t = np.linspace(0, 1, _RAMP_STEPS)
    if bands:
        table = colours[np.minimum((t * len(colours)).astype(int), len(colours) - 1)]
    else:
        stops = np.linspace(0, 1, len(colours))
        table = np.column_stack([np.interp(t, stops, colours[:, c]) for c in range(3)])
    return np.asarray(table[np.clip(position * _RAMP_STEPS, 0, _RAMP_STEPS - 1).astype(int)])


def to_bytes(colours: Floats) -> NDArray[np.uint8]:
    """sRGB in [0, 1] as uint8."""
    return (np.clip(colours, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
