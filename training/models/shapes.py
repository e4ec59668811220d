"""Anchor shapes that fit boxes: k-means and quantiles, and the numbers that come out for KITTI's cars."""

import numpy as np
from numpy.typing import NDArray

KMEANS_ROUNDS = 300

Sizes = NDArray[np.float64]  # (N, 2): width, height, in any unit


def kmeans_shapes(sizes: Sizes, count: int) -> Sizes:
    """`count` shapes (width, height) by k-means with 1 - IoU of centred boxes as distance, small to large.

    After YOLO9000 (arXiv 1612.08242, section 2, "Dimension Clusters"), with means in (log width, log height).
    Starts from quantiles of the area, so it is deterministic.
    """
    sizes = sizes[np.argsort(sizes.prod(axis=1), kind="stable")]
    shapes = sizes[((np.arange(count) + 0.5) / count * len(sizes)).astype(int)]
    nearest = np.full(len(sizes), -1)
    for _ in range(KMEANS_ROUNDS):
        last, nearest = nearest, centred_iou(sizes, shapes).argmax(axis=1)
        if np.array_equal(nearest, last):
            break
        taken = np.unique(nearest)
        shapes[taken] = [np.exp(np.log(sizes[nearest == each]).mean(axis=0)) for each in taken]
    return shapes[np.argsort(shapes.prod(axis=1), kind="stable")]


def quantile_shapes(sizes: Sizes, heights: int, aspects: int) -> Sizes:
    """`heights` * `aspects` shapes: the middles of equal parts of the heights, each with each aspect."""
    height = np.quantile(sizes[:, 1], (np.arange(heights) + 0.5) / heights)
    aspect = np.quantile(sizes[:, 0] / sizes[:, 1], (np.arange(aspects) + 0.5) / aspects)
    return np.stack([np.outer(height, aspect).ravel(), np.repeat(height, aspects)], axis=1)


def centred_iou(sizes: Sizes, shapes: Sizes) -> NDArray[np.float64]:
    """IoU (N, K) of boxes that share their centres."""
    inside = np.minimum(sizes[:, None], shapes[None]).prod(axis=2)
    return inside / (sizes.prod(axis=1)[:, None] + shapes.prod(axis=1) - inside)
