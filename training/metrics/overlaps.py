"""Overlaps of boxes that share an image, for all images of a set at once."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHUNK = 1_000_000  # pairs compared at a time: about 100 MB


class Pairs(NamedTuple):
    """Boxes that overlap, P pairs, sorted by `a` and then by `b`."""

    a: Ints  # (P,) indices
    b: Ints  # (P,)
    overlap: Floats  # (P,) 0..1


def overlapping_pairs(
    a_boxes: Floats,
    a_image: Ints,
    b_boxes: Floats,
    b_image: Ints,
    at_least: float,
    over_b: bool = False,
) -> Pairs:
    """The pairs within one image whose overlap is at least `at_least` (> 0).

    `a_boxes` (A, 4) and `b_boxes` (B, 4) are x1, y1, x2, y2 in pixels; `a_image` (A,) and `b_image` (B,),
    both in ascending order, say which image each box lies in. The overlap is intersection over union, or
    over the area of the box of `b` with `over_b`. Sums are taken in the order of KITTI's devkit, so that an
    overlap on a threshold falls on the same side.
    """
    found = [
        _overlaps(a_boxes, b_boxes, a, b, at_least, over_b) for a, b in _pairs_by_image(a_image, b_image)
    ]
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _pairs_by_image(a_image: Ints, b_image: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Indices of all pairs of one image, in portions."""
    first = np.searchsorted(b_image, a_image, side="left")
    count = np.searchsorted(b_image, a_image, side="right") - first
    portion = (np.cumsum(count) - 1) // CHUNK
    cuts = np.flatnonzero(np.diff(portion, prepend=-1, append=-1))
    for start, end in pairwise(cuts):
        counts = count[start:end]
        a = np.repeat(np.arange(start, end), counts)
        within = np.arange(len(a)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield a, first[a] + within
    yield np.empty(0, np.int64), np.empty(0, np.int64)


def _overlaps(
    a_boxes: Floats, b_boxes: Floats, a: Ints, b: Ints, at_least: float, over_b: bool
) -> tuple[Ints, Ints, Floats]:
    """The pairs among (a, b) that overlap enough."""
    width = np.minimum(a_boxes[a, 2], b_boxes[b, 2]) - np.maximum(a_boxes[a, 0], b_boxes[b, 0])
    height = np.minimum(a_boxes[a, 3], b_boxes[b, 3]) - np.maximum(a_boxes[a, 1], b_boxes[b, 1])
    touching = (width > 0) & (height > 0)
    a, b, intersection = a[touching], b[touching], width[touching] * height[touching]
    area = areas(b_boxes)[b]
    if not over_b:
        area = area + areas(a_boxes)[a] - intersection
    overlap = intersection / area
    enough = overlap >= at_least
    return a[enough], b[enough], overlap[enough]


def areas(boxes: Floats) -> Floats:
    """(N,) areas of boxes (N, 4) in square pixels."""
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    return np.asarray(width * height)
