"""Cars that the baseline finds and an arm misses, in the same pictures and with the same seed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from training.data.truth import LabelledImage
from training.metrics.overlaps import Floats, Ints
from training.report import examples, shots, thumbnails
from training.report.examples import Verdicts
from training.report.figures import operating_point
from training.report.overlay import Mark, Role
from training.report.shots import Shot
from training.study.results import Case, Comparison, Trial
from training.study.view import View

SHOWN = 6  # of each comparison
SHOWN_ROLES = (Role.DETECTED, Role.FALSE, Role.ACQUITTED)  # of an arm's own around a car that it misses

Judge = Callable[[Case, int], Verdicts]


@dataclass(frozen=True, eq=False)
class Misses:
    """One training beside the baseline's of the same seed, each from the score of its best F1 up."""

    label: str
    cars: int
    baseline: int  # cars that the baseline's finds
    found: int  # cars that this one finds
    lost: int  # those that the baseline's alone finds
    gained: int  # those that this one alone finds
    seed: int
    shots: Sequence[Shot]  # of what is lost, the baseline's surest


@dataclass(frozen=True, eq=False)
class Worst:
    """The pictures with most mistakes of one training."""

    label: str
    seed: int
    shots: Sequence[Shot]


def misses(view: View) -> tuple[list[tuple[str, list[Misses]]], Worst | None]:
    """Every comparison by the axis' point, and the baseline's own worst pictures at the first one."""
    images = {image.id: image for image in view.results.test}
    trials = {(trial.case, trial.seed): trial for trial in view.results.trials}

    @cache
    def judge(case: Case, seed: int) -> Verdicts:
        return _judged(trials[case, seed])

    compared = [
        (panel.title, [_compare(view.comparisons[case], label, judge, images) for label, case in panel.rows])
        for panel in view.by_point(list(view.comparisons))
    ]
    first = next((case for case in view.estimates if case.arm == view.results.baseline), None)
    first = first or next(iter(view.estimates), None)
    if first is None or not view.trials[first]:
        return compared, None
    seed = view.trials[first][0].seed
    judged = judge(first, seed)
    worst = [shots.whole(judged, images[judged.pool.ids[index]], index) for index in examples.worst(judged)]
    return compared, Worst(view.name(first), seed, worst)


def _judged(trial: Trial) -> Verdicts:
    return examples.judge(trial.score, operating_point(trial.score))


def _compare(comparison: Comparison, label: str, judge: Judge, images: dict[str, LabelledImage]) -> Misses:
    seed = min(comparison.seeds)
    baseline, arm = judge(comparison.baseline, seed), judge(comparison.case, seed)
    scores = _found_at(baseline)
    lost = np.flatnonzero(baseline.found & arm.missed)
    lost = lost[np.argsort(-scores[lost], kind="stable")]
    pool = arm.pool
    shown = lost[examples.varied(pool.clusters[pool.truth_image[lost]], SHOWN)]
    return Misses(
        label=label,
        cars=int(arm.assignment.positive.sum()),
        baseline=int(baseline.found.sum()),
        found=int(arm.found.sum()),
        lost=len(lost),
        gained=int((arm.found & baseline.missed).sum()),
        seed=seed,
        shots=[
            _shot(arm, images[pool.ids[pool.truth_image[index]]], int(index), float(scores[index]))
            for index in shown
        ],
    )


def _found_at(judged: Verdicts) -> Floats:
    """(G,) the score at which each object was found; 0 where it was not."""
    truth: Ints = judged.assignment.truth
    scores = np.zeros(len(judged.found))
    hits = np.flatnonzero(judged.above & (truth >= 0))
    scores[truth[hits]] = judged.pool.scores[hits]
    return scores


def _shot(arm: Verdicts, image: LabelledImage, index: int, score: float) -> Shot:
    """A lost car amid what the arm detects."""
    box = tuple(arm.pool.truth.boxes[index].tolist())
    around = examples.marks(arm, int(arm.pool.truth_image[index]))
    marks = [replace(mark, text="") for mark in around if mark.role in SHOWN_ROLES]
    source = thumbnails.part(image.path, box, [Mark(box, Role.MISSED), *marks])
    return Shot(source, f"baseline {score:.2f}", image.id)
