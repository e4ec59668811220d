"""KITTI's official 2D protocol for cars, step for step as the devkit's evaluate_object does it.

Sources: the object development kit of 2019 (readme, "Evaluation"; evaluate_object.cpp), Geiger et al. 2012,
and Simonelli et al. 2019, section 5, for the 40 recall points. What is done here once for all 41 thresholds
the devkit does for each; `tests/training/metrics/test_kitti_protocol.py` holds the two together.

Only cars are looked at. The devkit also lets detections of other classes take cars if they are too low to
count; results with cars alone are not affected.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics.curves import Records, counts, records
from training.metrics.matching import pairs_with, regions
from training.metrics.overlaps import Floats, Ints
from training.metrics.pool import Bools, Pool, pool

IOU = 0.7  # an overlap must be larger
SAMPLES = 41  # recalls 0, 1/40 … 1


@dataclass(frozen=True)
class Difficulty:
    """Which cars count; the others can be found, which is neither right nor wrong."""

    name: str
    height_px: float  # cars must be higher; detections must be as high to count as false
    occlusion: int  # at most
    truncation: float  # at most


DIFFICULTIES = (
    Difficulty("easy", 40, 0, 0.15),
    Difficulty("moderate", 25, 1, 0.30),
    Difficulty("hard", 25, 2, 0.50),
)


@dataclass(frozen=True, eq=False)
class Matches:
    """What a difficulty's precision is taken from; enough to weigh the images anew, as a bootstrap does."""

    records: Records
    hit_scores: Floats  # (H,) descending: scores of the true positives that recall thresholds are chosen from
    hit_image: Ints  # (H,)


@dataclass(frozen=True, eq=False)
class Score:
    """The result at one difficulty."""

    difficulty: Difficulty
    matches: Matches
    positives: int  # cars that count
    precision: Floats  # (41,) at recalls 0, 1/40 … 1
    r40: float  # average precision 0..1, as ranked since October 2019
    r11: float  # average precision 0..1, as ranked before


def evaluate(images: Sequence[LabelledImage], detections: Mapping[str, Detections]) -> dict[str, Score]:
    """Score per difficulty: "easy", "moderate", "hard".

    Warns where a difficulty has fewer than 41 cars, for which the protocol was not made (see
    `recall_thresholds`).
    """
    scores = {}
    for difficulty, matches in zip(DIFFICULTIES, match(pool(images, detections)), strict=True):
        scores[difficulty.name] = _score(difficulty, matches)
    return scores


def _score(difficulty: Difficulty, matches: Matches) -> Score:
    positives = int(matches.records.positives.sum())
    if positives < SAMPLES:
        warnings.warn(
            f"KITTI {difficulty.name}: {positives} cars to find, fewer than {SAMPLES}. Each adds one recall "
            f"threshold, and those missing count as precision 0: R40 cannot exceed "
            f"{max(positives - 1, 0) / (SAMPLES - 1):.3f} here, however good the detections are",
            stacklevel=3,
        )
    precision = sampled_precision(matches)
    return Score(difficulty, matches, positives, precision, r40(precision), r11(precision))


def r40(precision: Floats) -> float:
    """Mean precision (41,) at recalls 1/40, 2/40 … 1: without recall 0, which one lucky detection fills."""
    return float(precision[1:].mean())


def r11(precision: Floats) -> float:
    """Mean precision (41,) at recalls 0, 0.1 … 1."""
    return float(precision[::4].mean())


def sampled_precision(matches: Matches, weights: Ints | None = None) -> Floats:
    """(41,) the best precision at each sampled recall or a higher one; 0 where the recall is not reached.

    `weights` (I,) says how often each image counts. A threshold at which nothing counts has precision 0 (the
    devkit divides 0 by 0 there).
    """
    hits, misses, positives = counts(matches.records, weights)
    hit_scores = matches.hit_scores
    if weights is not None:
        hit_scores = np.repeat(hit_scores, weights[matches.hit_image])
    thresholds = recall_thresholds(hit_scores, positives)
    reached = np.searchsorted(-matches.records.scores, -thresholds, side="right")
    hits, misses = np.append(0, hits)[reached], np.append(0, misses)[reached]
    precision = np.zeros(SAMPLES)
    precision[: len(thresholds)] = hits / np.maximum(hits + misses, 1)
    return np.maximum.accumulate(precision[::-1])[::-1]


def recall_thresholds(scores: Floats, positives: int) -> Floats:
    """(at most 41,) the scores at which precision is sampled, from descending scores of true positives.

    For the recalls 0, 1/40 … 1 in turn, the first remaining score whose recall is nearer than the next
    one's. A score serves once: fewer than 41 positives give fewer than 41 thresholds, and the k-th then
    stands for recall (k - 1)/40, whatever its own recall is.
    """
    chosen: list[float] = []
    recall, index, last = 0.0, 0, len(scores) - 1
    while index <= last:
        # Recall must come near `recall`: those before this one surely don't, so start here.
        index = min(max(index, int(recall * positives) - 3), last)
        while index < last and (index + 2) / positives - recall < recall - (index + 1) / positives:
            index += 1
        chosen.append(scores[index])
        recall += 1.0 / (SAMPLES - 1.0)
        index += 1
    return np.array(chosen)


