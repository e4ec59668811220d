"""Masks as polygons along the pixels' edges: exact, without holes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from scenegen.dataset.records import Rle


def rle_to_polygons(rle: Rle) -> list[list[float]]:
    """COCO's polygons of a compressed mask: [x0, y0, x1, y1, …] each, pixel i covering [i, i + 1)."""
    encoded = {"size": list(rle.size), "counts": rle.counts.encode("ascii")}
    x, y, w, h = (int(value) for value in coco_mask.toBbox(encoded))
    mask = coco_mask.decode(encoded)[y : y + h, x : x + w].astype(bool)
    return [(ring + np.array([x, y])).ravel().astype(float).tolist() for ring in mask_to_polygons(mask)]


def mask_to_polygons(mask: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Disjoint polygons, (N, 2) corners x, y each, whose union is the set pixels of an (H, W) mask.

    Pixels that touch at a corner alone are in different polygons. COCO's polygons cannot have holes: a mask
    with one is cut in two along the column where the hole begins, which opens it.
    """
    outlines = []
    for ring in trace(mask):
        x, y = ring[0]
        if mask[y, x]:
            outlines.append(ring)
            continue
        right = mask_to_polygons(mask[:, x:])
        return mask_to_polygons(mask[:, :x]) + [piece + np.array([x, 0]) for piece in right]
    return outlines


@dataclass(frozen=True)
class _Turns:
    """Where outlines turn: `corner` (N, 2) x, y, and each turn's partner along its row and its column."""

    corner: NDArray[np.int64]
    along_row: NDArray[np.int64]
    along_column: NDArray[np.int64]


def trace(mask: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Every outline of an (H, W) mask, outer ones and holes, as the (N, 2) corners x, y where it turns.

    Each begins at its topmost, then leftmost corner; the pixel to the lower right of that is set for an outer
    outline and unset for a hole's. Pixels count as connected across their edges.
    """
    turns = _turns(mask)
    pending = np.ones(len(turns.corner), bool)
    row_mate, column_mate = turns.along_row.tolist(), turns.along_column.tolist()
    rings = []
    for start in range(len(turns.corner)):
        if not pending[start]:
            continue
        ring, at = [], start
        while True:
            ring += [at, row_mate[at]]
            at = column_mate[row_mate[at]]
            if at == start:
                break
        pending[ring] = False
        rings.append(turns.corner[ring])
    return rings


def _turns(mask: NDArray[np.bool_]) -> _Turns:
    """The turns in row-major order, paired: along a grid line every second stretch is part of an outline."""
    padded = np.pad(mask, 1)
    a, b = padded[:-1, :-1], padded[:-1, 1:]  # the four pixels round each corner
    c, d = padded[1:, :-1], padded[1:, 1:]
    saddle = (a == d) & (b == c) & (a != b)
    simple = a ^ b ^ c ^ d
    y, x = np.nonzero(simple | saddle)
    # Two outlines touch at a saddle. In its row one turn ends the stretch on the left, the other (`second`)
    # begins that on the right; in its column `second` goes down if the pixel to the lower right is set.
    twice = np.where(saddle[y, x], 2, 1)
    rising = np.repeat(saddle[y, x] & ~d[y, x], twice)
    x, y = np.repeat(x, twice), np.repeat(y, twice)
    second = np.zeros(len(x), np.int64)
    second[np.cumsum(twice)[twice == 2] - 1] = 1
    lower = np.where(rising, 1 - second, second)
    return _Turns(
        np.stack([x, y], axis=1), _pair(np.lexsort((second, x, y))), _pair(np.lexsort((lower, y, x)))
    )


def _pair(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each turn's partner when turns are paired off in `order`."""
    mate = np.empty(len(order), np.int64)
    mate[order[0::2]], mate[order[1::2]] = order[1::2], order[0::2]
    return mate
