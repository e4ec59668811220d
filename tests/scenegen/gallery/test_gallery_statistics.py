"""The histograms: nothing is lost, nothing is counted twice, and the medians are near the exact ones."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.gallery.statistics import EDGES, CarFigures, Statistics, median, shares, view_of

cars = st.builds(
    CarFigures,
    height_px=st.floats(0, 5000),
    width_px=st.floats(0, 5000),
    occlusion=st.integers(0, 3),
    truncation=st.floats(0, 1),
    alpha=st.floats(-math.pi, math.pi),
    depth_m=st.floats(-5, 500),
)


@given(st.lists(st.lists(cars, max_size=20), max_size=10))
def test_every_car_is_counted_once_in_every_histogram(images: list[list[CarFigures]]) -> None:
    statistics = Statistics()
    for image in images:
        statistics.add_image(image)
    summary = statistics.summary()
    total = sum(map(len, images))
    assert (summary.images, summary.cars) == (len(images), total)
    assert summary.images_with_car == sum(bool(image) for image in images)
    assert set(summary.histograms) == set(EDGES)
    for key, counts in summary.histograms.items():
        assert sum(counts) == (len(images) if key == "cars_per_image" else total)
        assert len(counts) == len(EDGES[key]) - 1


@given(st.lists(st.floats(8.0, 500.0), min_size=1, max_size=60))
def test_counts_and_median_agree_with_numpy(heights: list[float]) -> None:
    statistics = Statistics()
    statistics.add_image(CarFigures(h, h, 0, 0.0, 0.0, 10.0) for h in heights)
    counts = statistics.summary().histograms["height_px"]
    assert list(counts) == np.histogram(heights, EDGES["height_px"])[0].tolist()
    found = median("height_px", counts)
    ordered, edges = sorted(heights), np.array(EDGES["height_px"])
    low = edges[edges <= ordered[(len(heights) - 1) // 2]].max()  # the bin of the lower middle value …
    high = edges[edges > ordered[len(heights) // 2]].min()  # … to that of the upper
    assert found is not None and low <= found <= high


def test_of_nothing_there_is_no_median_and_no_share() -> None:
    counts = Statistics().summary().histograms["height_px"]
    assert median("height_px", counts) is None
    assert set(shares(counts)) == {0.0}


@pytest.mark.parametrize(
    ("alpha_deg", "view"),
    [
        (-90, "rear"),
        (-50, "rear"),
        (90, "front"),
        (130, "front"),
        (0, "side"),
        (180, "side"),
        (-140, "side"),
        (-180, "side"),
    ],
)
def test_view_follows_kittis_alpha(alpha_deg: float, view: str) -> None:
    assert view_of(math.radians(alpha_deg)) == view


def test_kittis_zero_truncation_is_what_rounds_to_zero() -> None:
    statistics = Statistics()
    statistics.add_image(CarFigures(50, 80, 0, t, 0.0, 10.0) for t in (0.0, 0.004, 0.006, 1.0))
    assert statistics.summary().histograms["truncation"] == (2, 1, 0, 0, 1)
