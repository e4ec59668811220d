"""Resamples of a test set, drawn by whole drives, and the AP on all of them at once."""

import numpy as np
from scipy.sparse import csr_array

from training.metrics.curves import Records
from training.metrics.overlaps import Floats, Ints

CELLS = 4_000_000  # score thresholds × resamples worked on at a time: a few arrays of 32 MB each


def resamples(clusters: Ints, count: int = 1000, seed: int = 0) -> Ints:
    """(count, I) how often each image is drawn: as many clusters as there are, whole, with replacement.

    `clusters` (I,) are numbers of the drives or clips (Pool.clusters); give each image its own where they are
    single shots.
    """
    rng = np.random.default_rng(seed)
    unit = np.unique(clusters, return_inverse=True)[1]
    units = int(unit.max()) + 1
    times: Ints = rng.multinomial(units, np.full(units, 1 / units), size=count)
    return times[:, unit]


def resampled_precision(found: Records, weights: Ints) -> Floats:
    """(R,) the average precision, whole area, on each of R resamples; NaN where nothing is to be found.

    Equal to `average_precision(found, weights[r])` for each of `weights` (R, I) to rounding, and many times
    as fast. The area grows only at scores where an object is found, and from one of these to the next the
    precision falls: what comes between counts as one step, and what comes after the last as none.
    """
    hits, misses = _steps(found, len(found.positives))
    positives = weights @ found.positives
    area = np.empty(len(weights))
    chunk = max(1, CELLS // max(1, hits.shape[0]))
    for start in range(0, len(weights), chunk):
        times = weights[start : start + chunk].T.astype(float)
        area[start : start + chunk] = _area(hits @ times, misses @ times)
    return np.divide(area, positives, out=np.full(len(weights), np.nan), where=positives > 0)


def _steps(found: Records, images: int) -> tuple[csr_array, csr_array]:
    """Hits and misses (K, I), by image, from one threshold at which an object is found to the next."""
    group = np.cumsum(np.diff(found.scores, prepend=np.inf) != 0) - 1  # steps of equal score belong together
    turns = np.unique(group[(found.hits != 0) | (found.misses < 0)])
    step = np.searchsorted(turns, group)
    kept = step < len(turns)
    where = (step[kept], found.image[kept])
    shape = (len(turns), images)
    return tuple(csr_array((each[kept].astype(float), where), shape) for each in (found.hits, found.misses))


def _area(hits: Floats, misses: Floats) -> Floats:
    """(R,) areas under the best precision from a step on, over the number of objects found; from (K, R)."""
    found = np.cumsum(hits, axis=0)
    reported = found + np.cumsum(misses, axis=0)
    precision = np.divide(found, reported, out=np.ones_like(found), where=reported > 0)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    return np.sum(hits * best, axis=0)
