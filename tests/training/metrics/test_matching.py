"""Who found whom: small streets whose outcome is plain, and rules that hold on any."""

from pathlib import Path

import numpy as np
import pytest
from made_up import RECIPES, detections_of, labels, made_up

from training.data.truth import LabelledImage
from training.metrics.matching import Mistake, Outcome, assign, count_mistakes, match_records, mistakes
from training.metrics.pool import Pool, pool

FALSE, TRUE, NEUTRAL = Outcome.FALSE_POSITIVE, Outcome.TRUE_POSITIVE, Outcome.NEUTRAL

CAR = [0.0, 0, 100, 100]
FAR_CAR = [500.0, 0, 600, 100]


def street(
    kind: list[str],
    boxes: list[list[float]],
    found: list[list[float]],
    scores: list[float] | None = None,
    ignored: list[bool] | bool = False,
) -> Pool:
    """One image; the detections' scores descend unless told."""
    truth = labels(kind, np.array(boxes), ignored=ignored)
    scores = scores or [1 - 0.1 * number for number in range(len(found))]
    return pool(
        [LabelledImage("only", Path("none.png"), 1242, 375, "", truth)],
        {"only": detections_of(np.array(found), np.array(scores))},
    )


def outcomes(everything: Pool) -> list[int]:
    return assign(everything, everything.truth.cars, 0.5).outcome.tolist()


def test_an_overlap_of_exactly_a_half_is_enough() -> None:
    assert outcomes(street(["Car"], [CAR], [[0, 0, 50, 100]])) == [TRUE]
    assert outcomes(street(["Car"], [CAR], [[0, 0, 49, 100]])) == [FALSE]


def test_the_surest_detection_gets_the_car() -> None:
    assert outcomes(street(["Car"], [CAR], [[0, 0, 60, 100], CAR])) == [TRUE, FALSE]


def test_of_equal_scores_the_better_box_gets_the_car() -> None:
    for boxes in ([[0, 0, 60, 100], CAR], [CAR, [0, 0, 60, 100]]):
        everything = street(["Car"], [CAR], boxes, scores=[0.5, 0.5])
        assert everything.boxes[assign(everything, np.array([True]), 0.5).truth == 0].tolist() == [CAR]


def test_a_detection_takes_the_car_it_overlaps_most() -> None:
    shifted = [20.0, 0, 120, 100]
    found = assign(street(["Car", "Car"], [CAR, shifted], [shifted, shifted]), np.array([True, True]), 0.5)
    assert found.truth.tolist() == [1, 0]  # the second detection takes the car that is left
    assert found.found.all()


@pytest.mark.parametrize(("kind", "outcome"), [("Van", NEUTRAL), ("DontCare", NEUTRAL), ("Truck", FALSE)])
def test_what_lies_under_a_detection_decides(kind: str, outcome: Outcome) -> None:
    assert outcomes(street(["Car", kind], [CAR, FAR_CAR], [FAR_CAR, FAR_CAR])) == [outcome] * 2


def test_a_region_takes_what_lies_inside_and_a_van_only_what_fits() -> None:
    small = [510.0, 10, 530, 30]
    assert outcomes(street(["DontCare"], [FAR_CAR], [small])) == [NEUTRAL]
    assert outcomes(street(["Car"], [FAR_CAR], [small], ignored=[True])) == [NEUTRAL]
    assert outcomes(street(["Van"], [FAR_CAR], [small])) == [FALSE]


def test_a_car_that_is_not_asked_for_is_neutral() -> None:
    everything = street(["Car", "Car"], [CAR, FAR_CAR], [FAR_CAR, CAR])
    assert assign(everything, np.array([True, False]), 0.5).outcome.tolist() == [NEUTRAL, TRUE]


def test_mistakes_by_kind() -> None:
    everything = street(
        ["Car", "Car", "Pedestrian", "Van"],
        [CAR, FAR_CAR, [200.0, 0, 240, 100], [800.0, 0, 900, 100]],
        [
            CAR,
            [0, 0, 100, 90],  # a second time
            [560, 0, 660, 100],  # a quarter over the car
            [200, 0, 250, 100],  # a pedestrian
            [860, 0, 960, 100],  # a quarter over the van
            [1000, 200, 1100, 300],  # nothing
            [100, 0, 200, 100],  # beside everything
        ],
    )
    found = assign(everything, everything.truth.cars, 0.5)
    kinds, on = mistakes(everything, found)
    assert [Mistake(kind).name for kind in kinds] == [
        "NONE",
        "DUPLICATE",
        "LOCALISATION",
        "OTHER_CLASS",
        "OTHER_CLASS",
        "BACKGROUND",
        "BACKGROUND",
    ]
    assert on.tolist() == [-1, 0, 1, 2, 3, -1, -1]
    assert everything.truth.kind[on[3:5]].tolist() == ["Pedestrian", "Van"]
    assert count_mistakes(kinds) == {"background": 2, "localisation": 1, "duplicate": 1, "other_class": 2}


def test_a_street_without_objects_has_background_mistakes_alone() -> None:
    everything = street([], [], [CAR, FAR_CAR])
    kinds, on = mistakes(everything, assign(everything, everything.truth.cars, 0.5))
    assert (kinds == Mistake.BACKGROUND).all()
    assert (on == -1).all()


@pytest.mark.parametrize("name", RECIPES)
def test_every_match_is_one_to_one_and_within_its_image(name: str) -> None:
    everything = pool(*made_up(RECIPES[name]))
    found = assign(everything, everything.truth.cars, 0.5)
    hit = np.flatnonzero(found.outcome == TRUE)
    objects = found.truth[hit]
    assert len(np.unique(objects)) == len(objects)
    assert (everything.truth_image[objects] == everything.image[hit]).all()
    assert everything.truth.cars[objects].all()
    assert found.found.sum() == len(hit)
    records = match_records(everything, found)
    assert (records.hits.sum(), records.misses.sum()) == (len(hit), (found.outcome == FALSE).sum())
    kinds, _ = mistakes(everything, found)
    np.testing.assert_array_equal(kinds == Mistake.NONE, found.outcome != FALSE)
