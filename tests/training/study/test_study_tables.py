"""The CSV files: every figure as it was given."""

import csv
from pathlib import Path

import numpy as np
import pytest
from made_up_study import study

from training.metrics.curves import average_precision, curve, precision_at, records
from training.study import published
from training.study.page import write_study
from training.study.results import Case, StudyResults
from training.study.tables import RECALLS


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return study(tmp_path_factory.mktemp("made_up"), arms=("full", "no_texture", "real_only"))


@pytest.fixture(scope="module")
def folder(results: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    write_study(made, results)
    return made


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_trials(folder: Path, results: StudyResults) -> None:
    found = {(line["arm"], line["point"], int(line["seed"])): line for line in lines(folder / "trials.csv")}
    assert len(found) == len(results.trials)
    for trial in results.trials:
        line = found[trial.case.arm, trial.case.point, trial.seed]
        told = [float(line[name]) for name in ("ap", "kitti_moderate_r40", "coco_ap", "pretrain_seconds")]
        figures = trial.figures
        assert told == pytest.approx(
            [trial.score.ap, figures["kitti"]["moderate"]["r40"], figures["coco"]["AP"], 100.0], rel=1e-5
        )


def test_estimates_and_comparisons(folder: Path, results: StudyResults) -> None:
    found = {Case(line["arm"], line["point"]): line for line in lines(folder / "estimates.csv")}
    assert list(found) == [each.case for each in results.estimates]
    for each in results.estimates:
        told = [float(found[each.case][name]) for name in ("ap", "low", "high", "seeds")]
        assert told == pytest.approx([each.ap.estimate, each.ap.low, each.ap.high, 3], rel=1e-5)
    compared = {Case(line["arm"], line["point"]): line for line in lines(folder / "comparisons.csv")}
    assert set(compared) == {each.case for each in results.comparisons}
    for each in results.comparisons:
        line = compared[each.case]
        told = [float(line[name]) for name in ("difference", "low", "high")]
        bounds = each.difference
        assert told == pytest.approx([bounds.estimate, bounds.low, bounds.high], rel=1e-5)
        assert (line["sentence"], line["baseline"]) == (each.sentence, "full")
    assert compared[Case("no_texture", "synthetic")]["published_difference"] == "-0.047"
    assert compared[Case("no_texture", "synthetic + real")]["published_difference"] == ""


def test_curves_hold_their_ap(folder: Path, results: StudyResults) -> None:
    found = lines(folder / "curves.csv")
    assert len(found) == 101 * len(results.trials)
    trial = results.trials[-1]
    mine = [
        float(line["precision"])
        for line in found
        if (line["arm"], line["point"], line["seed"]) == (trial.case.arm, trial.case.point, str(trial.seed))
    ]
    assert np.mean(mine[1:]) == pytest.approx(
        average_precision(trial.score.records, recall_points=100), rel=1e-4
    )


def test_precision_is_the_best_at_a_recall_or_any_higher() -> None:
    hits, image = np.array([1, 0, 1, 0]), np.zeros(4, np.int64)
    found = records(np.array([0.9, 0.8, 0.7, 0.6]), hits, 1 - hits, image, np.array([4]))
    told = precision_at(curve(found), np.array([0.0, 0.25, 0.26, 0.5, 0.51, 1.0]))
    assert told.tolist() == pytest.approx([1, 1, 2 / 3, 2 / 3, 0, 0])
    nothing = records(np.array([0.9]), np.array([0]), np.array([1]), np.array([0]), np.array([0]))
    assert np.isnan(precision_at(curve(nothing), RECALLS)).all()


def test_steps_and_published(folder: Path, results: StudyResults) -> None:
    assert [line["command"] for line in lines(folder / "steps.csv")] == [
        each.command for each in results.done
    ]
    assert len(lines(folder / "published.csv")) == len(published.PUBLISHED)


def test_published_differences_are_those_of_the_published_aps() -> None:
    ablation = [each for each in published.PUBLISHED if each.subject == "ablation"]
    full = next(each.ap for each in ablation if each.arm == "full")
    for each in ablation:
        assert each.ap is None or each.difference == pytest.approx(each.ap - full)


@pytest.mark.parametrize(
    ("case", "baseline", "expected"),
    [
        (Case("no_lighting", "synthetic"), Case("full", "synthetic"), -6.1),
        (Case("no_distractors"), Case("full"), -1.1),
        (Case("no_lighting", "synthetic + real"), Case("full", "synthetic + real"), None),
        (Case("no_lighting", "synthetic"), Case("structured", "synthetic"), None),
        (Case("no_camera", "synthetic"), Case("full", "synthetic"), None),
    ],
)  # fmt: skip
def test_a_published_difference_stands_beside_the_same_change_alone(
    case: Case, baseline: Case, expected: float | None
) -> None:
    assert published.difference(case, baseline) == expected
