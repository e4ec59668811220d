"""Bootstrap intervals: repeatable, narrower when paired, wider for drives, right as often as they claim."""

from functools import partial

import numpy as np
import pytest
from made_up import RECIPES, made_up

from conf.errors import UserError
from training.metrics import kitti, paper
from training.metrics.bootstrap import difference, interval
from training.metrics.curves import Records, average_precision, records
from training.metrics.overlaps import Ints


def simulated(
    rng: np.random.Generator, images: int, per_drive: int = 1, skill: float = 0.7
) -> tuple[Records, Ints]:
    """Records of a detector on random images and each image's drive; images of a drive are alike hard."""
    drive = np.arange(images) // per_drive
    ease = np.clip(skill + 0.25 * rng.standard_normal(drive.max() + 1), 0.02, 0.98)[drive]
    cars = rng.poisson(3, images)
    found = rng.binomial(cars, ease)
    false = rng.poisson(2 * (1.2 - ease))
    right = np.repeat([1, 0], [found.sum(), false.sum()])
    scores = np.concatenate([rng.beta(4, 2, found.sum()), rng.beta(2, 4, false.sum())])
    image = np.concatenate([np.repeat(np.arange(images), found), np.repeat(np.arange(images), false)])
    return records(scores, right, 1 - right, image, cars), drive


def coverage(per_drive: int, by_drive: bool, images: int, trials: int) -> float:
    """How often the 90 % interval holds the AP of very many images."""
    rng = np.random.default_rng(1)
    truth = average_precision(simulated(rng, 60_000, per_drive)[0])
    held = 0
    for trial in range(trials):
        found, drive = simulated(rng, images, per_drive)
        bounds = interval(
            partial(average_precision, found), images, drive if by_drive else None, 100, level=0.9, seed=trial
        )
        held += bounds.low <= truth <= bounds.high
    return held / trials


def test_the_interval_holds_the_truth_as_often_as_it_claims() -> None:
    assert 0.84 <= coverage(per_drive=1, by_drive=False, images=150, trials=100) <= 0.96


def test_frames_of_drives_need_the_interval_over_drives() -> None:
    assert coverage(per_drive=10, by_drive=False, images=300, trials=80) < 0.7
    assert 0.8 <= coverage(per_drive=10, by_drive=True, images=300, trials=80) <= 0.98


def test_an_interval_is_repeatable_and_holds_its_estimate() -> None:
    found, _ = simulated(np.random.default_rng(0), 80)
    first, again = (interval(partial(average_precision, found), 80, seed=3) for _ in range(2))
    assert first == again
    assert first.low < first.estimate < first.high
    assert first.estimate == average_precision(found)
    assert first.units == 80
    assert interval(partial(average_precision, found), 80, seed=4) != first


def test_a_difference_on_the_same_images_is_narrower_than_the_two_apart() -> None:
    better, worse = (simulated(np.random.default_rng(0), 200, skill=skill)[0] for skill in (0.7, 0.6))
    first, second = partial(average_precision, worse), partial(average_precision, better)
    paired = difference(first, second, 200)
    apart = [interval(each, 200) for each in (first, second)]
    assert paired.estimate == pytest.approx(apart[1].estimate - apart[0].estimate)
    assert paired.low > 0
    assert paired.high - paired.low < 0.8 * np.hypot(*(each.high - each.low for each in apart))


def test_a_model_does_not_differ_from_itself() -> None:
    statistic = partial(average_precision, simulated(np.random.default_rng(0), 50)[0])
    same = difference(statistic, statistic, 50)
    assert (same.low, same.estimate, same.high) == (0, 0, 0)


def test_clusters_are_drawn_whole() -> None:
    seen = []
    clusters = np.array([7, 7, 3, 3, 3])

    def statistic(weights: Ints) -> float:
        seen.append(weights)
        return 1.0

    assert interval(statistic, 5, clusters, resamples=50).units == 2
    assert all(len(set(weights[:2])) == 1 and len(set(weights[2:])) == 1 for weights in seen)
    assert {tuple(weights[[0, 2]]) for weights in seen} == {(1, 1), (2, 0), (0, 2)}


def test_resamples_without_a_car_are_left_out() -> None:
    one = records(np.array([0.9]), np.array([1]), np.array([0]), np.array([0]), np.array([1, 0, 0]))
    bounds = interval(partial(average_precision, one), 3)
    assert (bounds.low, bounds.high) == (1, 1)


def test_a_figure_that_is_not_defined_is_refused() -> None:
    none = records(np.empty(0), np.empty(0, int), np.empty(0, int), np.empty(0, int), np.array([0, 0]))
    with pytest.raises(UserError, match="no car to find"):
        interval(partial(average_precision, none), 2)


def test_the_protocols_figures_have_intervals() -> None:
    images, detections = made_up(RECIPES["good"])
    score = paper.evaluate(images, detections)
    bounds = interval(partial(average_precision, score.records), len(images), score.pool.clusters, 100)
    assert bounds.estimate == score.ap
    assert bounds.low < score.ap < bounds.high
    assert bounds.units == 15
    official = kitti.evaluate(images, detections)["moderate"]
    matches = official.matches
    bounds = interval(lambda w: kitti.r40(kitti.sampled_precision(matches, w)), len(images), resamples=100)
    assert bounds.estimate == pytest.approx(official.r40)
    assert bounds.low < official.r40 < bounds.high
