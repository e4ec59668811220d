"""The paper's protocol: which cars count, and that its AP behaves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import RECIPES, Recipe, detections_of, labels, made_up
from numpy.random import RandomState

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics import paper
from training.metrics.pool import pool

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=30)


def street(boxes: list[list[float]], **fields: object) -> LabelledImage:
    return LabelledImage(
        "only", Path("none.png"), 1242, 375, "", labels(["Car"] * len(boxes), np.array(boxes), **fields)
    )


@pytest.mark.parametrize(
    ("height", "truncation", "occlusion", "counts"),
    [(41, 0.0, 0, True), (40, 0.0, 0, False), (41, 0.14, 0, True), (41, 0.15, 0, False), (41, 0.0, 3, True)],
)
def test_cars_that_count(height: float, truncation: float, occlusion: int, counts: bool) -> None:
    box = [0.0, 0, 80, height]
    image = street([box], truncation=truncation, occlusion=occlusion)
    score = paper.evaluate([image], {"only": detections_of(np.array([box]), np.array([0.5]))})
    assert score.positives == int(counts)
    assert score.ap == 1 if counts else np.isnan(score.ap)


def test_cars_that_do_not_count_are_neutral() -> None:
    boxes = [[0.0, 0, 80, 50], [200.0, 0, 240, 30]]
    score = paper.evaluate(
        [street(boxes)], {"only": detections_of(np.array(boxes[::-1]), np.array([0.9, 0.5]))}
    )
    assert (score.positives, score.ap) == (1, 1)


@FEW
@given(SEEDS)
def test_perfect_detections_score_one(seed: int) -> None:
    images, _ = made_up(Recipe(seed, images=4, objects=5, blank=0, crowd=True))
    everything = pool(images, {})
    counted = paper.counted(everything)
    perfect = {}
    for index, image in enumerate(images):
        boxes = image.truth.boxes[counted[everything.objects_of(index)]]
        perfect[image.id] = detections_of(boxes, RandomState(seed).random_sample(len(boxes)))
    score = paper.evaluate(images, perfect)
    assert score.positives == counted.sum()
    assert score.ap == pytest.approx(1) if score.positives else np.isnan(score.ap)


@FEW
@given(SEEDS)
def test_the_order_of_images_and_detections_does_not_matter(seed: int) -> None:
    images, detections = made_up(Recipe(seed, images=4, copies=3, crowd=True))
    chance = RandomState(seed)
    shuffled = {}
    for name in reversed(detections):
        order = chance.permutation(len(detections[name].scores))
        shuffled[name] = Detections(detections[name].boxes[order], detections[name].scores[order])
    first, second = paper.evaluate(images, detections), paper.evaluate(images[::-1], shuffled)
    assert first.ap == pytest.approx(second.ap, nan_ok=True)


@FEW
@given(SEEDS)
def test_a_false_detection_never_raises_it(seed: int) -> None:
    images, detections = made_up(Recipe(seed, images=4, blank=0))
    before = paper.evaluate(images, detections).ap
    name = images[0].id
    found = detections[name]
    nowhere = np.array([[1100.0, 300, 1200, 370]])
    added = Detections(np.concatenate([found.boxes, nowhere]), np.append(found.scores, 0.5))
    after = paper.evaluate(images, {**detections, name: added}).ap
    assert np.isnan(before) or after <= before + 1e-12


def test_forty_recall_points_lie_close_to_the_whole_area() -> None:
    images, detections = made_up(replace(RECIPES["good"], images=300))
    whole, forty = (paper.evaluate(images, detections, points).ap for points in (None, 40))
    assert whole != forty
    assert whole == pytest.approx(forty, abs=0.02)
