"""Intervals over seeds and drives: right as often as they claim on planted effects, and said as they are."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.interval_coverage import detected, measured, share_holding, simulated_streets, worse
from training.metrics.bootstrap import Interval
from training.metrics.curves import average_precision, records
from training.metrics.overlaps import Floats
from training.metrics.paired import difference_interval, mean_interval, sentence
from training.metrics.resampling import resampled_precision, resamples

IMAGES = 4
REPEATS = 200
# 95 % in so many repeats has a standard deviation of 1.5 percent points; three of them below it
OFTEN = 0.95 - 3 * (0.95 * 0.05 / REPEATS) ** 0.5
DRIVES = np.full(20, 30)  # cars


def differences(
    drives: int, seeds: int, run_sd: float, repeats: int, effect: float | None = None
) -> list[Interval]:
    """The intervals of arms of the same kind, or of one with a planted effect, in so many made-up studies."""
    rng = np.random.default_rng(1)
    found = []
    for repeat in range(repeats):
        streets = simulated_streets(rng, drives)
        drawn = resamples(streets.drive, 50, repeat)
        toll = 0.0 if effect is None else worse(rng, streets, effect)
        first = measured(rng, streets, drawn, seeds, run_sd)
        second = measured(rng, streets, drawn, seeds, run_sd, toll)
        found.append(difference_interval(*first, *second, streets.cars_by_drive))
    return found


@pytest.mark.parametrize("run_sd", [0.02, 0.2], ids=["runs alike", "runs apart"])
def test_an_arm_of_the_same_kind_shows_no_difference(run_sd: float) -> None:
    """Two seeds, the fewest that tell how runs differ, and few drives: the hardest case."""
    assert share_holding(differences(10, 2, run_sd, REPEATS), 0) >= OFTEN


def test_a_known_effect_is_found() -> None:
    found = differences(20, 3, 0.05, 30, effect=0.6)
    assert np.mean([each.high < 0 for each in found]) >= 0.8
    assert not any(each.low > 0 for each in found)


def test_one_run_each_tells_nothing_of_how_runs_differ() -> None:
    found = differences(20, 1, 0.3, 100)
    assert share_holding(found, 0) < 0.8
    assert {each.seeds for each in found} == {1}


steps = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2), st.integers(0, IMAGES - 1)),
    max_size=25,
)
times = st.lists(st.lists(st.integers(0, 3), min_size=IMAGES, max_size=IMAGES), min_size=1, max_size=6)


@given(steps, st.lists(st.integers(0, 9), min_size=IMAGES, max_size=IMAGES), times)
def test_all_resamples_at_once_give_what_each_gives(
    made: list[tuple[int, int, int, int]], positives: list[int], weights: list[list[int]]
) -> None:
    scores, hits, misses, image = np.array(made, np.int64).reshape(-1, 4).T
    found = records(scores / 5, hits, misses, image, np.array(positives))
    expected = [average_precision(found, np.array(each)) for each in weights]
    np.testing.assert_allclose(resampled_precision(found, np.array(weights)), expected, atol=1e-12)


def test_a_better_box_further_down_takes_an_object_over() -> None:
    """KITTI's steps may go back: what was false becomes right, and what was right false."""
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    hits, misses = np.array([1, 0, 0, 1, -1, 1]), np.array([0, 1, 1, -1, 1, 0])
    found = records(scores, hits, misses, np.array([0, 1, 0, 1, 0, 0]), np.array([2, 1]))
    weights = np.array([[1, 1], [2, 0], [0, 2], [1, 3]])
    expected = [average_precision(found, each) for each in weights]
    np.testing.assert_allclose(resampled_precision(found, weights), expected, atol=1e-12)


def test_few_resamples_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    streets = simulated_streets(rng, 5)
    found, weights = detected(rng, streets, 1.0), resamples(streets.drive, 30)
    whole = resampled_precision(found, weights)
    monkeypatch.setattr("training.metrics.resampling.CELLS", 7 * int((found.hits > 0).sum()))
    np.testing.assert_array_equal(resampled_precision(found, weights), whole)


def test_resamples_draw_whole_drives_and_as_many_as_there_are() -> None:
    drawn = resamples(np.array([7, 7, 3, 3, 3, 9]), 50, seed=1)
    assert drawn.shape == (50, 6)
    assert (drawn[:, 0] == drawn[:, 1]).all() and (drawn[:, [3, 4]] == drawn[:, [2]]).all()
    assert (drawn[:, [0, 2, 5]].sum(axis=1) == 3).all()
    assert (resamples(np.array([7, 7, 3, 3, 3, 9]), 50, seed=1) == drawn).all()
    assert (resamples(np.array([7, 7, 3, 3, 3, 9]), 50, seed=2) != drawn).any()


def made_side(rng: np.random.Generator, seeds: int, ease: Floats) -> tuple[Floats, Floats]:
    """AP by seed, and on resamples that are hard or easy for all."""
    ap = 0.7 + 0.01 * rng.standard_normal(seeds)
    return ap, ap[:, None] + ease + 0.005 * rng.standard_normal((seeds, len(ease)))


@pytest.fixture
def sides() -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    rng = np.random.default_rng(3)
    ease = 0.04 * rng.standard_normal(200)
    return made_side(rng, 3, ease), made_side(rng, 3, ease)


