"""Intersection over union by class, as Cityscapes' and ADE20K's evaluations compute it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Labels = NDArray[np.uint8]


def confusion(truth: Labels, predicted: Labels, classes: int) -> Counts:
    """How many pixels of each true class (rows) were given each class (columns): (classes, classes).

    Pixels whose truth is `classes` or more, 255 above all, do not count, whatever was predicted there.
    """
    counted = truth < classes
    pairs = truth[counted].astype(np.int64) * classes + predicted[counted]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


@dataclass(frozen=True, eq=False)
class Score:
    """What a confusion matrix says."""

    iou: NDArray[np.float64]
    """(classes,) TP / (TP + FP + FN) over all pixels of all pictures; NaN where a class is neither there nor
    predicted."""
    miou: float
    """Mean of those that are numbers."""
    accuracy: float
    """Share of pixels that were given their class."""
    pixels: Counts
    """(classes,) true ones."""


def score(counts: Counts) -> Score:
    """Of a confusion matrix, summed over all pictures."""
    right, truth, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    either = truth + predicted - right
    iou = np.divide(right, either, out=np.full(len(counts), np.nan), where=either > 0)
    known = iou[~np.isnan(iou)]
    total = int(truth.sum())
    return Score(
        iou,
        float(known.mean()) if len(known) else float("nan"),
        float(right.sum() / total) if total else float("nan"),
        truth,
    )
