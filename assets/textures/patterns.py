"""Patterns of lines and cells: noise, Voronoi, brick, checker, wood, stripes and gradients.

Each takes the texture's stream and its size in pixels and returns (size, size, 3) sRGB in [0, 1] as floats.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.stream import Stream
from assets.textures.fields import (
    fractal_noise,
    pixel_grid,
    smoothstep,
    triangle_wave,
    value_noise,
    worley,
)
from assets.textures.palette import jitter, ramp, sample_palette

Floats = NDArray[np.float64]


def noise(rng: Stream, size: int) -> Floats:
    """Fractal value noise through a palette: clouds, marble veins, camouflage or stretched streaks."""
    colours = sample_palette(rng)
    style = rng.weighted({"cloud": 3.0, "bands": 2.0, "veins": 2.0, "streaks": 1.0})
    cells, gain = rng.choice((2, 3, 4, 6, 8, 16, 32)), rng.uniform(0.35, 0.8)
    field = fractal_noise(rng, size, cells, 6, gain, stretch=8 if style == "streaks" else 1)
    if style == "veins":
        field = triangle_wave(field * rng.integer(2, 6))
    return ramp(colours, field, bands=style == "bands")


def voronoi(rng: Stream, size: int) -> Floats:
    """Cells in palette colours: flat, shaded from their sites, or with joints between them."""
    colours = sample_palette(rng)
    cells = rng.integer(3, 16)
    metric = rng.weighted({"euclidean": 4.0, "manhattan": 1.0, "chebyshev": 1.0})
    field = worley(rng, size, cells, rng.uniform(0.5, 1.0), metric)
    pick = (rng.array(cells * cells) * len(colours)).astype(int)
    tones = jitter(colours[pick], rng, rng.uniform(0.0, 0.15))
    picture = tones[field.site]
    shade, joint = rng.uniform(-0.7, 0.9), rng.uniform(-0.1, 0.2)
    picture = picture * (1.0 - shade * np.minimum(field.nearest, 1.0))[:, :, None]
    if joint > 0:
        line = smoothstep((field.second - field.nearest) / joint)
        picture = colours[0] + (picture - colours[0]) * line[:, :, None]
    return picture


def brick(rng: Stream, size: int) -> Floats:
    """Courses of bricks (or setts, or tiles) with joints, each brick in a tone of its own, weathered."""
    colours = sample_palette(rng)
    courses = 2 * rng.integer(2, 10)
    per_course = max(1, round(courses / rng.uniform(1.0, 3.5)))
    shift = rng.weighted({0.5: 4.0, 0.25: 1.0, 0.0: 1.0})
    joint = rng.uniform(0.03, 0.14)
    tones_jitter, grime = rng.uniform(0.02, 0.15), rng.uniform(0.0, 0.5)
    x, y = pixel_grid(size)
    v = np.broadcast_to(y * courses, (size, size))
    course = v.astype(int)
    u = x * per_course + shift * (course % round(1 / shift) if shift else 0)
    column = np.floor(u).astype(int) % per_course
    tone = colours[1 + (rng.array(courses, per_course) * (len(colours) - 1)).astype(int)]
    picture = jitter(tone, rng, tones_jitter)[course, column]
    aspect = courses / per_course
    edge_u = (0.5 - np.abs(u - np.floor(u) - 0.5)) * aspect  # in course heights from the brick's edge
    edge_v = 0.5 - np.abs(v - course - 0.5)
    rough = fractal_noise(rng, size, 8, 4, 0.7)
    inside = smoothstep((np.minimum(edge_u, edge_v) - joint * (0.3 + 0.4 * rough)) / (0.4 * joint))
    bricks: Floats = colours[0] + (picture - colours[0]) * inside[:, :, None]
    return bricks * (1.0 - grime * rough)[:, :, None]


def checker(rng: Stream, size: int) -> Floats:
    """A chequerboard, upright or turned, of two to six colours, sometimes with dots or a worn surface."""
    colours = sample_palette(rng)
    turn = rng.integer(0, 2)
    period = 2 if rng.chance(0.6) else len(colours)  # squares after which the colours repeat
    squares = period * rng.integer(1, max(1, (16 if turn == 0 else 8) // period))
    spot, wear = rng.uniform(-0.4, 0.45), rng.uniform(-0.2, 0.35)
    x, y = pixel_grid(size)
    u, v = squares * (x + turn * y), squares * (y - turn * x)  # a whole-numbered turn tiles
    i, j = np.floor(u).astype(int), np.floor(v).astype(int)
    index = (i + (1 if period == 2 else 2) * j) % period
    picture: Floats = colours[index]
    if spot > 0.1:
        du, dv = u - i - 0.5, v - j - 0.5
        picture = np.where((du * du + dv * dv < spot * spot)[:, :, None], colours[-1 - index], picture)
    if wear > 0:
        picture = picture * (1.0 - wear * fractal_noise(rng, size, 4, 5, 0.7))[:, :, None]
    return picture


def wood(rng: Stream, size: int) -> Floats:
    """Planks with grain: bent, stretched rings through a palette, a tone per plank and dark joints."""
    colours = sample_palette(rng, 2, 4)
    if rng.chance(0.6):
        colours = _timber(rng)
    planks, rings = rng.integer(1, 8), rng.integer(2, 9)
    bend, fibre = rng.uniform(0.5, 4.0), rng.uniform(0.1, 0.4)
    v = np.broadcast_to(pixel_grid(size)[1] * planks, (size, size))
    plank = v.astype(int)
    offset, tone = rng.array(planks), 0.7 + 0.3 * rng.array(planks)
    shift = (offset * size).astype(int)[plank[:, 0]]
    waves = fractal_noise(rng, size, 4, 3, 0.5, stretch=2)
    waves = np.take_along_axis(waves, (np.arange(size)[None, :] + shift[:, None]) % size, axis=1)
    grain = triangle_wave((v - plank) * rings / 2 + bend * waves + offset[plank])
    fibres = value_noise(rng, size, 4, size // 2)
    picture = ramp(colours, np.clip(grain * (1 - fibre) + fibre * fibres, 0, 1))
    seam = smoothstep((0.5 - np.abs(v - plank - 0.5)) * (size / planks) / 2.0)
    light: Floats = tone[plank] * (0.35 + 0.65 * seam)
    return picture * light[:, :, None]


def _timber(rng: Stream) -> Floats:
    """A light and a dark tone between red-brown and straw."""
    dark = np.array([0.22, 0.11, 0.05]) + rng.array(3) * 0.12
    light = np.array([0.55, 0.36, 0.2]) + rng.random() * np.array([0.35, 0.38, 0.35])
    return np.stack([dark, light])


def stripes(rng: Stream, size: int) -> Floats:
    """Parallel bands of unequal widths in any whole-numbered direction, straight or wavy, hard or soft."""
    colours = sample_palette(rng)
    repeats = rng.integer(1, 8)
    a, b = rng.choice(((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (3, -1)))
    wave, crossed = rng.uniform(-0.5, 0.6), rng.chance(0.25)
    band = np.cumsum(0.15 + rng.array(len(colours)))
    band /= band[-1]
    x, y = pixel_grid(size)
    phase = repeats * (a * x + b * y)
    if wave > 0:
        phase = phase + wave * fractal_noise(rng, size, 2, 3, 0.4) * min(repeats, 3)
    picture = colours[_band(band, phase)]
    if crossed:  # a plaid: the same bands the other way, half transparent
        picture = (picture + colours[_band(band, repeats * (a * y - b * x))]) / 2
    return picture


def _band(edges: Floats, phase: NDArray[Any]) -> NDArray[np.intp]:
    """Which band each phase, taken modulo 1, falls into."""
    turns = phase - np.floor(phase)
    index = np.searchsorted(edges, turns.ravel(), side="right").reshape(turns.shape)
    return np.asarray(np.minimum(index, len(edges) - 1))


def gradient(rng: Stream, size: int) -> Floats:
    """Colours flowing into one another: along a line, around a point, or between the four corners."""
    colours = sample_palette(rng)
    style = rng.weighted({"linear": 2.0, "radial": 2.0, "corners": 2.0})
    a, b = rng.choice(((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, -2)))
    repeats = rng.integer(1, 3)
    centre, grain = rng.array(2), rng.uniform(0.0, 0.06)
    x, y = pixel_grid(size)
    if style == "corners":
        corners = np.stack([value_noise(rng, size, 2, 2) for _ in range(2)])
        low, high = corners.min(axis=(1, 2), keepdims=True), corners.max(axis=(1, 2), keepdims=True)
        u, v = (corners - low) / np.maximum(high - low, 1e-9)
        picture = ramp(colours, u) * v[:, :, None] + ramp(colours[::-1], v) * (1 - v[:, :, None])
    elif style == "linear":
        picture = ramp(colours, triangle_wave(repeats * (a * x + b * y) + centre[0]))
    else:
        dx, dy = triangle_wave(x - centre[0]), triangle_wave(y - centre[1])
        picture = ramp(colours, triangle_wave(repeats * np.sqrt(dx * dx + dy * dy) / 1.5))
    return np.add(picture, grain * (rng.array(size, size)[:, :, None] - 0.5))
