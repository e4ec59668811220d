"""What light a panorama gives: its mean, and its sun, taken out of the picture to shine as a lamp.

A sun a few pixels wide holds most of a clear day's light. Sampled through the picture at a few samples per
pixel it comes out as fireflies; as a lamp it costs no noise at all.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from randomizers.spec import Rgb, Sun

Floats = NDArray[np.float64]

REC_709 = (0.2126, 0.7152, 0.0722)  # weights of linear red, green and blue in luminance

# Luminance, against the mean of the upper half, above which light is the sun's, where it all comes from one
# place; and at which lamps and windows are cut off where it does not.
_SUN, _LAMPS = 12.0, 150.0
_SUN_RADIUS_DEG = 5.0  # light from within such a disc comes from one place
_LEAST_DIAMETER_DEG = 0.5  # the real sun's; a pixel of a small panorama may be wider or narrower


@dataclass(frozen=True)
class PanoramaLight:
    """gain: to a mean luminance of 1 over the upper half of the sphere, sun included.

    cap: luminance, in the file's own units, to which brighter pixels are reduced. sun: what lies above the
    cap, times `gain`; its azimuth is that of a panorama whose middle column lies towards world +x.
    """

    gain: float
    cap: float
    sun: Sun | None


def measure(pixels: NDArray[np.float32]) -> PanoramaLight:
    """The light of an equirectangular panorama (height, width, 3), linear Rec. 709, its zenith in row 0.

    Raises ValueError where the upper half is black or holds anything but finite numbers.
    """
    upper = np.maximum(np.asarray(pixels[: len(pixels) // 2], float), 0.0)
    luminance = upper @ np.array(REC_709)
    elevation, solid_angle = _rows(*upper.shape[:2])
    mean = float(np.average(luminance.mean(axis=1), weights=solid_angle))
    if not math.isfinite(mean) or mean <= 0:
        raise ValueError("its upper half is black or holds infinite radiances")
    over = np.maximum(1 - _SUN * mean / np.maximum(luminance, 1e-30), 0.0)
    sun = _sun(upper / mean * (over * solid_angle[:, None])[..., None], elevation)
    if sun is not None:
        return PanoramaLight(1 / mean, _SUN * mean, sun)
    cap = _LAMPS * mean
    rest = float(np.average(np.minimum(luminance, cap).mean(axis=1), weights=solid_angle))
    return PanoramaLight(1 / rest, cap, None)


def _rows(count: int, width: int) -> tuple[Floats, Floats]:
    """Elevation (rad) of each of the upper half's rows, and the solid angle (sr) of one of its pixels."""
    edges = math.pi / 2 * (1 - np.arange(count + 1) / count)
    return (edges[:-1] + edges[1:]) / 2, (np.sin(edges[:-1]) - np.sin(edges[1:])) * 2 * math.pi / width


def _sun(flux: Floats, elevation: Floats) -> Sun | None:
    """The lamp that gives the irradiance `flux` (rows, width, 3); None where it comes from no one place."""
    total = flux.sum(axis=(0, 1))
    if not total.any():
        return None
    share = flux @ np.array(REC_709) / float(total @ REC_709)
    azimuth = (0.5 - (np.arange(flux.shape[1]) + 0.5) / flux.shape[1]) * 2 * math.pi
    level = np.cos(elevation) @ share
    x, y, z = (
        float(part)
        for part in (level @ np.cos(azimuth), level @ np.sin(azimuth), np.sin(elevation) @ share.sum(1))
    )
    together = math.hypot(x, y, z)
    # The mean direction of an even disc has the length cos²(radius / 2).
    radius = math.degrees(2 * math.acos(min(1.0, math.sqrt(together))))
    if radius > _SUN_RADIUS_DEG:
        return None
    return Sun(
        azimuth_deg=math.degrees(math.atan2(y, x)),
        elevation_deg=math.degrees(math.asin(z / together)),
        strength=float(total.max()),
        angle_deg=max(_LEAST_DIAMETER_DEG, 2 * radius),
        color=_rgb(total / total.max()),
    )


def _rgb(color: Floats) -> Rgb:
    red, green, blue = (float(band) for band in color)
    return red, green, blue
