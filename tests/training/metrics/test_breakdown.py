"""Recall and AP by a property of the cars."""

from pathlib import Path

import numpy as np
import pytest
from made_up import RECIPES, detections_of, labels, made_up

from training.data.truth import LabelledImage
from training.metrics.breakdown import Bin, breakdown
from training.metrics.pool import Pool, pool

SMALL, LARGE = [0.0, 0, 60, 30], [200.0, 0, 400, 120]


def street(found: list[list[float]], scores: list[float], **fields: object) -> Pool:
    truth = labels(["Car", "Car"], np.array([SMALL, LARGE]), **fields)
    return pool(
        [LabelledImage("only", Path("none.png"), 1242, 375, "", truth)],
        {"only": detections_of(np.array(found), np.array(scores))},
    )


def of(bins: list[Bin], low: float) -> Bin:
    return next(each for each in bins if each.low == low)


def test_cars_are_counted_in_the_bin_of_their_height() -> None:
    bins = breakdown(street([LARGE], [0.9]))["height_px"]
    assert [each.positives for each in bins] == [0, 1, 0, 0, 1]
    assert (of(bins, 100).recall, of(bins, 100).ap) == (1, 1)
    assert (of(bins, 25).recall, of(bins, 25).ap) == (0, 0)
    assert np.isnan([of(bins, 40).recall, of(bins, 40).ap]).all()


def test_false_detections_count_in_the_bin_of_their_own_height() -> None:
    high, low = [600.0, 0, 700, 110], [600.0, 0, 700, 30]
    for false, small_ap, large_ap in ((high, 1, 0.5), (low, 0.5, 1)):
        bins = breakdown(street([false, SMALL, LARGE], [0.95, 0.9, 0.8]))["height_px"]
        assert (of(bins, 25).ap, of(bins, 100).ap) == (small_ap, large_ap)


def test_all_false_detections_count_in_every_other_bin() -> None:
    bins = breakdown(street([[600, 0, 700, 30], SMALL, LARGE], [0.95, 0.9, 0.8], occlusion=np.array([0, 2])))
    assert [(each.positives, each.ap) for each in bins["occlusion"] if each.positives] == [(1, 0.5), (1, 0.5)]


def test_recall_is_taken_at_one_threshold_for_all_bins() -> None:
    false = [[600.0 + 10 * n, 200, 700.0 + 10 * n, 230] for n in range(8)]  # between the two cars' scores
    everything = street([LARGE, *false, SMALL], [0.95, *(0.5,) * 8, 0.1])
    bins = breakdown(everything)["height_px"]
    assert (of(bins, 100).recall, of(bins, 25).recall) == (1, 0)


def test_cars_of_unknown_distance_are_in_no_bin() -> None:
    bins = breakdown(street([LARGE], [0.9], distance_m=np.array([np.nan, 15])))["distance_m"]
    assert sum(each.positives for each in bins) == 1
    assert of(bins, 10).ap == 1


@pytest.mark.parametrize("name", ["plain", "crowded", "no detection"])
def test_bins_hold_every_car_once(name: str) -> None:
    everything = pool(*made_up(RECIPES[name]))
    for bins in breakdown(everything).values():
        assert sum(each.positives for each in bins) == everything.truth.cars.sum()
