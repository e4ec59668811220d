"""Fields: the scalar pictures that patterns are made of (coordinates, value noise, cells), all tileable.

Only + − × ÷, comparisons and square roots are used on pixels: IEEE 754 fixes their last bit, so a texture has
the same bytes on every machine, which sines and powers would not give.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.stream import Stream

Floats = NDArray[np.float64]


def pixel_grid(size: int) -> tuple[Floats, Floats]:
    """x (1, size) and y (size, 1) of the pixel centres in [0, 1)."""
    t = (np.arange(size) + 0.5) / size
    return t[None, :], t[:, None]


def smoothstep(t: Floats) -> Floats:
    """0 to 1 with flat ends as t goes from 0 to 1."""
    t = np.clip(t, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def triangle_wave(t: Floats) -> Floats:
    """0 at integers, 1 half-way between."""
    wave: Floats = 1.0 - np.abs(2.0 * (t - np.floor(t)) - 1.0)
    return wave


def value_noise(rng: Stream, size: int, cells_x: int, cells_y: int) -> Floats:
    """(size, size) of smoothly interpolated random values in [0, 1] on a wrapping lattice."""
    lattice = rng.array(cells_y, cells_x)
    along_x = _interpolate(lattice, size, axis=1)
    return _interpolate(along_x, size, axis=0)


def _interpolate(lattice: Floats, size: int, axis: int) -> Floats:
    cells = lattice.shape[axis]
    t = (np.arange(size) + 0.5) * (cells / size)
    i = t.astype(int)
    weight = smoothstep(t - i).reshape((-1, 1) if axis == 0 else (1, -1))
    low, high = np.take(lattice, i % cells, axis), np.take(lattice, (i + 1) % cells, axis)
    return low + (high - low) * weight


def fractal_noise(
    rng: Stream, size: int, cells: int, octaves: int, gain: float = 0.5, stretch: int = 1
) -> Floats:
    """(size, size) sum of value noise at doubling frequencies, each `gain` times the last, scaled to [0, 1].

    stretch: how many times longer the features are in x than in y.
    """
    total, amplitude = np.zeros((size, size)), 1.0
    for octave in range(octaves):
        count = cells * 2**octave
        if count > size:
            break
        total += amplitude * value_noise(rng, size, max(1, count // stretch), count)
        amplitude *= gain
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-9)


class Cells(NamedTuple):
    """Distances (in cell widths) to the nearest and second nearest site, and the nearest site's number."""

    nearest: Floats
    second: Floats
    site: NDArray[np.int64]


def worley(rng: Stream, size: int, cells: int, jitter: float, metric: str) -> Cells:
    """Worley's cellular field (SIGGRAPH 1996): one site in each of cells × cells squares, wrapping round.

    metric: "euclidean", "manhattan" or "chebyshev".
    """
    offset = 0.5 + (rng.array(cells, cells, 2) - 0.5) * jitter
    t = (np.arange(size) + 0.5) * (cells / size)
    column = t.astype(int)
    nearest = np.full((size, size), 1e9)
    second = nearest.copy()
    site = np.zeros((size, size), np.int64)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            j, i = (column + dx) % cells, (column + dy) % cells
            sites = offset[i[:, None], j[None, :]]
            x = np.abs(column[None, :] + dx + sites[:, :, 0] - t[None, :])
            y = np.abs(column[:, None] + dy + sites[:, :, 1] - t[:, None])
            distance = {"euclidean": x * x + y * y, "manhattan": x + y}.get(metric)
            if distance is None:
                distance = np.maximum(x, y)
            closer = distance < nearest
            second = np.minimum(second, np.where(closer, nearest, distance))
            nearest = np.where(closer, distance, nearest)
            site = np.where(closer, i[:, None] * cells + j[None, :], site)
    if metric == "euclidean":
        nearest, second = np.sqrt(nearest), np.sqrt(second)
    return Cells(nearest, second, site)
