"""Where a detector is good: recall and AP by the height, occlusion, truncation or distance of cars."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from training.metrics.curves import average_precision, best_f1
from training.metrics.matching import Outcome, assign, match_records
from training.metrics.overlaps import Floats
from training.metrics.pool import Pool

BY_PROPERTY: dict[str, tuple[Callable[[Pool], Floats], tuple[float, ...]]] = {
    "height_px": (lambda pool: pool.heights, (0, 25, 40, 60, 100, np.inf)),
    "occlusion": (lambda pool: pool.truth.occlusion.astype(float), (0, 1, 2, 3, np.inf)),
    "truncation": (lambda pool: pool.truth.truncation, (0, 0.01, 0.15, 0.30, 0.50, np.inf)),
    "distance_m": (lambda pool: pool.truth.distance_m, (0, 10, 20, 30, 40, 60, np.inf)),
}


@dataclass(frozen=True)
class Bin:
    """Cars of one stretch of a property."""

    low: float  # included
    high: float  # excluded; infinite at the end
    positives: int
    recall: float  # 0..1, at the score threshold of the best F1 over all cars; NaN without cars
    ap: float  # 0..1; NaN without cars


def breakdown(pool: Pool, iou: float = 0.5) -> dict[str, list[Bin]]:
    """Bins of every property in BY_PROPERTY, over all labelled cars.

    For each bin, its cars are to be found and all others are neutral. A false detection has a height, so
    those whose own lies outside the bin are left out there (as COCO does by area); it has no occlusion,
    truncation or distance, so all of them count in each of those bins, and their AP is low where cars are
    few: compare recalls across bins, and APs of one bin across models. Cars whose property is unknown are in
    no bin.
    """
    threshold = best_f1(match_records(pool, assign(pool, pool.truth.cars, iou)))
    return {
        name: [
            _bin(pool, values(pool), low, high, threshold, iou, by_height=name == "height_px")
            for low, high in pairwise(edges)
        ]
        for name, (values, edges) in BY_PROPERTY.items()
    }


def _bin(
    pool: Pool, values: Floats, low: float, high: float, threshold: float, iou: float, by_height: bool
) -> Bin:
    positive = pool.truth.cars & (values >= low) & (values < high)
    found = assign(pool, positive, iou)
    if by_height:
        heights = pool.boxes[:, 3] - pool.boxes[:, 1]
        elsewhere = (found.outcome == Outcome.FALSE_POSITIVE) & ((heights < low) | (heights >= high))
        found.outcome[elsewhere] = Outcome.NEUTRAL
    ap = average_precision(match_records(pool, found))
    count = int(positive.sum())
    hits = int(np.sum((found.outcome == Outcome.TRUE_POSITIVE) & (pool.scores >= threshold)))
    return Bin(low, high, count, hits / count if count else float("nan"), ap)
