"""Flicker along tracks: by hand, against another computation, and what must not move it."""

from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import labels

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics import paper
from training.metrics.flicker import Stability, evaluate
from training.metrics.overlaps import Floats

Box = tuple[float, float, float, float]
CAR: Box = (100.0, 100.0, 180.0, 150.0)  # 80 x 50


def video(frames: list[dict[int, Box]], name: str = "0003") -> list[LabelledImage]:
    """Frames with cars by track."""
    return [
        LabelledImage(
            f"{name}/{number:06d}",
            Path("none.png"),
            1242,
            375,
            name,
            labels(["Car"] * len(cars), list(cars.values()), track=list(cars)),
            number,
        )
        for number, cars in enumerate(frames)
    ]


def stability(
    images: list[LabelledImage], found: list[list[tuple[float, ...]]], threshold: float = 0.5
) -> Stability | None:
    """Of detections x1, y1, x2, y2 and score, for each of the images."""
    detections = {image.id: Detections.of(rows) for image, rows in zip(images, found, strict=True)}
    return evaluate(images, paper.evaluate(images, detections), threshold)


def moved(box: Box, x: float = 0.0, y: float = 0.0, wider: float = 1.0, higher: float = 1.0) -> Box:
    """Its centre moved, its sides drawn out about it."""
    x1, y1, x2, y2 = box
    middle, level = (x1 + x2) / 2 + x, (y1 + y2) / 2 + y
    w, h = (x2 - x1) * wider / 2, (y2 - y1) * higher / 2
    return middle - w, level - h, middle + w, level + h


def test_a_steady_offset_is_no_flicker() -> None:
    found = [[(*moved(CAR, 5, 3, 1.1, 0.9), 0.9)]] * 6
    at = stability(video([{1: CAR}] * 6), found).at
    assert (at.recall, at.fragment) == (1.0, 0.0)
    assert at.total == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("seen", "error"), [("101010", 1.0), ("111000", 0.2), ("110011", 0.4), ("000000", 0.0), ("10", 1.0)]
)
def test_fragments_are_changes_over_chances_to_change(seen: str, error: float) -> None:
    found = [[(*CAR, 0.9)] if each == "1" else [] for each in seen]
    result = stability(video([{1: CAR}] * len(seen)), found)
    assert result is not None and result.trajectories == 1
    assert result.at.fragment == pytest.approx(error)


def test_the_deviations_are_the_equations() -> None:
    shifts = [(-4.0, 2.0, 1.0, 1.0), (4.0, -2.0, 1.1, 1.0), (0.0, 0.0, 1.0, 1.25)]
    found = [[(*moved(CAR, *shift), 0.9)] for shift in shifts]
    at = stability(video([{1: CAR}] * 3), found).at
    assert at.centre == pytest.approx(np.std([-4 / 80, 4 / 80, 0]) + np.std([2 / 50, -2 / 50, 0]))
    scale, ratio = np.sqrt([1, 1.1, 1.25]), [1, 1.1, 1 / 1.25]
    assert at.scale_and_ratio == pytest.approx(np.std(scale) + np.std(ratio))
    assert at.total == at.fragment + at.centre + at.scale_and_ratio


def test_cars_count_alike_and_one_never_found_twice_has_no_deviation() -> None:
    other: Box = (400.0, 100.0, 480.0, 150.0)
    found = [[(*CAR, 0.9), (*other, 0.8)], [(*moved(CAR, 8), 0.9)]]
    result = stability(video([{1: CAR, 2: other}] * 2), found)
    assert result is not None and result.trajectories == 2
    assert result.at.fragment == 0.5  # the other is lost
    assert result.at.centre == pytest.approx(np.std([0, 8 / 80]))  # of the first alone
    assert result.at.recall == 0.75


def test_only_cars_to_find_in_frames_in_a_row_make_a_trajectory() -> None:
    low: Box = (100.0, 100.0, 180.0, 140.0)  # 40 px: must be higher
    frames = [{1: CAR}, {1: CAR}, {1: low}, {1: CAR}, {1: CAR}]
    found = [[(*CAR, 0.9)], [], [], [], []]
    result = stability(video(frames), found)
    assert result is not None and result.trajectories == 2
    assert result.at.fragment == 0.5  # 1 of the first, 0 of the second
    images = video([{1: CAR}] * 4)
    apart = [images[0], images[2]]  # a frame is missing between
    assert stability(apart, [[], []]) is None
    assert stability(video([{-1: CAR}] * 3), [[]] * 3) is None


def test_tracks_of_two_videos_are_different_cars() -> None:
    images = video([{1: CAR}] * 2) + video([{1: CAR}] * 2, "0005")
    found = [[(*CAR, 0.9)]] * 2 + [[]] * 2
    result = stability(images, found)
    assert result is not None and (result.trajectories, result.at.fragment) == (2, 0.0)


def test_flicker_by_recall_is_at_the_first_score_that_reaches_it() -> None:
    found = [[(*CAR, 0.9)], [(*CAR, 0.3)], [(*CAR, 0.8)], [(*CAR, 0.2)]]
    result = stability(video([{1: CAR}] * 4), found)
    assert result is not None
    assert [result.by_recall[recall].threshold for recall in (0.2, 0.5, 0.6, 0.8)] == [0.9, 0.8, 0.3, 0.2]
    assert [result.by_recall[recall].fragment for recall in (0.5, 0.8)] == [1.0, 0.0]
    lost = stability(video([{1: CAR}] * 4), [[(*CAR, 0.9)], [], [], []])
    assert lost is not None and list(lost.by_recall) == [0.1, 0.2]


