"""How detections flicker along tracks, after Zhang and Wang 2016 (arXiv 1611.06467, section 3.2).

A trajectory is a car in frames that follow one another, as long as it is to be found (`paper.counted`: higher
than 40 px and less than 0.15 truncated, the same for every model). In each frame the detections at or above a
score are matched with the cars to find, one to one, so that the sum of their overlaps is largest
(Hungarian algorithm); an overlap below IoU 0.5 is none. Of N trajectories, with t frames of which some are
found, f changes between found and not found from one frame to the next, and std over the frames found:

    fragment          1/N Σ f / (t − 1)                                           equation 2
    centre            1/N Σ std((x − x̂) / ŵ) + std((y − ŷ) / ĥ)                   equation 3
    scale and ratio   1/N Σ std(√(w h / ŵ ĥ)) + std((w / h) / (ŵ / ĥ))            equation 4
    flicker           their sum                                                   equation 1

x, y, w, h are a detection's centre and sides, with a hat the label's. A constant offset is no flicker: AP
tells of that.

What the equations leave open is decided so: a trajectory of a single frame does not count; one that is found
in fewer than two frames has no deviation, and is left out of N in equations 3 and 4, else missing it would
pay.

A detector that finds nothing, or everything, does not fragment: flickers compare at the same recall. So
besides that at one score, `by_recall` has those at the scores where 10 %, 20 % … 90 % of the cars are found.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from training.data.truth import UNTRACKED, LabelledImage
from training.metrics import paper
from training.metrics.curves import curve
from training.metrics.matching import pairs_with
from training.metrics.overlaps import Floats, Ints, Pairs
from training.metrics.pool import Bools, Pool

RECALLS = tuple(percent / 100 for percent in range(10, 100, 10))


@dataclass(frozen=True)
class Flicker:
    """The errors at one score."""

    threshold: float  # detections at or above it count
    recall: float  # of the cars to find, in trajectories
    fragment: float  # equation 2
    centre: float  # equation 3; NaN where no car is found twice, as the next
    scale_and_ratio: float  # equation 4

    @property
    def total(self) -> float:
        """Equation 1."""
        return self.fragment + self.centre + self.scale_and_ratio


@dataclass(frozen=True)
class Stability:
    """The flicker of a set with tracks."""

    trajectories: int
    at: Flicker  # the operating point
    by_recall: Mapping[float, Flicker]  # those of RECALLS that are reached

    def as_dict(self) -> dict[str, Any]:
        """Plain data; by_recall under "10%" and so on."""
        return {
            "trajectories": self.trajectories,
            "at_best_f1": _with_total(self.at),
            "by_recall": {f"{recall:.0%}": _with_total(each) for recall, each in self.by_recall.items()},
        }


def _with_total(flicker: Flicker) -> dict[str, float]:
    return {**asdict(flicker), "flicker": flicker.total}


def evaluate(images: Sequence[LabelledImage], score: paper.Score, threshold: float) -> Stability | None:
    """At the score `threshold` and over recalls; None where no car to find has a track over two frames.

    score: of these images, by `paper.evaluate`.
    """
    paths = trajectories(images, score.pool)
    if not paths:
        return None
    pairs = pairs_with(score.pool, paper.counted(score.pool), paper.IOU)
    drawn = curve(score.records)
    by_recall = {}
    for recall in RECALLS:
        reached = np.flatnonzero(drawn.recall >= recall)
        if len(reached):
            by_recall[recall] = _at_score(score.pool, pairs, paths, float(drawn.scores[reached[0]]))
    return Stability(len(paths), _at_score(score.pool, pairs, paths, threshold), by_recall)


def trajectories(images: Sequence[LabelledImage], pool: Pool) -> list[Ints]:
    """Each car's objects, indices into the pool's, over two and more frames in a row.

    images: those of the pool. A car that for a frame is not in the labels, or not to be found, begins another
    trajectory.
    """
    counted = paper.counted(pool) & (pool.truth.track != UNTRACKED)
    ended: list[list[int]] = []
    running: dict[int, list[int]] = {}  # by track, what goes on into this frame
    for number, image in enumerate(images):
        if number == 0 or not image.follows(images[number - 1]):
            ended += running.values()
            running = {}
        here = pool.objects_of(number)
        objects = np.flatnonzero(counted[here]) + here.start
        before, running = running, {}
        for at in objects.tolist():
            track = int(pool.truth.track[at])
            running[track] = [*before.pop(track, []), at]
        ended += before.values()
    ended += running.values()
    return [np.array(path) for path in ended if len(path) > 1]


def _at_score(pool: Pool, pairs: Pairs, paths: Sequence[Ints], threshold: float) -> Flicker:
    """The errors along trajectories of the detections at or above a score."""
    matched = _matched(pool, pairs, threshold)
    hits = [matched[path] >= 0 for path in paths]
    twice = [path[hit] for path, hit in zip(paths, hits, strict=True) if hit.sum() > 1]
    deviations = np.array([_deviations(pool, path, matched[path]) for path in twice]).reshape(-1, 4)
    centre, scale_and_ratio = (
        float(part.sum(axis=1).mean()) if len(part) else float("nan")
        for part in (deviations[:, :2], deviations[:, 2:])
    )
    return Flicker(
        threshold=threshold,
        recall=float(np.concatenate(hits).mean()),
        fragment=float(np.mean([_fragment(hit) for hit in hits])),
        centre=centre,
        scale_and_ratio=scale_and_ratio,
    )


def _fragment(found: Bools) -> float:
    """Changes of state over the number of times that it could have changed."""
    return float((found[1:] != found[:-1]).mean())


def _deviations(pool: Pool, objects: Ints, detections: Ints) -> Floats:
    """Standard deviations (4,) of the errors in x, y, scale and ratio over the frames of one trajectory."""
    x, y, w, h = _centred(pool.boxes[detections])
    x_true, y_true, w_true, h_true = _centred(pool.truth.boxes[objects])
    errors = (
        (x - x_true) / w_true,
        (y - y_true) / h_true,
        np.sqrt(w * h / (w_true * h_true)),
        (w / h) / (w_true / h_true),
    )
    return np.std(errors, axis=1)


def _centred(boxes: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """x and y of the centres, widths and heights."""
    x1, y1, x2, y2 = boxes.T
    return (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1


def _matched(pool: Pool, pairs: Pairs, threshold: float) -> Ints:
    """(G,) each object's detection, or -1."""
    matched = np.full(len(pool.truth_image), -1, np.int64)
    enough = pool.scores[pairs.b] >= threshold
    for part in _by_image(pool.truth_image[pairs.a[enough]]):
        objects, rows = np.unique(pairs.a[enough][part], return_inverse=True)
        detections, columns = np.unique(pairs.b[enough][part], return_inverse=True)
        overlaps = np.zeros((len(objects), len(detections)))
        overlaps[rows, columns] = pairs.overlap[enough][part]
        chosen = linear_sum_assignment(overlaps, maximize=True)
        real = overlaps[chosen] > 0
        matched[objects[chosen[0][real]]] = detections[chosen[1][real]]
    return matched


def _by_image(image: Ints) -> Iterator[slice]:
    """Stretches of equal numbers, which ascend."""
    bounds = np.flatnonzero(np.diff(image, prepend=-1, append=-1)).tolist()
    yield from (slice(start, end) for start, end in pairwise(bounds))
