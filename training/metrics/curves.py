"""Precision–recall curves and the average precisions taken from them, with a weight for every image."""

from dataclasses import dataclass

import numpy as np

from training.metrics.overlaps import Floats, Ints


@dataclass(frozen=True, eq=False)
class Records:
    """What lowering the score threshold brings, step by step: all that a curve needs.

    Step e of E: as the threshold falls to `scores[e]`, the true positives of image `image[e]` change by
    `hits[e]` and its false positives by `misses[e]`. For most protocols a step is a detection, with 1 and 0
    or 0 and 1; under KITTI's a better box further down can take an object over, so that steps may be
    negative.
    """

    scores: Floats  # (E,) descending
    hits: Ints  # (E,)
    misses: Ints  # (E,)
    image: Ints  # (E,)
    positives: Ints  # (I,) objects to find in each image


@dataclass(frozen=True, eq=False)
class Curve:
    """Precision and recall at every distinct score T, highest score first."""

    scores: Floats  # (T,)
    precision: Floats  # (T,) 0..1
    recall: Floats  # (T,) 0..1; NaN where there is nothing to find
    positives: int  # objects to find


def records(scores: Floats, hits: Ints, misses: Ints, image: Ints, positives: Ints) -> Records:
    """Records from steps in any order; those that change nothing are left out."""
    kept = np.flatnonzero((hits != 0) | (misses != 0))
    order = kept[np.argsort(-scores[kept], kind="stable")]
    return Records(scores[order], hits[order], misses[order], image[order], positives)


def counts(found: Records, weights: Ints | None = None) -> tuple[Ints, Ints, int]:
    """True positives (E,) and false positives (E,) down to each step, and the number of positives.

    `weights` (I,) says how often each image counts; once each where it is not given. Steps of equal score
    belong together: only the counts at the last of them mean anything.
    """
    if weights is None:
        return np.cumsum(found.hits), np.cumsum(found.misses), int(found.positives.sum())
    times = weights[found.image]
    return (
        np.cumsum(times * found.hits),
        np.cumsum(times * found.misses),
        int((weights * found.positives).sum()),
    )


def curve(found: Records, weights: Ints | None = None) -> Curve:
    """The precision–recall curve, not smoothed. At scores where nothing counts yet the precision is 1."""
    hits, misses, positives = counts(found, weights)
    last = np.flatnonzero(np.diff(found.scores, append=-np.inf))  # of each group of equal scores
    hits, misses = hits[last], misses[last]
    reported = hits + misses
    precision = np.where(reported > 0, hits / np.maximum(reported, 1), 1.0)
    recall = hits / positives if positives else np.full(len(last), np.nan)
    return Curve(found.scores[last], precision, recall, positives)


def average_precision(found: Records, weights: Ints | None = None, recall_points: int | None = None) -> float:
    """Average precision, 0..1; NaN where there is nothing to find.

    Without `recall_points`, the area under the curve whose precision at a recall is the best at that recall
    or any higher one (PASCAL VOC 2010 and later, devkit section 3.4.1). With it, the mean of that precision
    at so many recalls in equal steps 1/n, 2/n … 1: 40 is what KITTI uses since 2019 (Simonelli et al. 2019,
    section 5).
    """
    drawn = curve(found, weights)
    if not drawn.positives:
        return float("nan")
    if recall_points is None:
        return float(np.sum(np.diff(drawn.recall, prepend=0.0) * _best(drawn)[:-1]))
    return float(precision_at(drawn, np.arange(1, recall_points + 1) / recall_points).mean())


def precision_at(drawn: Curve, recalls: Floats) -> Floats:
    """(R,) the best precision at each recall or any higher one; 0 where none is, NaN without a car."""
    if not drawn.positives:
        return np.full(len(recalls), np.nan)
    reached = np.searchsorted(drawn.recall, recalls - 1e-12)  # the first score at which it is, or none
    return _best(drawn)[reached]


def _best(drawn: Curve) -> Floats:
    """(T + 1,) the best precision at each score's recall or any higher one, and 0 beyond the last."""
    return np.append(np.maximum.accumulate(drawn.precision[::-1])[::-1], 0.0)


def best_f1(found: Records) -> float:
    """The score threshold with the best F1, 2PR / (P + R); infinite if nothing is found.

    An operating point for what needs one: recalls by size, pictures of mistakes.
    """
    drawn = curve(found)
    if not drawn.positives or not len(drawn.scores):
        return float("inf")
    f1 = 2 * drawn.precision * drawn.recall / np.maximum(drawn.precision + drawn.recall, 1e-12)
    return float(drawn.scores[np.argmax(f1)]) if f1.max() > 0 else float("inf")