def test_a_match_is_the_best_for_all_cars_together() -> None:
    """A detection between two cars goes to the one for whom nothing else is left."""
    near: Box = moved(CAR, 30)
    between, left = moved(CAR, 14), moved(CAR, -20)
    found = [[(*between, 0.9), (*left, 0.6)]] * 2
    result = stability(video([{1: CAR, 2: near}] * 2), found)
    assert result is not None and result.at.recall == 1.0


jitter = st.tuples(st.floats(-12, 12), st.floats(-8, 8), st.floats(0.85, 1.15), st.floats(0.85, 1.15))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[dict[int, Box]], list[list[tuple[float, ...]]]]:
    """A few cars that come and go, with detections that jitter and miss."""
    cars = {track: moved(CAR, 70.0 * track) for track in range(draw(st.integers(1, 3)))}
    frames, found = [], []
    for _ in range(draw(st.integers(2, 6))):
        here = {track: box for track, box in cars.items() if draw(st.integers(0, 5))}
        frames.append(here)
        seen = [box for box in here.values() if draw(st.integers(0, 3))]
        found.append([(*moved(box, *draw(jitter)), draw(st.sampled_from([0.9, 0.7, 0.4]))) for box in seen])
    return frames, found


@settings(max_examples=60, deadline=None)
@given(scenes())
def test_it_is_what_trying_every_assignment_gives(
    scene: tuple[list[dict[int, Box]], list[list[tuple[float, ...]]]],
) -> None:
    frames, found = scene
    result = stability(video(frames), found)
    wanted = by_trial(frames, found, 0.5)
    assert (result is None) == (wanted is None)
    if result is not None:
        got = (result.at.fragment, result.at.centre, result.at.scale_and_ratio)
        np.testing.assert_allclose(got, wanted, atol=1e-9)


def by_trial(
    frames: list[dict[int, Box]], found: list[list[tuple[float, ...]]], threshold: float
) -> tuple[float, float, float] | None:
    """The three errors, with every assignment tried and no shared code."""
    matches = [
        best_assignment(cars, [row[:4] for row in rows if row[4] >= threshold])
        for cars, rows in zip(frames, found, strict=True)
    ]
    fragments, centres, scales = [], [], []
    for track in {track for cars in frames for track in cars}:
        runs = "".join("x" if track in cars else " " for cars in frames)
        start = 0
        for run in runs.split(" "):
            path = range(start, start + len(run))
            start += len(run) + 1
            if len(path) < 2:
                continue
            seen = [matches[at].get(track) for at in path]
            changes = sum((a is None) != (b is None) for a, b in pairwise(seen))
            fragments.append(changes / (len(path) - 1))
            errors = [error(box, frames[at][track]) for at, box in zip(path, seen, strict=True) if box]
            if len(errors) > 1:
                x, y, s, r = np.array(errors).std(axis=0)
                centres.append(x + y)
                scales.append(s + r)
    if not fragments:
        return None
    nothing = float("nan")
    return (
        float(np.mean(fragments)),
        float(np.mean(centres)) if centres else nothing,
        float(np.mean(scales)) if scales else nothing,
    )


def best_assignment(cars: dict[int, Box], boxes: list[Box]) -> dict[int, Box]:
    """By track, the boxes whose overlaps sum to the most."""
    choices = [*boxes, *[None] * len(cars)]
    best: tuple[float, dict[int, Box]] = (-1.0, {})
    for order in set(permutations(range(len(choices)), len(cars))):
        pairs = {t: choices[at] for t, at in zip(cars, order, strict=True) if choices[at] is not None}
        overlaps = [iou(cars[t], box) for t, box in pairs.items()]
        if all(each >= 0.5 for each in overlaps) and sum(overlaps) > best[0]:
            best = sum(overlaps), pairs
    return best[1]


def iou(a: Box, b: Box) -> float:
    w = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    h = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area = sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (a, b))
    return w * h / (area - w * h)


def error(box: Box, true: Box) -> Floats:
    """The errors in x, y, scale and ratio."""
    (w, h), (wt, ht) = ((b[2] - b[0], b[3] - b[1]) for b in (box, true))
    x, y = (box[0] + box[2] - true[0] - true[2]) / 2, (box[1] + box[3] - true[1] - true[3]) / 2
    return np.array([x / wt, y / ht, (w * h / wt / ht) ** 0.5, w / h / wt * ht])


@settings(max_examples=30, deadline=None)
@given(scenes(), st.floats(-300, 300), st.floats(0.5, 3))
def test_moving_and_zooming_the_street_changes_nothing(
    scene: tuple[list[dict[int, Box]], list[list[tuple[float, ...]]]], shift: float, zoom: float
) -> None:
    zoom = max(zoom, 1.0)  # smaller, cars would be too low to count
    frames, found = scene
    here = [{t: tuple(zoom * v + shift for v in box) for t, box in cars.items()} for cars in frames]
    there = [[(*(zoom * v + shift for v in row[:4]), row[4]) for row in rows] for rows in found]
    one, two = stability(video(frames), found), stability(video(here), there)
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        np.testing.assert_allclose(one.at.total, two.at.total, atol=1e-9)
