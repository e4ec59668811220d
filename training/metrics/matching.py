"""Which detection found which object, and what the false ones are; all protocols but KITTI's use this."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from training.metrics.curves import Records, records
from training.metrics.overlaps import Ints, Pairs, overlapping_pairs
from training.metrics.pool import Bools, Pool


class Outcome(IntEnum):
    """What a detection is."""

    FALSE_POSITIVE = 0
    TRUE_POSITIVE = 1
    NEUTRAL = 2  # on something that is neither to be found nor wrong to find


class Mistake(IntEnum):
    """Why a detection is false (after Hoiem et al. 2012, section 2.1)."""

    NONE = 0  # it is not false
    BACKGROUND = 1  # no object under it
    LOCALISATION = 2  # on a car, but the box is too far off
    DUPLICATE = 3  # on a car that a detection of higher score has found
    OTHER_CLASS = 4  # on a truck, a pedestrian …


TOUCHING = 0.1  # the overlap from which a false detection has to do with an object (Hoiem et al. 2012)


@dataclass(frozen=True, eq=False)
class Assignment:
    """The outcome of each of a pool's D detections against its G objects."""

    outcome: NDArray[np.int8]  # (D,) Outcome
    truth: Ints  # (D,) the object that a true positive found, else -1
    positive: Bools  # (G,) the objects to find
    found: Bools  # (G,) those found at any score
    iou: float  # the overlap asked for


def regions(pool: Pool) -> Bools:
    """(G,) areas that may hold anything: KITTI's DontCare, and instances labelled as not to be asked for."""
    anywhere: Bools = (pool.truth.kind == "DontCare") | pool.truth.ignored
    return anywhere


def assign(pool: Pool, positive: Bools, iou: float) -> Assignment:
    """Match detections with the objects to find, `positive` (G,), those of highest score first.

    Each takes the free object of `positive` that it overlaps most, if the intersection over union is at
    least `iou` (as COCO does; PASCAL VOC gives a detection up if that object is taken). One that gets none
    is neutral if it overlaps any other car, or a van, so much, or if that part of its own area lies in a
    region (see `regions`); all of these take any number of detections. What is left is false.
    """
    outcome = np.full(len(pool.scores), Outcome.FALSE_POSITIVE, np.int8)
    outcome[_on_neutral(pool, (pool.truth.cars | pool.truth.neutral) & ~positive, iou)] = Outcome.NEUTRAL
    truth = _matches(pool, positive, iou)
    outcome[truth >= 0] = Outcome.TRUE_POSITIVE
    found = np.zeros(len(positive), bool)
    found[truth[truth >= 0]] = True
    return Assignment(outcome, truth, positive, found, iou)


def pairs_with(pool: Pool, objects: Bools, at_least: float, over_detection: bool = False) -> Pairs:
    """Overlaps between some of the objects (`a`, index into all G) and the detections (`b`)."""
    index = np.flatnonzero(objects)
    pairs = overlapping_pairs(
        pool.truth.boxes[index],
        pool.truth_image[index],
        pool.boxes,
        pool.image,
        at_least,
        over_b=over_detection,
    )
    return pairs._replace(a=index[pairs.a])


def _matches(pool: Pool, positive: Bools, iou: float) -> Ints:
    """(D,) the object that each detection gets, or -1."""
    pairs = pairs_with(pool, positive, iou)
    matched = np.full(len(pool.scores), -1, np.int64)
    taken: set[int] = set()
    # Detections of one image are in descending score, and images do not meet: the order of `b` will do. Those
    # of equal score take turns by overlap, so that their order does not matter.
    changed = (np.diff(pool.scores, prepend=np.nan) != 0) | (np.diff(pool.image, prepend=-1) != 0)
    order = np.lexsort((pairs.a, -pairs.overlap, np.cumsum(changed)[pairs.b]))
    for truth, detection in zip(pairs.a[order].tolist(), pairs.b[order].tolist(), strict=True):
        if matched[detection] < 0 and truth not in taken:
            matched[detection] = truth
            taken.add(truth)
    return matched


def _on_neutral(pool: Pool, neutral: Bools, iou: float) -> Bools:
    """(D,) detections on a neutral object or in a neutral region."""
    anywhere = regions(pool)
    touched = np.zeros(len(pool.scores), bool)
    touched[pairs_with(pool, neutral & ~anywhere, iou).b] = True
    touched[pairs_with(pool, neutral & anywhere, iou, over_detection=True).b] = True
    return touched


def match_records(pool: Pool, found: Assignment) -> Records:
    """The assignment as records for curves."""
    return records(
        pool.scores,
        (found.outcome == Outcome.TRUE_POSITIVE).astype(np.int64),
        (found.outcome == Outcome.FALSE_POSITIVE).astype(np.int64),
        pool.image,
        np.bincount(pool.truth_image[found.positive], minlength=len(pool.ids)),
    )


def mistakes(pool: Pool, found: Assignment) -> tuple[NDArray[np.int8], Ints]:
    """(D,) the Mistake of each detection, and (D,) the object that a false one was made on, or -1.

    A false detection that overlaps an object to find as much as asked for is a duplicate. Otherwise the
    object that it overlaps most, from TOUCHING up, decides: its kind, `pool.truth.kind` there, names the
    class that was confused. DontCare regions have no class and say nothing.
    """
    false = found.outcome == Outcome.FALSE_POSITIVE
    touched = _most_overlapped(pairs_with(pool, pool.truth.kind != "DontCare", TOUCHING), len(false))
    duplicated = _most_overlapped(pairs_with(pool, found.positive, found.iou), len(false))
    on = np.where(duplicated >= 0, duplicated, touched)
    on_car = np.append(pool.truth.kind == "Car", False)[on]
    kind = np.select(
        [~false, duplicated >= 0, on_car, on >= 0],
        [Mistake.NONE, Mistake.DUPLICATE, Mistake.LOCALISATION, Mistake.OTHER_CLASS],
        Mistake.BACKGROUND,
    )
    return kind.astype(np.int8), np.where(false, on, -1)


def _most_overlapped(pairs: Pairs, detections: int) -> Ints:
    """(D,) the object that each detection overlaps most, or -1."""
    most = np.full(detections, -1, np.int64)
    rising = np.lexsort((-pairs.a, pairs.overlap))
    most[pairs.b[rising]] = pairs.a[rising]  # the last write, of the largest overlap, stays
    return most


def count_mistakes(kinds: NDArray[np.int8]) -> dict[str, int]:
    """How many of each mistake, by its name in lower case."""
    numbers = np.bincount(kinds, minlength=len(Mistake))
    return {mistake.name.lower(): int(numbers[mistake]) for mistake in Mistake if mistake is not Mistake.NONE}
