"""COCO's AP through pycocotools: our objects reach it as what they are."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from made_up import RECIPES, detections_of, labels, made_up
from numpy.random import RandomState

from training.data.truth import LabelledImage, Truth
from training.metrics import coco
from training.metrics.curves import average_precision, curve
from training.metrics.matching import assign, match_records
from training.metrics.pool import pool

CAR, OTHER = [0.0, 0, 80, 50], [200.0, 0, 280, 50]


def score(kind: list[str], found: list[list[float]], scores: list[float], **told: object) -> dict[str, float]:
    truth = labels(kind, np.array([CAR, OTHER][: len(kind)]), **told)
    image = LabelledImage("only", Path("none.png"), 1242, 375, "", truth)
    return coco.evaluate([image], {"only": detections_of(np.array(found), np.array(scores))})


def test_perfect_detections_score_one() -> None:
    figures = score(["Car"], [CAR], [0.5])
    assert figures == pytest.approx({"AP": 1, "AP50": 1, "AP75": 1, "AR100": 1})


def test_stricter_overlaps_ask_for_better_boxes() -> None:
    figures = score(["Car"], [[0, 0, 80, 30.2]], [0.5])  # an overlap of 0.604
    assert figures == pytest.approx({"AP": 0.3, "AP50": 1, "AP75": 0, "AR100": 0.3})


def test_nothing_found_scores_zero() -> None:
    assert score(["Car"], [], [])["AP"] == 0


def test_nothing_to_find_has_no_score() -> None:
    assert np.isnan(score([], [CAR], [0.5])["AP"])


@pytest.mark.parametrize(
    ("kind", "expected"), [("Van", 1.0), ("DontCare", 1.0), ("Truck", 0.5), ("Pedestrian", 0.5)]
)
def test_neutral_objects_are_crowds_and_others_are_background(kind: str, expected: float) -> None:
    assert score(["Car", kind], [OTHER, CAR], [0.9, 0.5])["AP50"] == pytest.approx(expected)


def test_instances_not_to_be_asked_for_are_crowds() -> None:
    assert score(["Car", "Car"], [OTHER, CAR], [0.9, 0.5], ignored=[False, True])["AP50"] == pytest.approx(1)


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    score(["Car"], [CAR], [0.5])
    assert capsys.readouterr().out == ""


def test_our_own_matching_agrees() -> None:
    images, detections = made_up(RECIPES["good"])
    images = [replace(each, truth=without_vans(each.truth)) for each in images]  # COCO takes them for crowds
    chance = RandomState(0)  # COCO orders equal scores anyhow; these are all different
    detections = {
        name: detections_of(found.boxes, chance.random_sample(len(found.scores)))
        for name, found in detections.items()
    }
    everything = pool(images, detections)
    found = match_records(everything, assign(everything, everything.truth.cars, 0.5))
    theirs = coco.evaluate(images, detections)["AP50"]
    best = curve(found).precision.max()  # COCO's 101 recalls begin at 0
    assert (best + 100 * average_precision(found, recall_points=100)) / 101 == pytest.approx(theirs, abs=1e-6)


def without_vans(truth: Truth) -> Truth:
    kept = truth.kind != "Van"
    return Truth(**{each.name: getattr(truth, each.name)[kept] for each in fields(truth)})
