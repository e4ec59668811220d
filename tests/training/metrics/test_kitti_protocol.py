"""KITTI's protocol: the official program's figures, and by hand where a case fits in one's head."""

import json
import tarfile
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up import RECIPES, Recipe, detections_of, from_label_file, labels, made_up, on_real_labels
from numpy.random import RandomState

from training.data.detections import Detections
from training.data.truth import LabelledImage, Truth
from training.metrics.kitti import SAMPLES, Score, evaluate, sampled_precision
from training.metrics.overlaps import Floats

OFFICIAL = json.loads(Path(__file__).with_name("official_kitti.json").read_text(encoding="utf-8"))

CAR = [100.0, 100.0, 200.0, 150.0]  # 50 px high


def assert_official(scores: Mapping[str, Score], official: Mapping[str, list[float]]) -> None:
    assert scores.keys() == official.keys()
    for name, score in scores.items():
        expected = np.zeros(SAMPLES)
        expected[: len(official[name])] = official[name]
        np.testing.assert_allclose(score.precision, expected, atol=1e-6)
        assert score.r40 == pytest.approx(sum(expected[1:]) / 40, abs=1e-6)
        assert score.r11 == pytest.approx(sum(expected[::4]) / 11, abs=1e-6)


@pytest.mark.filterwarnings("ignore:KITTI")
@pytest.mark.parametrize("name", RECIPES)
def test_precision_equals_the_official_programs(name: str) -> None:
    assert_official(evaluate(*made_up(RECIPES[name])), OFFICIAL["made_up"][name])


def test_precision_on_real_labels_equals_the_official_programs(kitti_truths: dict[str, Truth]) -> None:
    score = evaluate(*on_real_labels(kitti_truths, Recipe(7, 0, copies=3)))
    assert_official(score, OFFICIAL["real_labels"]["all"])


def test_precision_on_the_labels_with_images_equals_the_official_programs(
    kitti: Path, kitti_truths: dict[str, Truth]
) -> None:
    truths = {path.stem: kitti_truths[path.stem] for path in (kitti / "training" / "label_2").glob("*.txt")}
    scores = evaluate(*on_real_labels(truths, Recipe(6, 0, copies=2, digits=2)))
    assert_official(scores, OFFICIAL["real_labels"]["with images"])


@pytest.fixture(scope="module")
def kitti_truths(kitti: Path) -> dict[str, Truth]:
    """Truth of the 7,380 label files in the folder of real KITTI."""
    with tarfile.open(kitti / "label_2_others.tar.gz") as archive:
        files = {Path(member.name).stem: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: from_label_file(file.read().decode()) for name, file in files.items() if file}


def image(name: str, kind: list[str], boxes: list[list[float]], **fields: float) -> LabelledImage:
    return LabelledImage(name, Path("none.png"), 1242, 375, "", labels(kind, np.array(boxes), **fields))


def many(
    truth: Truth, boxes: list[list[float]], scores: list[float], count: int = 41
) -> tuple[list[LabelledImage], dict[str, Detections]]:
    """The same picture over and over, for enough cars."""
    images = [LabelledImage(str(n), Path("none.png"), 1242, 375, "", truth) for n in range(count)]
    found = detections_of(np.array(boxes), np.array(scores))
    return images, {each.id: found for each in images}


def precisions(truth: Truth, boxes: list[list[float]], scores: list[float]) -> Floats:
    return evaluate(*many(truth, boxes, scores))["easy"].precision


def test_perfect_detections_score_one() -> None:
    scores = evaluate(*many(labels(["Car"], np.array([CAR])), [CAR], [0.9]))
    assert [(score.r40, score.r11) for score in scores.values()] == [(1, 1)] * 3


def test_no_detection_scores_zero() -> None:
    scores = evaluate(*many(labels(["Car"], np.array([CAR])), [], []))
    assert [(score.r40, score.r11) for score in scores.values()] == [(0, 0)] * 3


@pytest.mark.filterwarnings("ignore:KITTI (moderate|hard)")
def test_fewer_than_41_cars_are_warned_of_and_cap_r40() -> None:
    with pytest.warns(UserWarning, match=r"easy: 11 cars to find.* cannot exceed 0\.250"):
        score = evaluate(*many(labels(["Car"], np.array([CAR])), [CAR], [0.9], count=11))["easy"]
    assert score.r40 == 0.25


def test_41_cars_are_enough() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluate(*many(labels(["Car"], np.array([CAR])), [CAR], [0.9]))


def test_an_overlap_of_exactly_0_7_is_too_little() -> None:
    truth = labels(["Car"], np.array([[0.0, 0, 100, 100]]))
    assert precisions(truth, [[0, 0, 70, 100]], [0.9]).max() == 0
    assert precisions(truth, [[0, 0, 71, 100]], [0.9]).min() == 1


