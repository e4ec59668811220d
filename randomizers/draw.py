"""Draws from the ranges, spreads and palettes of a config."""

import colorsys
from collections.abc import Callable, Mapping

from assets.stream import Stream
from randomizers.config import Range, Spread, Tone, WeightedTone
from randomizers.spec import Rgb

Streams = Callable[[int], Stream]  # a component's streams: item 0 for itself, 1, 2, … for its slots


def uniform(rng: Stream, bounds: Range[float]) -> float:
    """A float within `bounds`."""
    return rng.uniform(bounds.low, bounds.high)


def log_uniform(rng: Stream, bounds: Range[float]) -> float:
    """A float within `bounds` (positive), as likely in each octave."""
    return rng.log_uniform(bounds.low, bounds.high)


def integer(rng: Stream, bounds: Range[int]) -> int:
    """An integer within `bounds`."""
    return rng.integer(bounds.low, bounds.high)


def spread(rng: Stream, around_zero: Spread) -> float:
    """A normal draw around zero, truncated at ±limit; one draw also where the spread is nothing."""
    if around_zero.sd == 0:
        rng.random()
        return 0.0
    return rng.normal(0.0, around_zero.sd, clip=around_zero.limit / around_zero.sd)


def tone(rng: Stream, colors: Tone) -> Rgb:
    """A colour of `colors`, converted to linear Rec. 709."""
    hue, saturation, value = (uniform(rng, axis) for axis in (colors.hue, colors.saturation, colors.value))
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return _linear(red), _linear(green), _linear(blue)


def palette(rng: Stream, tones: Mapping[str, WeightedTone]) -> Rgb:
    """A colour of one of `tones`, drawn by weight."""
    return tone(rng, tones[rng.weighted({name: entry.weight for name, entry in tones.items()})])


def _linear(srgb: float) -> float:
    """One sRGB component (IEC 61966-2-1) as linear light."""
    linear = srgb / 12.92 if srgb <= 0.04045 else ((srgb + 0.055) / 1.055) ** 2.4
    return float(round(linear, 9))
