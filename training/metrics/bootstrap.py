"""Percentile bootstrap intervals: how far a figure might move had other images of the same kind been taken.

Images, or whole drives, are drawn with replacement, and the figure is taken anew from the records of
matches: a statistic is a function of weights (I,), how often each image was drawn. So with the modules
beside this one:

    lambda weights: average_precision(score.records, weights)                 # the paper's AP
    lambda weights: kitti.r40(kitti.sampled_precision(score.matches, weights))

Frames of one drive show the same cars: pass `clusters` (Pool.clusters) wherever the images are not single
shots, or the interval will be far too narrow. With few drives it is too narrow even so: in a simulation with
AP as the figure, the 95 % interval held the truth in 86 % of 400 trials with 5 drives, 88 % with 10, 93 %
with 20 and with 40, and 95 % with 100 single images.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from conf.errors import UserError
from training.metrics import resampling
from training.metrics.overlaps import Ints

Statistic = Callable[[Ints], float]


@dataclass(frozen=True)
class Interval:
    """A figure and the bounds within which it lies at `level`."""

    estimate: float  # from every image once
    low: float
    high: float
    level: float
    units: int  # images or clusters drawn from
    seeds: int = 1  # trainings averaged; with 1 the bounds say nothing of how another would have come out


def interval(
    statistic: Statistic,
    images: int,
    clusters: Ints | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """The percentile interval (Efron & Tibshirani 1993, section 13.3) of a statistic over `images` images.

    With `clusters` (I,), numbers of the drives or clips, whole clusters are drawn. Resamples in which the
    statistic is not defined (NaN: not one car drawn) are left out. UserError if it is not defined on the
    images themselves.
    """
    estimate = statistic(np.ones(images, np.int64))
    if np.isnan(estimate):
        raise UserError(
            "no interval for a figure that is not defined: there is no car to find in these images"
        )
    if clusters is None:
        clusters = np.arange(images)
    drawn = np.array([statistic(weights) for weights in resampling.resamples(clusters, resamples, seed)])
    low, high = np.nanpercentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    units = len(np.unique(clusters))
    return Interval(float(estimate), float(low), float(high), level, units)


def difference(
    first: Statistic,
    second: Statistic,
    images: int,
    clusters: Ints | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """The interval of `second` − `first`, two models on the same images.

    Each resample is given to both, so what makes images hard for both cancels: the interval is narrower than
    the two models' own would suggest. A difference is established where it excludes 0.
    """
    return interval(
        lambda weights: second(weights) - first(weights), images, clusters, resamples, level, seed
    )