Sides = tuple[tuple[Floats, Floats], tuple[Floats, Floats]]


def width(bounds: Interval) -> float:
    return bounds.high - bounds.low


def test_a_difference_on_the_same_drives_is_narrower_than_the_two_apart(sides: Sides) -> None:
    first, second = sides
    paired = difference_interval(*first, *second, DRIVES)
    apart = np.hypot(width(mean_interval(*first, DRIVES)), width(mean_interval(*second, DRIVES)))
    assert paired.estimate == pytest.approx(second[0].mean() - first[0].mean())
    assert (paired.units, paired.seeds, paired.level) == (20, 3, 0.95)
    assert width(paired) < 0.6 * apart


def test_the_order_of_seeds_and_of_resamples_does_not_matter(sides: Sides) -> None:
    (ap, resampled), second = sides
    seeds, draws = np.array([2, 0, 1]), np.random.default_rng(0).permutation(200)
    expected = difference_interval(ap, resampled, *second, DRIVES)
    shuffled = difference_interval(
        ap[seeds], resampled[seeds][:, draws], second[0], second[1][:, draws], DRIVES
    )
    assert (shuffled.low, shuffled.high) == pytest.approx((expected.low, expected.high))
    mirrored = difference_interval(*second, ap, resampled, DRIVES)
    assert (mirrored.low, mirrored.high) == pytest.approx((-expected.high, -expected.low))


def test_more_seeds_more_drives_and_a_lower_level_narrow_the_interval(sides: Sides) -> None:
    (ap, resampled), _ = sides
    whole = width(mean_interval(ap, resampled, DRIVES))
    assert width(mean_interval(np.tile(ap, 2), np.tile(resampled, (2, 1)), DRIVES)) < whole
    assert width(mean_interval(ap, resampled, np.repeat(DRIVES, 2))) < whole
    assert width(mean_interval(ap, resampled, DRIVES, level=0.8)) < 0.8 * whole


def test_a_drive_that_holds_most_of_the_cars_widens_the_interval(sides: Sides) -> None:
    (ap, resampled), _ = sides
    uneven = np.where(np.arange(20) == 0, 300, 10)
    assert width(mean_interval(ap, resampled, uneven)) > 1.2 * width(mean_interval(ap, resampled, DRIVES))


def test_one_seed_gives_the_drives_interval_alone() -> None:
    ap, resampled = np.array([0.5]), 0.5 + 0.01 * np.random.default_rng(0).standard_normal((1, 5000))
    bounds = mean_interval(ap, resampled, np.ones(1000, int))  # Student's t of 999 degrees of freedom: 1.96
    assert bounds.seeds == 1
    assert (bounds.low, bounds.high) == pytest.approx((0.5 - 0.0196, 0.5 + 0.0196), abs=0.0006)


def test_a_model_does_not_differ_from_itself(sides: Sides) -> None:
    ap, resampled = sides[0][0][:1], sides[0][1][:1]
    same = difference_interval(ap, resampled, ap, resampled, DRIVES)
    assert (same.low, same.estimate, same.high) == (0, 0, 0)


def test_resamples_without_a_car_are_left_out(sides: Sides) -> None:
    (ap, resampled), second = sides
    blank = np.full((3, 5), np.nan)
    bounds = difference_interval(
        ap, np.hstack([resampled, blank]), second[0], np.hstack([second[1], blank]), DRIVES
    )
    assert bounds == difference_interval(ap, resampled, *second, DRIVES)


def test_bounds_of_an_ap_stay_between_0_and_1() -> None:
    resampled: Floats = 0.99 + np.array([[-0.02, 0.01], [0.005, -0.01]])
    assert mean_interval(np.array([0.99, 0.98]), resampled, DRIVES).high == 1
    assert mean_interval(np.array([0.01, 0.02]), 1 - resampled, DRIVES).low == 0


def test_sides_of_other_seeds_are_refused(sides: Sides) -> None:
    (ap, resampled), second = sides
    with pytest.raises(ValueError, match="same seeds"):
        difference_interval(ap[:1], resampled[:1], *second, DRIVES)


def test_a_difference_is_said_where_it_is_established() -> None:
    found = Interval(-0.0412, -0.06, -0.0231, 0.95, 20, seeds=3)
    assert sentence("no texture", found) == "no texture: −4.1 AP (−6.0 … −2.3)"
    better = replace(found, estimate=0.0412, low=0.0231, high=0.06)
    assert sentence("paper", better) == "paper: +4.1 AP (+2.3 … +6.0)"
    assert sentence("paper", replace(better, seeds=1)) == "paper: +4.1 AP (+2.3 … +6.0; one seed)"
    unclear = replace(found, low=-0.01, high=0.022)
    assert sentence("no texture", unclear) == "no texture: no difference seen (−1.0 … +2.2)"
    nothing = replace(found, estimate=0.0, low=-0.0004, high=0.0)
    assert sentence("again", nothing) == "again: no difference seen (0.0 … 0.0)"


def test_one_drive_gives_no_interval(sides: Sides) -> None:
    bounds = difference_interval(*sides[0], *sides[1], np.array([9, 0]))  # without a car in the other
    assert isnan(bounds.low) and isnan(bounds.high) and not isnan(bounds.estimate)
    assert sentence("no texture", replace(bounds, estimate=-0.04)) == (
        "no texture: −4.0 AP (one drive: no interval)"
    )
