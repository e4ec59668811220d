"""Intervals of a mean AP and of differences, over training runs and test drives, and what they say in words.

A figure moves with the drives it is measured on and with the seed of the training. The variance of the mean
over S seeds is the sum of two parts:

- drives: the variance of the mean over resamples of the U drives, the same resamples for all runs, times
  U / (U − 1), for want of which a bootstrap of few units is too narrow (Hesterberg 2015, "What teachers
  should know about the bootstrap", The American Statistician 69(4)). It is known as well as from n drives
  with equally many cars, n = (sum of cars)² / sum of cars² (Kish 1965, "Survey sampling"): hardly, where one
  drive holds most of the cars;
- runs: the variance of the AP between the seeds over S. Of a difference, both sides' are added.

The bounds are Student's t with the degrees of freedom of such a sum (Satterthwaite 1946, "An approximate
distribution of estimates of variance components", Biometrics Bulletin 2(6)). What a run does differently on
some drives is in both parts, so that intervals are somewhat wide where runs differ little. Percentiles of the
pigeonhole bootstrap (Owen 2007, Annals of Applied Statistics 1(2)), which draws runs and drives, are no
substitute: drawn from S runs, the variance of their mean comes out (S − 1) / S of what it is, half with two.
benchmarks/interval_coverage.py tells how often these bounds hold the truth.

The estimate of a difference is paired by seed, but the variance of runs is taken within each side. Runs of
one seed on different pictures have little in common, two sides tell twice as much of how runs differ, and
what runs of one seed do have in common makes the interval too wide, not too narrow.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan, sqrt

import numpy as np
from scipy.special import stdtrit

from training.metrics.bootstrap import Interval
from training.metrics.overlaps import Floats, Ints


def mean_interval(ap: Floats, resampled: Floats, drives: Ints, level: float = 0.95) -> Interval:
    """The interval of the mean over S runs, which differ in their seed, of `ap` (S,), 0..1.

    `resampled` (S, R) is the AP on R resamples of the test pictures' drives, which hold `drives` (U,) cars to
    find. With one run the interval is over drives alone (see Interval.seeds); with one drive its bounds are
    NaN. Resamples without a car (NaN) are left out.
    """
    whole = _interval(float(ap.mean()), resampled.mean(axis=0), [ap], drives, level)
    low, high = np.clip([whole.low, whole.high], 0, 1).tolist()
    return replace(whole, low=low, high=high)


def difference_interval(
    first_ap: Floats,
    first_resampled: Floats,
    second_ap: Floats,
    second_resampled: Floats,
    drives: Ints,
    level: float = 0.95,
) -> Interval:
    """The interval of the mean of `second` − `first`, as `mean_interval` has it.

    Both sides have the same seeds and the same resamples: what makes drives hard for both cancels.
    """
    if first_resampled.shape != second_resampled.shape or first_ap.shape != second_ap.shape:
        raise ValueError("the two sides must have the same seeds and resamples")
    resampled = (second_resampled - first_resampled).mean(axis=0)
    return _interval(float((second_ap - first_ap).mean()), resampled, [first_ap, second_ap], drives, level)


def _interval(
    estimate: float, resampled: Floats, sides: Sequence[Floats], drives: Ints, level: float
) -> Interval:
    """Of the mean over seeds on resamples (R,), and the AP by seed (S,) of each side that is in it."""
    units, seeds = len(drives), len(sides[0])
    if np.count_nonzero(drives) < 2:
        return Interval(estimate, nan, nan, level, units, seeds)
    by_drives = float(np.nanvar(resampled, ddof=1)) * units / (units - 1)
    by_runs = sum(float(ap.var(ddof=1)) for ap in sides) / seeds if seeds > 1 else 0.0
    variance = by_drives + by_runs
    if not variance:
        return Interval(estimate, estimate, estimate, level, units, seeds)
    terms = by_drives**2 / max(1.0, _effective(drives) - 1)
    if by_runs:
        terms += by_runs**2 / (len(sides) * (seeds - 1))
    reach = float(stdtrit(variance**2 / terms, 0.5 + level / 2)) * sqrt(variance)
    return Interval(estimate, estimate - reach, estimate + reach, level, units, seeds)


def _effective(drives: Ints) -> float:
    """How many drives with equally many cars would tell as much as drives with `drives` (U,) cars."""
    return float(drives.sum() ** 2 / (drives**2).sum())


def sentence(name: str, difference: Interval) -> str:
    """A difference in words, in percent points.

    "no texture: −4.1 AP (−6.0 … −2.3)" where the interval excludes 0, else "no texture: no difference seen
    (−1.0 … +2.2)". One seed on each side is said: "(−6.0 … −2.3; one seed)".
    """
    if isnan(difference.low):
        return f"{name}: {points(difference.estimate)} AP (one drive: no interval)"
    bounds = f"{points(difference.low)} … {points(difference.high)}"
    if difference.seeds == 1:
        bounds += "; one seed"
    if difference.low <= 0 <= difference.high:
        return f"{name}: no difference seen ({bounds})"
    return f"{name}: {points(difference.estimate)} AP ({bounds})"


def points(share: float) -> str:
    """A difference of shares in percent points, with its sign: "−4.1", "+0.3", "0.0"; "–" for NaN."""
    if isnan(share):
        return "–"
    rounded = round(100 * share, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"
