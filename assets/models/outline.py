"""A car's outline: its lowest, highest, leftmost and rightmost points along its length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.models.raw import Soup

SLICES = 60
_SPIKE = 6  # slices, a tenth of the length: what stands out over fewer is a mirror or an aerial
_ROUNDED = 1.02  # a roof may be this much higher in its middle than beside it


@dataclass(frozen=True)
class Outline:
    """Of slices across x, at their middles: arrays (S,), NaN where a slice is empty."""

    x: NDArray[np.float64]
    right: NDArray[np.float64]  # least y
    left: NDArray[np.float64]
    bottom: NDArray[np.float64]
    top: NDArray[np.float64]


def outline_of(soup: Soup) -> Outline:
    """Where planes across x cut the triangles."""
    low, high = soup.bounds
    x = low[0] + (np.arange(SLICES) + 0.5) / SLICES * (high[0] - low[0])
    starts, ends = (soup.vertices[soup.faces[:, c]].reshape(-1, 3) for c in ([0, 1, 2], [1, 2, 0]))
    cuts = np.array([_cut(starts, ends, plane) for plane in x])
    return Outline(x, *cuts.T)


def _cut(starts: NDArray[np.float64], ends: NDArray[np.float64], x: float) -> tuple[float, ...]:
    crossing = (starts[:, 0] < x) != (ends[:, 0] < x)
    a, b = starts[crossing], ends[crossing]
    if not len(a):
        return (np.nan,) * 4
    points = a + (b - a) * ((x - a[:, :1]) / (b[:, :1] - a[:, :1]))
    (_, right, bottom), (_, left, top) = points.min(axis=0), points.max(axis=0)
    return float(right), float(left), float(bottom), float(top)


def body_size(outline: Outline) -> tuple[float, float]:
    """Width and height without mirrors and aerial, as KITTI's boxes are drawn."""
    width = _without_spikes(outline.left - outline.right)
    return width, _without_spikes(outline.top - np.nanmin(outline.bottom))


def _without_spikes(extents: NDArray[np.float64]) -> float:
    """The largest extent that is reached over _SPIKE slices in a row (a morphological opening)."""
    extents = np.nan_to_num(extents)
    rows = np.lib.stride_tricks.sliding_window_view(extents, _SPIKE)
    largest, lasting = float(extents.max()), float(rows.min(axis=1).max())
    return largest if largest < _ROUNDED * lasting else lasting
