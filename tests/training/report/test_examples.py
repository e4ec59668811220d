"""Which pictures are the best and the worst, and which false detections are shown."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from training.data.detections import Detections
from training.data.truth import LabelledImage, Row, Truth
from training.metrics.matching import Mistake
from training.report import examples
from training.report.figures import Figures, measure
from training.report.overlay import Role

Set = tuple[list[LabelledImage], dict[str, Detections]]

LEFT, RIGHT = (100.0, 100.0, 200.0, 180.0), (400.0, 100.0, 500.0, 180.0)
TRUCK, NOWHERE = (700.0, 100.0, 900.0, 200.0), (1000.0, 200.0, 1100.0, 260.0)
STREET = Truth.of([Row("Car", LEFT), Row("Car", RIGHT), Row("Truck", TRUCK)])


def judged(**found: list[tuple[float, ...]]) -> examples.Verdicts:
    images = [LabelledImage(name, Path("none.png"), 1242, 375, "", STREET) for name in found]
    return judged_at_best(measure(images, {name: Detections.of(rows) for name, rows in found.items()}))


def judged_at_best(figures: Figures) -> examples.Verdicts:
    return examples.judge(figures.paper, figures.threshold)


def names(verdicts: examples.Verdicts, indices: list[int]) -> list[str]:
    return [verdicts.pool.ids[index] for index in indices]


def test_best_have_no_mistake_and_worst_have_most() -> None:
    verdicts = judged(
        right=[(*LEFT, 0.9), (*RIGHT, 0.9)],
        too=[(*LEFT, 0.9), (*RIGHT, 0.9)],
        one_missed=[(*LEFT, 0.9)],
        both_missed=[],
        missed_and_two_false=[(*LEFT, 0.9), (*TRUCK, 0.9), (*NOWHERE, 0.9)],
    )
    assert names(verdicts, examples.best(verdicts)) == ["right", "too"]
    assert names(verdicts, examples.worst(verdicts)) == ["missed_and_two_false", "both_missed", "one_missed"]


def test_detections_below_the_threshold_are_not_held_against_it() -> None:
    verdicts = judged(only=[(*LEFT, 0.9), (*RIGHT, 0.8), (*NOWHERE, 0.1)])
    assert examples.best(verdicts) == [0]
    assert examples.worst(verdicts) == []
    assert len(examples.marks(verdicts, 0)) == 4


def test_marks_say_what_became_of_each_box() -> None:
    verdicts = judged(only=[(*LEFT, 0.9), (*TRUCK, 0.9)], other=[(*LEFT, 0.9), (*RIGHT, 0.9)])
    drawn = {(mark.box, mark.role, mark.text) for mark in examples.marks(verdicts, 0)}
    assert drawn == {
        (LEFT, Role.TRUE, ""),
        (RIGHT, Role.MISSED, ""),
        (LEFT, Role.DETECTED, "0.90"),
        (TRUCK, Role.FALSE, "0.90 truck"),
    }


def test_the_surest_false_detections_come_first() -> None:
    verdicts = judged(
        a=[(*LEFT, 0.9), (*RIGHT, 0.9), (*TRUCK, 0.91)], b=[(*LEFT, 0.9), (*RIGHT, 0.9), (*TRUCK, 0.95)]
    )
    shown = examples.surest(verdicts, Mistake.OTHER_CLASS)
    assert verdicts.pool.scores[shown].tolist() == [0.95, 0.91]
    assert examples.confused(verdicts) == {"Truck": 2}
    assert {mark.role for mark in examples.marks_around(verdicts, shown[0])} == {
        Role.TRUE,
        Role.NEUTRAL,
        Role.FALSE,
    }


def test_no_drive_fills_the_page_while_others_are_left(streets: Set) -> None:
    verdicts = judged_at_best(measure(*streets))
    chosen = examples.worst(verdicts)
    assert len(chosen) == examples.PICTURES
    assert np.bincount(verdicts.pool.clusters[chosen]).max() == examples.PER_DRIVE
    one_drive = judged_at_best(measure([replace(image, group="one") for image in streets[0]], streets[1]))
    assert len(examples.worst(one_drive)) == examples.PICTURES


def test_counts_are_those_of_the_figures(streets: Set) -> None:
    figures = measure(*streets)
    found, missed, false = judged_at_best(figures).counts
    assert missed.sum() == figures.missed
    assert found.sum() == figures.paper.positives - figures.missed
    assert false.sum() == sum(figures.mistakes.values())
