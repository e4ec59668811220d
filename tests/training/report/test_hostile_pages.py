"""Words from outside in the reports: a browser shows them and runs none, even without the pages' policy."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile_words import WORDS, escapes_in
from test_page import Set, logged
from written import write_picture

sys.path.append(str(Path(__file__).parents[1] / "study"))  # made_up_study

from made_up_study import study

from training.data.semantics import ClassSet
from training.metrics.miou import score
from training.report.figures import measure
from training.report.page import write_report
from training.report.segmentation import Example, Measured, write_segmentation
from training.study.page import write_study
from training.study.results import Missing

WORD = "".join(WORDS)
FACTS = {WORD: WORD, **{word: word for word in WORDS}}

pytestmark = pytest.mark.chromium


def assert_words_alone(browser: Any, page: Path, times: int) -> None:
    text = page.read_text("utf-8")
    assert text.count('<meta http-equiv="Content-Security-Policy"') == 1
    page.write_text(text.replace("Content-Security-Policy", "X-None"), encoding="utf-8")
    browser.get(page.as_uri())
    shown = browser.execute_script("return document.documentElement.textContent")
    assert shown.count(WORD) >= times
    assert browser.execute_script("return document.querySelectorAll('script').length") == 0
    assert escapes_in(browser) == []


def test_a_detectors_report(streets: Set, tmp_path: Path, browser: Any) -> None:
    images = [replace(image, id=f"{WORD}{image.id}") for image in streets[0]]
    detections = {f"{WORD}{name}": found for name, found in streets[1].items()}
    page, run = tmp_path / "r.html", logged(tmp_path, f"{WORD}/ap")
    write_report(page, WORD, {WORD: (images, detections, measure(images, detections))}, run, FACTS)
    assert_words_alone(browser, page, 10)


def test_a_studys_report(tmp_path: Path, browser: Any) -> None:
    results = study(tmp_path, arms=("full", "no_texture"), points={"synthetic": 0.0, WORD: 0.0})
    results = replace(
        results,
        title=WORD,
        axis=WORD,
        arms={name: replace(each, about=WORD, overrides=(WORD,)) for name, each in results.arms.items()},
        comparisons=[replace(each, sentence=WORD) for each in results.comparisons],
        missing=[Missing(WORD, WORD, Path(WORD))],
        done=[replace(each, name=WORD, kind=WORD, command=WORD) for each in results.done],
        facts=FACTS,
        notes=[WORD],
        command=WORD,
    )
    write_study(tmp_path / "report", results)
    assert_words_alone(browser, tmp_path / "report" / "index.html", 10)


def test_a_segmenters_report(tmp_path: Path, browser: Any) -> None:
    labels = np.zeros((60, 100), np.uint8)
    example = Example(WORD, write_picture(tmp_path / "a.png"), labels, labels)
    classes = ClassSet((WORD, *WORDS), ((1, 2, 3),) * (1 + len(WORDS)))
    counts = np.eye(len(classes), dtype=np.int64)
    write_segmentation(tmp_path, WORD, [Measured(WORD, 1, classes, score(counts), [example])], FACTS)
    assert_words_alone(browser, tmp_path / "report.html", 5)
