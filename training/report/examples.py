"""Which pictures and which false detections are worth a look, and what to draw on them."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from training.metrics.matching import Assignment, Mistake, Outcome, mistakes
from training.metrics.overlaps import Ints
from training.metrics.paper import Score
from training.metrics.pool import Bools, Pool
from training.report.overlay import Mark, Role

PICTURES = 6  # of the best, and of the worst
THUMBNAILS = 12  # of each kind of mistake
PER_DRIVE = 2  # before the other drives have had their turn: frames of one drive look alike


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What becomes of a pool's I images, G objects and D detections at one score threshold."""

    pool: Pool
    assignment: Assignment
    above: Bools  # (D,) detections that reach the threshold
    mistake: NDArray[np.int8]  # (D,) Mistake
    on: Ints  # (D,) the object that a false detection was made on, or -1
    found: Bools  # (G,) objects to find, and found

    @cached_property
    def missed(self) -> Bools:
        """(G,) objects to find, and not found."""
        return self.assignment.positive & ~self.found

    @cached_property
    def false(self) -> Bools:
        """(D,) wrong detections."""
        return self.above & (self.assignment.outcome == Outcome.FALSE_POSITIVE)

    @cached_property
    def counts(self) -> tuple[Ints, Ints, Ints]:
        """Cars found (I,), cars missed (I,) and false detections (I,) of each image."""
        images = len(self.pool.ids)
        return (
            np.bincount(self.pool.truth_image[self.found], minlength=images),
            np.bincount(self.pool.truth_image[self.missed], minlength=images),
            np.bincount(self.pool.image[self.false], minlength=images),
        )


def judge(score: Score, threshold: float) -> Verdicts:
    """By the paper's protocol, with the detections whose score is at least `threshold`."""
    pool, assignment = score.pool, score.assignment
    above = pool.scores >= threshold
    found = np.zeros(len(assignment.positive), bool)
    found[assignment.truth[above & (assignment.truth >= 0)]] = True
    return Verdicts(pool, assignment, above, *mistakes(pool, assignment), found)


def worst(judged: Verdicts) -> list[int]:
    """Images with most cars missed and false detections; among equals, those with fewer cars found."""
    found, missed, false = judged.counts
    order = np.lexsort((found, -(missed + false)))
    order = order[(missed + false)[order] > 0]
    return order[varied(judged.pool.clusters[order], PICTURES)].tolist()


def best(judged: Verdicts) -> list[int]:
    """Images with most cars found and no mistake."""
    found, missed, false = judged.counts
    order = np.argsort(-found, kind="stable")
    order = order[(found > 0)[order] & (missed + false == 0)[order]]
    return order[varied(judged.pool.clusters[order], PICTURES)].tolist()


def surest(judged: Verdicts, mistake: Mistake) -> list[int]:
    """False detections of one kind, those of highest score."""
    wrong = np.flatnonzero(judged.above & (judged.mistake == mistake))
    order = wrong[np.argsort(-judged.pool.scores[wrong], kind="stable")]
    return order[varied(judged.pool.clusters[judged.pool.image[order]], THUMBNAILS)].tolist()


def varied(clusters: Ints, wanted: int) -> list[int]:
    """Places in a ranking whose entries belong to `clusters`, the first of each cluster preferred."""
    seen: Counter[int] = Counter()
    late = []
    for cluster in clusters.tolist():
        late.append(seen[cluster] >= PER_DRIVE)
        seen[cluster] += 1
    return sorted(sorted(range(len(late)), key=lambda place: (late[place], place))[:wanted])


def confused(judged: Verdicts) -> dict[str, int]:
    """How many detections were made on each other class, the commonest first."""
    wrong = judged.above & (judged.mistake == Mistake.OTHER_CLASS)
    return dict(Counter(judged.pool.truth.kind[judged.on[wrong]].tolist()).most_common())


def marks(judged: Verdicts, image: int) -> list[Mark]:
    """What is true in an image and what was detected there above the threshold, in its pixels."""
    return [*_true(judged, image), *_detected(judged, image)]


def marks_around(judged: Verdicts, detection: int) -> list[Mark]:
    """A false detection, with what is true in its image and what it was taken for."""
    pool, on = judged.pool, judged.on[detection]
    shown = _true(judged, int(pool.image[detection]))
    if on >= 0 and not (pool.truth.cars | pool.truth.neutral)[on]:
        shown.append(Mark(tuple(pool.truth.boxes[on]), Role.NEUTRAL))
    return [*shown, Mark(tuple(pool.boxes[detection]), Role.FALSE)]


def _true(judged: Verdicts, image: int) -> list[Mark]:
    """Cars, and what is neutral; other classes are left out."""
    found = []
    truth = judged.pool.truth
    shown = truth.cars | truth.neutral
    for index in range(*judged.pool.objects_of(image).indices(len(shown))):
        if judged.missed[index]:
            found.append(Mark(tuple(truth.boxes[index]), Role.MISSED))
        elif shown[index]:
            role = Role.TRUE if judged.found[index] else Role.NEUTRAL
            found.append(Mark(tuple(truth.boxes[index]), role))
    return found


def _detected(judged: Verdicts, image: int) -> list[Mark]:
    found = []
    pool, outcome = judged.pool, judged.assignment.outcome
    for index in range(*pool.detections_of(image).indices(len(pool.scores))):
        if judged.above[index]:
            role = _ROLES[Outcome(outcome[index])]
            text = f"{pool.scores[index]:.2f} {reason(judged, index)}".strip()
            found.append(Mark(tuple(pool.boxes[index]), role, text))
    return found


_ROLES = {
    Outcome.TRUE_POSITIVE: Role.DETECTED,
    Outcome.FALSE_POSITIVE: Role.FALSE,
    Outcome.NEUTRAL: Role.ACQUITTED,
}


def reason(judged: Verdicts, detection: int) -> str:
    """Why a detection is false, in a word; "" if it isn't, or if it is on nothing at all."""
    match Mistake(judged.mistake[detection]):
        case Mistake.LOCALISATION:
            return "inexact"
        case Mistake.DUPLICATE:
            return "double"
        case Mistake.OTHER_CLASS:
            return str(judged.pool.truth.kind[judged.on[detection]]).lower()
    return ""
