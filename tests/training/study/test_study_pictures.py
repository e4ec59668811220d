"""Frames that are shown side by side, and cars that one detector misses and another finds."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_study import study, write_dataset
from PIL import Image

from training.data.detections import Detections
from training.data.truth import LabelledImage, Row, Truth
from training.metrics import paper
from training.metrics.bootstrap import Interval
from training.study.misses import misses
from training.study.results import Arm, Case, Comparison, Estimate, StudyResults, Trial
from training.study.samples import FRAMES, samples
from training.study.view import View

LEFT, RIGHT, NOWHERE = (40.0, 60.0, 140.0, 140.0), (180.0, 60.0, 280.0, 140.0), (300.0, 10.0, 340.0, 60.0)


def with_datasets(folder: Path, **datasets: Path | None) -> View:
    results = study(folder, arms=())
    return View(replace(results, arms={name: Arm(name, name, (), path) for name, path in datasets.items()}))


def test_frames_are_the_same_in_all_datasets_and_show_cars(tmp_path: Path) -> None:
    for name in ("full", "other"):
        write_dataset(tmp_path / name)
    (tmp_path / "other/frames/000/000000005.json").unlink()
    shown = samples(with_datasets(tmp_path, full=tmp_path / "full", other=tmp_path / "other", real=None))
    assert len(shown.frames) == FRAMES
    assert list(shown.frames) == sorted(set(shown.frames) - {0, 5})  # 0 has no car that counts
    assert [labels for labels, _ in shown.rows] == [["full"], ["other"]]
    for _, shots in shown.rows:
        assert [shot.title for shot in shots] == [f"frame {frame}" for frame in shown.frames]
        assert all(shot.source and shot.text == "1 car" for shot in shots)


def test_frames_are_spread_over_the_dataset(tmp_path: Path) -> None:
    write_dataset(tmp_path / "full", frames=13)
    shown = samples(with_datasets(tmp_path, full=tmp_path / "full"))
    assert max(shown.frames) - min(shown.frames) >= 8


def test_arms_that_share_a_dataset_share_its_pictures(tmp_path: Path) -> None:
    write_dataset(tmp_path / "full")
    (tmp_path / "vkitti").mkdir()
    given = {"full": tmp_path / "full", "no_augmentation": tmp_path / "full", "vkitti": tmp_path / "vkitti"}
    shown = samples(with_datasets(tmp_path, **given))
    assert [labels for labels, _ in shown.rows] == [["full", "no_augmentation"]]


@pytest.mark.parametrize("frames", [0, 1])
def test_datasets_without_a_frame_to_show_are_left_out(tmp_path: Path, frames: int) -> None:
    (tmp_path / "full/frames/000").mkdir(parents=True)
    write_dataset(tmp_path / "full", frames=frames)
    assert samples(with_datasets(tmp_path, full=tmp_path / "full")).rows == []


def test_a_picture_that_is_gone_is_left_out(tmp_path: Path) -> None:
    write_dataset(tmp_path / "full")
    (tmp_path / "full/images/000/000000001.jpg").unlink()
    ((_, shots),) = samples(with_datasets(tmp_path, full=tmp_path / "full")).rows
    assert [shot.source is None for shot in shots] == [True, False, False, False]


def test_a_frame_that_is_damaged_in_one_dataset_is_left_out_there(tmp_path: Path) -> None:
    for name in ("full", "other"):
        write_dataset(tmp_path / name)
    (tmp_path / "full/frames/000/000000003.json").write_text("{")
    (tmp_path / "other/frames/000/000000001.json").write_text("{")
    shown = samples(with_datasets(tmp_path, full=tmp_path / "full", other=tmp_path / "other"))
    assert 1 in shown.frames
    assert 3 not in shown.frames
    assert [[shot.source is None for shot in shots] for _, shots in shown.rows] == [
        [False] * FRAMES,
        [frame == 1 for frame in shown.frames],
    ]


def duel(folder: Path, baseline: list[tuple[float, ...]], arm: list[tuple[float, ...]]) -> View:
    """Two detectors on one street of two cars."""
    Image.new("RGB", (360, 180)).save(folder / "street.png")
    truth = Truth.of([Row("Car", LEFT), Row("Car", RIGHT)])
    street = LabelledImage("street", folder / "street.png", 360, 180, "", truth)
    trials = [
        Trial(Case(name), 5, paper.evaluate([street], {"street": Detections.of(rows)}), [], {}, {}, folder)
        for name, rows in (("full", baseline), ("worse", arm))
    ]
    bounds = Interval(0.5, 0.4, 0.6, 0.95, 1)
    results = StudyResults(
        name="duel", title="duel", axis="", points=(), baseline="full", test=[street], clusters=1,
        arms={name: Arm(name, "", (), None) for name in ("full", "worse")},
        trials=trials,
        estimates=[Estimate(trial.case, (5,), bounds) for trial in trials],
        comparisons=[Comparison(Case("worse"), Case("full"), (5,), bounds, "worse")],
        missing=[], done=[], command="", facts={},
    )  # fmt: skip
    return View(results)


def test_misses_are_paired(tmp_path: Path) -> None:
    view = duel(tmp_path, [(*LEFT, 0.9), (*RIGHT, 0.8)], [(*RIGHT, 0.7), (*NOWHERE, 0.9)])
    [(title, [found])], worst = misses(view)
    assert (title, found.label, found.seed) == ("", "worse", 5)
    assert (found.cars, found.baseline, found.found, found.lost, found.gained) == (2, 2, 1, 1, 0)
    (shot,) = found.shots
    assert (shot.title, shot.text) == ("baseline 0.90", "street")
    assert shot.source
    assert worst is not None
    assert worst.shots == []  # the baseline makes no mistake


def test_the_baselines_own_worst_pictures_are_shown(tmp_path: Path) -> None:
    view = duel(tmp_path, [(*LEFT, 0.9), (*NOWHERE, 0.95)], [(*RIGHT, 0.7)])
    [(_, [found])], worst = misses(view)
    assert (found.lost, found.gained) == (1, 1)
    assert worst is not None
    assert [shot.text for shot in worst.shots] == ["1 found, 1 missed, 1 false"]


def test_a_detector_that_finds_nothing_loses_all(tmp_path: Path) -> None:
    [(_, [found])], _ = misses(duel(tmp_path, [(*LEFT, 0.9), (*RIGHT, 0.8)], []))
    assert (found.baseline, found.found, found.lost) == (2, 0, 2)
