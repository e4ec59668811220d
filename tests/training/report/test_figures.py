"""measure, as_dict, table: the metrics' own numbers, and no exception where there is nothing to measure."""

import json
import math
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from conf.errors import RunError
from training.data.detections import Detections
from training.data.truth import LabelledImage, Row, Truth
from training.metrics import coco, kitti, paper
from training.metrics.bootstrap import interval
from training.metrics.curves import average_precision, best_f1
from training.report.figures import FALLBACK_THRESHOLD, measure, table, write_figures

Set = tuple[list[LabelledImage], dict[str, Detections]]
SURE = Detections.of([(100, 100, 200, 180, 0.9)])


def picture(*rows: Row, name: str = "only") -> LabelledImage:
    return LabelledImage(name, Path("none.png"), 1242, 375, "", Truth.of(rows))


def test_they_are_the_metrics_own(streets: Set) -> None:
    images, detections = streets
    figures = measure(images, detections, seed=3)
    score = paper.evaluate(images, detections)
    assert figures.paper.ap == score.ap
    assert figures.threshold == best_f1(score.records)
    by_drive = interval(partial(average_precision, score.records), len(images), score.pool.clusters, seed=3)
    assert figures.paper_interval == by_drive
    assert by_drive.units == figures.units == 5
    with pytest.warns(UserWarning, match="fewer than 41"):
        official = kitti.evaluate(images, detections)
    assert [each.r40 for each in figures.kitti.values()] == [each.r40 for each in official.values()]
    assert figures.kitti_interval is not None
    assert figures.kitti_interval.estimate == pytest.approx(official["moderate"].r40)
    assert figures.coco == coco.evaluate(images, detections)


def test_missed_and_false_are_those_of_the_curve_at_the_threshold(streets: Set) -> None:
    figures = measure(*streets)
    records = figures.paper.records
    kept = records.scores >= figures.threshold
    assert figures.missed == figures.paper.positives - records.hits[kept].sum()
    assert sum(figures.mistakes.values()) == records.misses[kept].sum()
    assert any(figures.mistakes.values())


def test_the_seed_moves_the_intervals_alone(streets: Set) -> None:
    first, second = (measure(*streets, seed=seed) for seed in (0, 1))
    assert first.paper_interval != second.paper_interval
    assert first.paper.ap == second.paper.ap


def test_warnings_become_notes() -> None:
    images = [picture(Row("Car", (100, 100, 200, 180)))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = measure(images, {"only": SURE})
    assert sum("fewer than 41" in note for note in figures.notes) == 3
    assert "fewer than 41" in table(figures)


@pytest.mark.parametrize("detections", [{}, {"only": Detections()}, {"only": SURE}])
def test_pictures_without_cars_have_no_figures(detections: dict[str, Detections]) -> None:
    figures = measure([picture(Row("Pedestrian", (100, 100, 200, 180)))], detections)
    assert math.isnan(figures.paper.ap)
    assert all(math.isnan(score.r40) and math.isnan(score.r11) for score in figures.kitti.values())
    assert all(map(math.isnan, figures.coco.values()))
    assert figures.paper_interval is figures.kitti_interval is None
    assert figures.threshold == FALLBACK_THRESHOLD
    assert "KITTI hard: no car to find" in figures.notes
    assert "–" in table(figures)
    told = figures.as_dict()
    assert told["paper"]["ap"] is None
    assert told["kitti"]["easy"] == {"r40": None, "r11": None, "cars": 0}


def test_without_detections_every_car_is_missed(streets: Set) -> None:
    figures = measure(streets[0], {})
    assert figures.paper.ap == 0
    assert figures.missed == figures.paper.positives > 0
    assert not any(figures.mistakes.values())
    assert table(figures)


def test_one_drive_has_no_interval(streets: Set) -> None:
    images, detections = streets
    figures = measure([replace(image, group="one") for image in images], detections)
    assert figures.paper_interval is None
    assert figures.paper.ap == measure(images, detections).paper.ap
    assert any("no interval" in note for note in figures.notes)


def test_few_drives_get_a_note(streets: Set) -> None:
    images, detections = streets
    assert any("only 5 drives" in note for note in measure(images, detections).notes)
    alone = measure([replace(image, group="") for image in images], detections)
    assert not any("too narrow" in note for note in alone.notes)
    assert "over 40 pictures" in table(alone)


def test_the_json_is_strict_and_holds_the_facts(streets: Set, tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"
    figures = measure(*streets)
    write_figures(path, figures, {"parameters": "2.2 M"})

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    told = json.loads(path.read_text("utf-8"), parse_constant=refuse)
    assert told["paper"]["ap"] == figures.paper.ap
    assert told["breakdown"]["height_px"][-1]["high"] is None
    assert told["facts"] == {"parameters": "2.2 M"}


def test_a_disk_that_refuses_is_told_by_its_path(streets: Set, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"file.figures\.json"):
        write_figures(tmp_path / "file" / "figures.json", measure(*streets), {})


def test_the_table_is_aligned(streets: Set) -> None:
    lines = table(measure(*streets)).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("KITTI"))
    assert len({len(line) for line in lines[start : start + 4]}) == 1
    assert all(len(line) <= 110 for line in lines if not line.startswith("note"))


def test_flicker_is_told_where_cars_have_tracks(streets: Set) -> None:
    figures = measure(*streets)
    assert figures.flicker is None and "flicker" not in table(figures)
    car = Row("Car", (100.0, 100.0, 200.0, 180.0), track=4)
    images = [replace(picture(car, name=f"0003/{n:06d}"), frame=n, group="drive") for n in range(3)]
    figures = measure(images, {images[0].id: SURE, images[2].id: SURE})
    assert figures.flicker is not None and figures.flicker.at.fragment == 1.0
    told = json.loads(json.dumps(figures.as_dict()["flicker"]))
    assert told["trajectories"] == 1 and told["at_best_f1"]["flicker"] == 1.0
    assert list(told["by_recall"]) == ["10%", "20%", "30%", "40%", "50%", "60%"]
    assert "  fragment           1.000" in table(figures)
