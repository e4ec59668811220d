"""Precision–recall curves and average precision: by hand, and laws that hold for any detections."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics.curves import Records, average_precision, best_f1, curve, records


def of(outcomes: list[tuple[float, bool]], positives: int) -> Records:
    """Records of one image from (score, whether it is right)."""
    scores = np.array([score for score, _ in outcomes])
    right = np.array([right for _, right in outcomes], dtype=int)
    return records(scores, right, 1 - right, np.zeros(len(scores), int), np.array([positives]))


def test_a_curve_by_hand() -> None:
    drawn = curve(of([(0.9, True), (0.7, True), (0.8, False), (0.6, False)], positives=4))
    assert drawn.scores.tolist() == [0.9, 0.8, 0.7, 0.6]
    np.testing.assert_allclose(drawn.precision, [1, 1 / 2, 2 / 3, 1 / 2])
    np.testing.assert_allclose(drawn.recall, [1 / 4, 1 / 4, 2 / 4, 2 / 4])


def test_equal_scores_are_one_point() -> None:
    drawn = curve(of([(0.5, True), (0.5, False), (0.5, True), (0.2, False)], positives=2))
    np.testing.assert_allclose(drawn.precision, [2 / 3, 1 / 2])
    np.testing.assert_allclose(drawn.recall, [1, 1])


def test_average_precision_by_hand() -> None:
    found = of([(0.9, True), (0.8, False), (0.7, True)], positives=2)
    assert average_precision(found) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert average_precision(found, recall_points=2) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(found, recall_points=4) == pytest.approx((1 + 1 + 2 / 3 + 2 / 3) / 4)


def test_recalls_that_are_not_reached_count_as_zero() -> None:
    found = of([(0.9, True)], positives=4)
    assert average_precision(found) == 0.25
    assert average_precision(found, recall_points=40) == 0.25


def test_nothing_found_and_nothing_to_find() -> None:
    assert average_precision(of([], positives=3)) == 0
    assert average_precision(of([], positives=3), recall_points=40) == 0
    assert np.isnan(average_precision(of([], positives=0)))
    assert np.isnan(average_precision(of([(0.5, False)], positives=0)))


def test_weights_count_images_as_often() -> None:
    scores, right = np.array([0.9, 0.8, 0.7]), np.array([1, 0, 1])
    found = records(scores, right, 1 - right, np.array([0, 1, 1]), np.array([1, 2]))
    assert average_precision(found, np.array([1, 0])) == 1
    assert average_precision(found, np.array([0, 1])) == pytest.approx(0.5 * 0.5)
    assert np.isnan(average_precision(found, np.array([0, 0])))
    twice = of([(0.9, True), (0.8, False), (0.8, False), (0.7, True), (0.7, True)], positives=5)
    assert average_precision(found, np.array([1, 2])) == pytest.approx(average_precision(twice))


def test_the_best_threshold_by_hand() -> None:
    assert best_f1(of([(0.9, True), (0.8, True), (0.5, False), (0.4, False)], positives=2)) == 0.8
    assert best_f1(of([(0.9, False)], positives=2)) == np.inf
    assert best_f1(of([], positives=2)) == np.inf


OUTCOMES = st.lists(st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]), st.booleans()), max_size=30)
POINTS = st.sampled_from([None, 11, 40])


@given(OUTCOMES, st.integers(0, 5), POINTS)
def test_average_precision_is_a_share(
    outcomes: list[tuple[float, bool]], missed: int, points: int | None
) -> None:
    positives = sum(right for _, right in outcomes) + missed
    ap = average_precision(of(outcomes, positives), recall_points=points)
    if positives:
        assert 0 <= ap <= 1
        if missed == 0 and all(right for _, right in outcomes):
            assert ap == pytest.approx(1)
    else:
        assert np.isnan(ap)


@given(OUTCOMES, st.integers(1, 5), POINTS)
def test_a_false_detection_never_raises_it_and_below_all_changes_nothing(
    outcomes: list[tuple[float, bool]], missed: int, points: int | None
) -> None:
    positives = sum(right for _, right in outcomes) + missed
    before = average_precision(of(outcomes, positives), recall_points=points)
    for score in (0.05, 0.5, 0.95):
        after = average_precision(of([*outcomes, (score, False)], positives), recall_points=points)
        assert after <= before + 1e-12
        if score == 0.05:
            assert after == pytest.approx(before)


@given(OUTCOMES.flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))), POINTS)
def test_the_order_does_not_matter(
    both: tuple[list[tuple[float, bool]], list[tuple[float, bool]]], points: int | None
) -> None:
    first, second = (average_precision(of(each, 30), recall_points=points) for each in both)
    assert first == second