@dataclass(frozen=True, eq=False)
class _Roles:
    """What a difficulty makes of objects and detections; lists, since they are read one by one."""

    positive: list[bool]  # (G,) objects to find
    high: list[bool]  # (D,) detections high enough to count
    blamed: list[bool]  # (D,) those that are false unless an object takes them


# Objects with the detections that overlap them, by descending score, and the overlaps.
Contest = list[tuple[int, list[tuple[int, float]]]]


def match(everything: Pool) -> list[Matches]:
    """Matches for each of DIFFICULTIES."""
    contests = list(_contests(everything))
    return [_match(everything, _roles(everything, each), contests) for each in DIFFICULTIES]


def _roles(everything: Pool, difficulty: Difficulty) -> _Roles:
    truth = everything.truth
    positive = (
        (truth.kind == "Car")
        & ~truth.ignored
        & (everything.heights > difficulty.height_px)
        & (truth.occlusion <= difficulty.occlusion)
        & (truth.truncation <= difficulty.truncation)
    )
    high = everything.boxes[:, 3] - everything.boxes[:, 1] >= difficulty.height_px
    blamed = high & ~_in_region(everything)
    return _Roles(positive.tolist(), high.tolist(), blamed.tolist())


def _in_region(everything: Pool) -> Bools:
    """(D,) detections with more than 0.7 of their area in one DontCare region."""
    pairs = pairs_with(everything, regions(everything), IOU, over_detection=True)
    inside = np.zeros(len(everything.scores), bool)
    inside[pairs.b[pairs.overlap > IOU]] = True
    return inside


def _contests(everything: Pool) -> Iterator[Contest]:
    """Cars and vans with the detections they compete for, those that share none apart."""
    truth = everything.truth
    objects = ((truth.kind == "Car") | (truth.kind == "Van")) & ~truth.ignored
    pairs = pairs_with(everything, objects, IOU)
    beyond = pairs.overlap > IOU
    a, b, overlap = pairs.a[beyond], pairs.b[beyond], pairs.overlap[beyond]
    number = _connected(a, b, len(truth.kind), len(everything.scores))
    order = np.lexsort((b, a, number))
    columns = (each[order].tolist() for each in (number, a, b, overlap))
    contest: Contest = []
    current = -1
    for this, obj, detection, share in zip(*columns, strict=True):
        if this != current and contest:
            yield contest
            contest = []
        if not contest or contest[-1][0] != obj:
            contest.append((obj, []))
        contest[-1][1].append((detection, share))
        current = this
    if contest:
        yield contest


def _connected(a: Ints, b: Ints, a_count: int, b_count: int) -> Ints:
    """(P,) for pairs (a, b) of a graph, the smallest `a` that each is connected with."""
    label = np.arange(a_count)
    while True:
        of_b = np.full(b_count, a_count)
        np.minimum.at(of_b, b, label[a])
        lowered = label.copy()
        np.minimum.at(lowered, a, of_b[b])
        if np.array_equal(lowered, label):
            return label[a]
        label = lowered


def _match(everything: Pool, roles: _Roles, contests: list[Contest]) -> Matches:
    hits = [0] * len(roles.high)
    misses = [int(blamed) for blamed in roles.blamed]
    first_hits: list[int] = []
    for contest in contests:
        first_hits += _hits_by_score(contest, roles)
        before = (0, 0)
        detections = {detection for _, candidates in contest for detection, _ in candidates}
        for last in sorted(detections):
            now = _outcome_by_overlap(contest, roles, last)
            hits[last] += now[0] - before[0]
            misses[last] -= now[1] - before[1]
            before = now
    positive = np.array(roles.positive, bool)
    chosen = np.array(first_hits, np.int64)
    chosen = chosen[np.argsort(-everything.scores[chosen], kind="stable")]
    return Matches(
        records(
            everything.scores,
            np.array(hits, np.int64),
            np.array(misses, np.int64),
            everything.image,
            np.bincount(everything.truth_image[positive], minlength=len(everything.ids)),
        ),
        everything.scores[chosen],
        everything.image[chosen],
    )


def _hits_by_score(contest: Contest, roles: _Roles) -> list[int]:
    """True positives where every object in turn takes the free detection of highest score."""
    taken: set[int] = set()
    hits = []
    for obj, candidates in contest:
        free = next((detection for detection, _ in candidates if detection not in taken), None)
        if free is None:
            continue
        taken.add(free)
        if roles.positive[obj] and roles.high[free]:
            hits.append(free)
    return hits


def _outcome_by_overlap(contest: Contest, roles: _Roles, last: int) -> tuple[int, int]:
    """True positives, and detections acquitted of being false, with the detections up to index `last`.

    Every object in turn takes the free detection of largest overlap. (Where all are too low to count, the
    devkit gives it the first of them, which changes neither number.)
    """
    taken: set[int] = set()
    hits = acquitted = 0
    for obj, candidates in contest:
        best, best_overlap = -1, 0.0
        for detection, overlap in candidates:
            if detection > last:
                break
            if roles.high[detection] and overlap > best_overlap and detection not in taken:
                best, best_overlap = detection, overlap
        if best >= 0:
            taken.add(best)
            hits += roles.positive[obj]
            acquitted += roles.blamed[best]
    return hits, acquitted
