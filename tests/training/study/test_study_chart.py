"""Where the chart's bars, whiskers and curves lie."""

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_study import study

from training.metrics.bootstrap import Interval
from training.study import chart, plots
from training.study.results import Case, StudyResults
from training.study.view import View


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return study(tmp_path_factory.mktemp("made_up"))


def with_differences(results: StudyResults, **differences: float) -> View:
    """The comparisons of these arms alone, each a percent point wide on both sides."""
    comparisons = [
        replace(each, difference=Interval(value, value - 0.01, value + 0.01, 0.95, 2, 3))
        for each in results.comparisons
        if (value := differences.get(each.case.arm)) is not None
    ]
    return View(replace(results, comparisons=comparisons))


def test_the_largest_loss_comes_first(results: StudyResults) -> None:
    view = with_differences(results, no_texture=-0.02, no_lighting=-0.05, structured=0.03)
    drawn = chart.differences(view)
    assert [title for title, _ in drawn.panels] == ["trained on synthetic", "trained on synthetic + real"]
    for _, rows in drawn.panels:
        assert [row.case.arm for row in rows] == ["no_lighting", "no_texture", "structured"]
        assert [row.found for row in rows] == [True, True, True]
    assert [row.marks for row in drawn.panels[0][1]] == [[-6.1], [-4.7], []]


def test_a_difference_is_seen_where_the_interval_excludes_0(results: StudyResults) -> None:
    view = with_differences(results, no_texture=-0.009, no_lighting=-0.011)
    (_, rows), _ = chart.differences(view).panels
    assert [row.found for row in rows] == [True, False]


def test_the_scale_holds_every_row_and_0(results: StudyResults) -> None:
    drawn = chart.differences(with_differences(results, no_texture=-0.06, no_lighting=-0.05))
    places = [drawn.scale(value) for _, rows in drawn.panels for row in rows for value in row.values]
    assert 0 < min(places) < max(places) < drawn.scale(0) < 100
    assert not drawn.cut
    assert drawn.scale(drawn.scale.low) == 0
    assert drawn.scale(drawn.scale.high) == 100
    assert 0.0 in drawn.scale.ticks


def test_a_giant_is_cut_so_that_the_others_can_be_seen(results: StudyResults) -> None:
    small = dict.fromkeys(("no_texture", "no_lighting", "structured"), -0.03)
    drawn = chart.differences(with_differences(results, **small, real_only=-0.6))
    assert drawn.cut
    assert drawn.scale.low > -10


def test_estimates_mark_each_seed(results: StudyResults) -> None:
    view = View(results)
    for _, rows in chart.estimates(view).panels:
        for row in rows:
            assert row.marks == [100 * trial.score.ap for trial in view.trials[row.case]]


def test_numbers_make_an_axis_and_words_do_not(tmp_path: Path, results: StudyResults) -> None:
    points = {"0": 0.0, "0.25": 0.0, "5200": 0.0}
    view = View(study(tmp_path, arms=("full", "no_texture"), axis="real pictures", points=points, seeds=(0,)))
    assert view.numbers == {"0": 0.0, "0.25": 0.25, "5200": 5200.0}
    assert [(panel.title, [label for label, _ in panel.rows]) for panel in view.difference_panels()] == [
        ("no texture", ["0", "0.25", "5,200"])
    ]
    assert View(results).numbers == {}
    assert View(replace(results, points=("7",))).numbers == {}


def test_zero_is_set_apart_where_the_axis_is_logarithmic() -> None:
    place = plots._Axis([0, 25, 100, 1600])
    assert place(0) < place(25) < place(100) < place(1600)
    assert place(100) - place(25) == pytest.approx(place(1600) - place(400))
    plain = plots._Axis([0, 0.25, 0.5])
    assert [plain(value) for value in (0, 0.25, 0.5)] == [0, 0.25, 0.5]


def test_the_papers_fine_tuning_stands_beside_ours_alone(tmp_path: Path) -> None:
    given = {"arms": ("full", "real_only"), "points": {"25": 0.0, "100": 0.0}, "seeds": (0,), "left_out": ()}
    assert "DR paper" in plots.along_axis(View(study(tmp_path, axis="real pictures", **given)))
    assert "DR paper" not in plots.along_axis(View(study(tmp_path, axis="rendered pictures", **given)))


def test_curves_are_a_handful_at_a_time_and_the_baseline_is_in_each(results: StudyResults) -> None:
    drawn = plots.precision_recall(View(results))
    assert len(drawn) == 4
    for title, svg in drawn:
        assert title.startswith("trained on")
        assert "full randomization" in svg
    assert sum("fixed lighting" in svg for _, svg in drawn) == 2


def test_a_single_arms_curves_are_told_apart_by_point(tmp_path: Path) -> None:
    made = study(
        tmp_path, arms=("full",), axis="detector", points={"ssd": 0.0, "ssdlite": 0.0}, baseline=None
    )
    ((_, svg),) = plots.precision_recall(View(made))
    assert "ssdlite" in svg
    assert [label for label, _ in View(made).estimate_panels()[0].rows] == ["ssd", "ssdlite"]
    assert View(made).trials[Case("full", "ssd")][0].seed == 0
