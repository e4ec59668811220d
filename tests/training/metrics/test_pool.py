"""Laying images end to end, what it refuses, and overlaps against one pair at a time."""

from dataclasses import replace

import numpy as np
import pytest
from made_up import RECIPES, detections_of, made_up

from conf.errors import UserError
from training.data.detections import Detections
from training.metrics import overlaps
from training.metrics.overlaps import Floats, overlapping_pairs
from training.metrics.pool import pool

IMAGES, DETECTIONS = made_up(RECIPES["few cars"])
FIRST = IMAGES[0].id


def test_an_image_without_entry_has_no_detections() -> None:
    everything = pool(IMAGES, {})
    assert len(everything.scores) == 0
    assert len(everything.truth.kind) == sum(len(each.truth.kind) for each in IMAGES)


def test_objects_and_detections_of_an_image_are_found_again() -> None:
    everything = pool(IMAGES, DETECTIONS)
    for index, each in enumerate(IMAGES):
        np.testing.assert_array_equal(everything.truth.boxes[everything.objects_of(index)], each.truth.boxes)
        at = everything.detections_of(index)
        np.testing.assert_array_equal(everything.scores[at], DETECTIONS[each.id].scores)
        np.testing.assert_array_equal(everything.boxes[at], DETECTIONS[each.id].boxes)


def test_unsorted_detections_are_sorted() -> None:
    unsorted = Detections(np.array([[0.0, 0, 1, 1], [0, 0, 2, 2], [0, 0, 3, 3]]), np.array([0.2, 0.9, 0.2]))
    everything = pool(IMAGES, {FIRST: unsorted})
    assert everything.boxes[:, 2].tolist() == [2, 1, 3]


def test_images_of_one_group_are_one_cluster() -> None:
    groups = ["a", "", "a", "", "b"]
    images = [replace(each, group=group) for each, group in zip(IMAGES, groups, strict=False)]
    assert pool(images, {}).clusters.tolist() == [0, 1, 0, 2, 3]


@pytest.mark.parametrize(
    ("box", "score", "problem"),
    [
        ([0, 0, 5, 5], np.nan, "finite"),
        ([0, 0, 5, 5], np.inf, "finite"),
        ([0, 0, np.nan, 5], 0.5, "finite"),
        ([5, 0, 0, 5], 0.5, "x1 <= x2"),
    ],
)
def test_wrong_detections_are_refused_by_image(box: list[float], score: float, problem: str) -> None:
    wrong = detections_of(np.array([box]), np.array([score]))
    with pytest.raises(UserError, match=rf"image {FIRST}: .*{problem}"):
        pool(IMAGES, {FIRST: wrong})


def test_boxes_without_their_scores_are_refused() -> None:
    with pytest.raises(UserError, match="2 boxes but 1 scores"):
        pool(IMAGES, {FIRST: Detections(np.zeros((2, 4)), np.zeros(1))})


def test_an_empty_set_a_repeated_id_and_a_stranger_are_refused() -> None:
    with pytest.raises(UserError, match="no images"):
        pool([], {})
    with pytest.raises(UserError, match=f"image {FIRST} is in the set twice"):
        pool([*IMAGES, IMAGES[0]], {})
    with pytest.raises(UserError, match="image 999, which is not among the 8"):
        pool(IMAGES, {"999": DETECTIONS[FIRST]})


def overlap_of_one_pair(a: Floats, b: Floats, over_b: bool) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    own = (b[2] - b[0]) * (b[3] - b[1])
    union = own if over_b else own + (a[2] - a[0]) * (a[3] - a[1]) - width * height
    return float(width * height / union)


@pytest.mark.parametrize("over_b", [False, True])
def test_overlaps_are_those_of_every_pair_in_an_image(over_b: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlaps, "CHUNK", 100)  # in several portions
    everything = pool(*made_up(replace(RECIPES["crowded"], images=12)))
    a, b = everything.truth.boxes, everything.boxes
    pairs = overlapping_pairs(a, everything.truth_image, b, everything.image, 0.3, over_b)
    expected = [
        (i, j, overlap)
        for i in range(len(a))
        for j in range(len(b))
        if everything.truth_image[i] == everything.image[j]
        and (overlap := overlap_of_one_pair(a[i], b[j], over_b)) >= 0.3
    ]
    assert len(expected) > 100
    np.testing.assert_allclose(np.array(pairs).T, expected)
