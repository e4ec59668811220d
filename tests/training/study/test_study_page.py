"""index.html and report.md of a study: sound, complete, and in need of nothing but their folder."""

import re
from collections.abc import Callable
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from html_page import Page
from made_up_study import study

from conf.errors import RunError
from training.metrics.bootstrap import Interval
from training.report import files
from training.report.figures import percent
from training.study.page import write_study
from training.study.results import Case, Missing, StudyResults
from training.study.words import percent_bounds, point_bounds, points

HOSTILE = """"'><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} $\\frac$ | --> & co"""
Make = Callable[..., StudyResults]

STUDIES: dict[str, dict[str, Any]] = {
    "components": {},
    "numbers": {
        "arms": ("full", "real_only"),
        "axis": "real pictures",
        "points": {"0": 0.0, "25": -0.02, "100": -0.04, "1600": -0.06},
        "baseline": "real_only",
        "left_out": (Case("real_only", "0"),),
    },
    "detectors": {
        "arms": ("full",),
        "axis": "detector",
        "points": {"ssd": 0.0, "ssdlite": 0.02, "faster_rcnn": -0.02},
        "baseline": None,
    },
    "without axis": {"arms": ("full", "no_texture"), "axis": "", "points": {"": 0.0}},
    "one seed": {"arms": ("full", "no_texture"), "seeds": (4,)},
    "one arm": {"arms": ("full",), "axis": "", "points": {"": 0.0}},
    "nothing": {"arms": ("full",), "axis": "", "points": {"": 0.0}, "seeds": (), "left_out": (Case("full"),)},
}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the made-up pictures and datasets lie."""
    return tmp_path_factory.mktemp("made_up")


def written(folder: Path, results: StudyResults) -> Page:
    write_study(folder, results)
    text = (folder / "index.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert {address[1:] for address in page.addresses if address.startswith("#")} <= set(page.ids)
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(page.ids)
    for svg in re.findall(r"<svg .*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg)
    return page


@pytest.mark.parametrize("name", STUDIES)
def test_every_figure_is_on_the_page_and_in_the_markdown(name: str, source: Path, tmp_path: Path) -> None:
    results = study(source, **STUDIES[name])
    page, text = written(tmp_path, results), (tmp_path / "report.md").read_text("utf-8")
    for each in results.comparisons:
        assert each.sentence in page.words
        assert each.sentence in text
        row = f"| {points(each.difference.estimate)} | {point_bounds(each.difference)} | {len(each.seeds)} |"
        assert row in text
    for estimate in results.estimates:
        told = percent(estimate.ap.estimate), percent_bounds(estimate.ap)
        assert f"| {' | '.join(told)} |" in text
        assert all(each in page.words for each in told)
    for trial in results.trials:
        assert percent(trial.score.ap) in page.words
    assert results.command in page.words
    assert results.command in text
    assert all(f"\n| {step.kind} | 1 |" in text for step in results.done)


def test_what_is_missing_is_said(source: Path, tmp_path: Path) -> None:
    missing = Missing(
        "pretrain no_lighting, seed 1", "Traceback: long\nthe disk is full\n", Path("steps/a1/log.txt")
    )
    page = written(tmp_path, study(source, arms=("full", "no_texture"), missing=[missing]))
    for text in (page.words, (tmp_path / "report.md").read_text("utf-8").replace("\\", "")):
        assert all(told in text for told in (missing.name, "the disk is full", str(missing.log)))
        assert "Traceback" not in text


@pytest.mark.parametrize(("seeds", "told"), [((0, 1), "over drives and seeds"), ((0,), "one seed")])
def test_intervals_say_what_they_are_over(
    source: Path, tmp_path: Path, seeds: tuple[int, ...], told: str
) -> None:
    page = written(tmp_path, study(source, arms=("full", "no_texture"), seeds=seeds))
    assert told in " ".join(page.words.split())


def test_notes_are_told(source: Path, tmp_path: Path) -> None:
    page = written(tmp_path, replace(study(source, arms=("full",)), notes=["Few drives."]))
    assert "Few drives." in page.words
    assert "\n- Few drives.\n" in (tmp_path / "report.md").read_text("utf-8")


def test_a_study_of_which_nothing_came_says_so(source: Path, tmp_path: Path) -> None:
    page = written(tmp_path, study(source, **STUDIES["nothing"]))
    assert "No arm was measured" in page.words
    assert page.tags["svg"] == 0


def test_one_drive_has_estimates_without_bounds(source: Path, tmp_path: Path) -> None:
    results = study(source, arms=("full", "no_texture"))
    unknown = Interval(0.4, nan, nan, 0.95, 1, 3)
    results = replace(
        results,
        estimates=[replace(each, ap=unknown) for each in results.estimates],
        comparisons=[replace(each, difference=unknown) for each in results.comparisons],
    )
    page = written(tmp_path, results)
    assert "+40.0" in page.words
    assert not re.search(r"(left|width): -?nan", (tmp_path / "index.html").read_text("utf-8"))
    for text in (
        page.words,
        *((tmp_path / name).read_text("utf-8") for name in ("report.md", "estimates.csv")),
    ):
        assert not re.search(r"\bnan\b", text)


def test_names_from_outside_are_words_and_nothing_else(source: Path, tmp_path: Path) -> None:
    results = study(source, arms=("full", "no_texture"), points={"synthetic": 0.0, HOSTILE: 0.0})
    results = replace(
        results,
        title=HOSTILE,
        axis=HOSTILE,
        arms={
            name: replace(each, about=HOSTILE, overrides=(HOSTILE,)) for name, each in results.arms.items()
        },
        comparisons=[replace(each, sentence=HOSTILE) for each in results.comparisons],
        missing=[Missing(HOSTILE, HOSTILE, Path(HOSTILE))],
        done=[replace(each, name=HOSTILE, kind=HOSTILE, command=HOSTILE) for each in results.done],
        facts={HOSTILE: HOSTILE},
        notes=[HOSTILE],
        command=HOSTILE,
    )
    page = written(tmp_path, results)
    assert page.tags["script"] == 0
    assert page.words.count(HOSTILE) > 20
    prose = re.sub(r"```.*?```", "", (tmp_path / "report.md").read_text("utf-8"), flags=re.DOTALL)
    assert "<script>" not in prose.replace("\\<", "")
    assert not re.search(r"(?<!\\)\| --", prose.replace("|---", ""))


def test_a_trials_own_report_is_linked_while_it_is_there(source: Path, tmp_path: Path) -> None:
    results = study(source, arms=("full",), seeds=(0,))
    report = tmp_path / "steps/a b/report.html"
    report.parent.mkdir(parents=True)
    report.write_text("there")
    results = replace(results, trials=[replace(each, report=report) for each in results.trials])
    write_study(tmp_path / "report", results)
    assert 'href="../steps/a%20b/report.html"' in (tmp_path / "report/index.html").read_text("utf-8")


def test_the_same_results_give_the_same_files(source: Path, tmp_path: Path) -> None:
    written = []
    for name in ("first", "second"):
        write_study(tmp_path / name, study(source, arms=("full", "no_texture")))
        written.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


def test_what_was_there_stays_where_the_disk_refuses(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index.html").write_text("the old one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    results = study(source, arms=("full",), seeds=(0,))
    with monkeypatch.context() as patch:
        patch.setattr(files.Path, "replace", full)
        with pytest.raises(RunError, match="No space"):
            write_study(tmp_path, results)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text() == "the old one"


LOOK = """
    const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const brightness = (colour) => channels(colour).reduce((sum, each) => sum + each) / 3;
    const card = brightness(getComputedStyle(document.querySelector("figure")).backgroundColor);
    const texts = [...document.querySelectorAll(".plots svg text")];
    return {
        card,
        texts: texts.length,
        contrast: Math.min(...texts.map((text) => Math.abs(brightness(getComputedStyle(text).fill) - card))),
        overflow: document.documentElement.scrollWidth - innerWidth,
    };
"""


@pytest.mark.chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_in_chromium(source: Path, tmp_path: Path, browser: Any, scheme: str) -> None:
    write_study(tmp_path / "numbers", study(source, **STUDIES["numbers"]))
    write_study(tmp_path / "components", study(source))
    features = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", features)
    for name, width in (("numbers", 1400), ("components", 400)):
        shape = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", shape)
        browser.get((tmp_path / name / "index.html").as_uri())
        seen = browser.execute_script(LOOK)
        assert seen["texts"] > 20
        assert seen["contrast"] > 60, "letters can be told from the card they stand on"
        assert (seen["card"] > 128) == (scheme == "light")
        assert seen["overflow"] <= 0, "nothing is wider than the window"
        assert browser.get_log("browser") == []