@pytest.mark.parametrize(
    ("height", "occlusion", "truncation", "easy", "moderate", "hard"),
    [
        (40, 0, 0.0, 0, 41, 41),  # must be higher than 40
        (40.01, 0, 0.15, 41, 41, 41),
        (25, 0, 0.0, 0, 0, 0),
        (41, 1, 0.0, 0, 41, 41),
        (41, 0, 0.16, 0, 41, 41),
        (41, 2, 0.0, 0, 0, 41),
        (41, 0, 0.5, 0, 0, 41),
        (41, 3, 0.0, 0, 0, 0),
    ],
)
@pytest.mark.filterwarnings("ignore:KITTI")
def test_difficulties(
    height: float, occlusion: int, truncation: float, easy: int, moderate: int, hard: int
) -> None:
    box = [0.0, 0.0, 100.0, height]
    truth = labels(["Car"], np.array([box]), truncation=truncation, occlusion=occlusion)
    scores = evaluate(*many(truth, [box], [0.5]))
    assert [score.positives for score in scores.values()] == [easy, moderate, hard]


@pytest.mark.parametrize(
    ("other", "neutral"), [("Van", True), ("DontCare", True), ("Truck", False), ("Misc", False)]
)
def test_detections_on_vans_and_dont_care_are_neutral(other: str, neutral: bool) -> None:
    elsewhere = [400.0, 100.0, 500.0, 150.0]
    truth = labels(["Car", other], np.array([CAR, elsewhere]))
    assert precisions(truth, [CAR, elsewhere], [0.5, 0.9])[0] == (1.0 if neutral else 0.5)


def test_dont_care_counts_by_the_detections_own_area() -> None:
    wide = labels(["Car", "DontCare"], np.array([CAR, [300.0, 0, 900, 300]]))
    inside, half_inside = [400.0, 100.0, 500.0, 150.0], [250.0, 100.0, 350.0, 150.0]
    assert precisions(wide, [CAR, inside], [0.5, 0.9])[0] == 1
    assert precisions(wide, [CAR, half_inside], [0.5, 0.9])[0] == 0.5


def test_seven_tenths_of_a_detection_in_dont_care_are_too_little() -> None:
    truth = labels(["Car", "DontCare"], np.array([CAR, [300.0, 0, 900, 300]]))
    for left, expected in ((270.0, 0.5), (271.0, 1.0)):
        assert precisions(truth, [CAR, [left, 100, left + 100, 150]], [0.5, 0.9])[0] == expected


def test_of_two_equal_overlaps_the_surer_detection_takes_the_car() -> None:
    first, second = [10.0, 0, 110, 100], [30.0, 0, 130, 100]
    left, between = [0.0, 0, 100, 100], [20.0, 0, 120, 100]  # the one between suits both cars
    precision = precisions(labels(["Car", "Car"], np.array([first, second])), [left, between], [0.9, 0.8])
    assert precision.min() == 1


def test_instances_not_to_be_asked_for_are_neutral() -> None:
    elsewhere = [400.0, 100.0, 500.0, 150.0]
    truth = labels(["Car", "Car"], np.array([CAR, elsewhere]), ignored=[False, True])
    score = evaluate(*many(truth, [CAR, elsewhere], [0.5, 0.9]))["easy"]
    assert (score.positives, score.r40) == (41, 1)


def test_false_detections_lower_than_the_difficulty_asks_are_left_out() -> None:
    truth = labels(["Car"], np.array([CAR]))
    for height, expected in ((39.9, 1.0), (40.0, 0.5)):
        low = [400.0, 100.0, 500.0, 100.0 + height]
        assert precisions(truth, [CAR, low], [0.5, 0.9])[0] == pytest.approx(expected)


def test_a_second_detection_of_a_car_is_false() -> None:
    truth = labels(["Car"], np.array([CAR]))
    assert precisions(truth, [CAR, CAR], [0.9, 0.9])[0] == 0.5
    assert precisions(truth, [CAR, CAR], [0.9, 0.8])[0] == 1.0


def test_the_order_of_images_and_of_detections_does_not_matter() -> None:
    images, detections = made_up(RECIPES["crowded"])
    expected = evaluate(images, detections)
    chance = RandomState(0)
    shuffled = {}
    for name in reversed(detections):
        order = chance.permutation(len(detections[name].scores))
        shuffled[name] = replace(
            detections[name], boxes=detections[name].boxes[order], scores=detections[name].scores[order]
        )
    scores = evaluate(images[::-1], shuffled)
    for name, score in scores.items():
        np.testing.assert_array_equal(score.precision, expected[name].precision)


def test_weights_count_an_image_as_often_as_if_it_were_there() -> None:
    images, detections = made_up(replace(RECIPES["crowded"], images=20))
    times = RandomState(1).randint(0, 4, len(images))
    repeated = [
        replace(each, id=f"{each.id} {n}") for each, t in zip(images, times, strict=True) for n in range(t)
    ]
    copied = {each.id: detections[each.id.split()[0]] for each in repeated}
    for name, score in evaluate(repeated, copied).items():
        once = evaluate(images, detections)[name]
        np.testing.assert_allclose(sampled_precision(once.matches, times), score.precision)
