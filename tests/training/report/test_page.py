"""report.html: one sound file that needs nothing else, whatever the names and however little to show."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from html_page import Page

from conf.errors import RunError
from training.data.detections import Detections
from training.data.truth import LabelledImage, Truth
from training.report import files
from training.report.figures import measure
from training.report.page import write_report

Set = tuple[list[LabelledImage], dict[str, Detections]]
HOSTILE = """"'><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} $\\frac$ --> & co"""


def report(
    path: Path,
    images: list[LabelledImage],
    detections: dict[str, Detections],
    name: str = "val",
    title: str = "a run",
    run: Path | None = None,
    **facts: str,
) -> Page:
    write_report(path, title, {name: (images, detections, measure(images, detections))}, run, facts)
    text = path.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    for svg in re.findall(r"<svg .*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(svg)
    return page


def logged(folder: Path, column: str = "real/ap") -> Path:
    path = folder / "csv/version_0/metrics.csv"
    path.parent.mkdir(parents=True)
    rows = [f"{step},{3 / step},{step / 99},1e-3" for step in range(1, 99)]
    quoted = column.replace('"', '""')
    path.write_text("\n".join([f'step,train/loss,"{quoted}",lr-AdamW', *rows]))
    return folder


def test_everything_is_in_one_file(streets: Set, tmp_path: Path) -> None:
    page = report(tmp_path / "report.html", *streets, run=logged(tmp_path), parameters="2.2 M")
    assert page.tags["svg"] == 6
    assert page.tags["img"] > 20
    figures = measure(*streets)
    for told in (f"{100 * figures.paper.ap:.1f}", f"{100 * figures.kitti['hard'].r11:.1f}", "2.2 M"):
        assert told in page.words
    assert figures.notes[0] in page.words


def test_names_from_outside_are_words_and_nothing_else(streets: Set, tmp_path: Path) -> None:
    images = [replace(image, id=f"{HOSTILE}{image.id}") for image in streets[0]]
    detections = {f"{HOSTILE}{name}": found for name, found in streets[1].items()}
    run = logged(tmp_path, f"{HOSTILE}/ap")
    page = report(tmp_path / "r.html", images, detections, HOSTILE, HOSTILE, run, **{HOSTILE: HOSTILE})
    assert page.tags["script"] == 0
    assert page.words.count(HOSTILE) > 10


def test_a_plot_of_one_set_does_not_borrow_from_another(streets: Set, tmp_path: Path) -> None:
    images, detections = streets
    one = (images, detections, measure(images, detections))
    write_report(tmp_path / "r.html", "two", {"real": one, "synthetic": one})
    text = (tmp_path / "r.html").read_text("utf-8")
    ids = Page(text).ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= set(ids)


@pytest.mark.parametrize("count", [1, 3])
def test_little_to_show_is_no_mistake(streets: Set, tmp_path: Path, count: int) -> None:
    images = streets[0][:count]
    empty = [replace(image, truth=Truth.of()) for image in images]
    found = {image.id: streets[1][image.id] for image in images}
    for number, (some, detections) in enumerate([(images, found), (images, {}), (empty, found), (empty, {})]):
        report(tmp_path / f"{number}.html", some, detections, run=tmp_path)


def test_a_picture_that_cannot_be_read_is_told(streets: Set, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(streets[0][0].path.read_bytes()[:200])
    images = [replace(image, path=tmp_path / "cut.png") for image in streets[0]]
    page = report(tmp_path / "r.html", images, streets[1])
    assert page.tags["img"] == 0
    assert "cannot be read" in page.words


def test_it_is_written_whole_or_not_at_all(
    streets: Set, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("the old one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.Path, "replace", full)
        with pytest.raises(RunError, match=r"report\.html.*No space"):
            report(path, *streets)
    assert path.read_text() == "the old one"
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_the_same_run_gives_the_same_page(streets: Set, tmp_path: Path) -> None:
    for name in ("first.html", "second.html"):
        report(tmp_path / name, *streets, run=None)
    assert (tmp_path / "first.html").read_bytes() == (tmp_path / "second.html").read_bytes()


def test_it_shows_real_pictures(kitti: Path, tmp_path: Path) -> None:
    from training.data.kitti import read_kitti_object

    images = read_kitti_object(kitti)[:12]
    found = {
        image.id: Detections.of((*box, 0.5 + number / 1000) for number, box in enumerate(image.truth.boxes))
        for image in images
    }
    page = report(tmp_path / "r.html", images, found)
    assert page.tags["img"] >= 6
