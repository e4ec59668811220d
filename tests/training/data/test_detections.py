"""Detections written and read again, by us and by others."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO
from written import write_text

from conf.errors import UserError
from training.data.detections import (
    Detections,
    coco_results,
    read_coco_results,
    read_detections,
    write_coco_results,
    write_kitti_results,
)

RESULT = "Car -1 -1 -10 10.00 20.00 40.00 50.00 -1 -1 -1 -1000 -1000 -1000 -10 0.5"
IDS = ["000001", "0003/000017", "000000042"]

pixels = st.integers(0, 100_000).map(lambda value: value / 100)
row = st.tuples(pixels, pixels, pixels, pixels, st.floats(0, 1, width=16)).map(
    lambda row: (row[0], row[1], row[0] + row[2], row[1] + row[3], row[4])
)


@pytest.mark.parametrize("form", ["kitti", "coco"])
@given(rows=st.lists(row, max_size=6))
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, form: str, rows: list[tuple[float, ...]]
) -> None:
    found = {IDS[0]: Detections.of(rows), IDS[1]: Detections(), IDS[2]: Detections.of(rows[:1])}
    place = tmp_path_factory.mktemp("results") / form
    (write_kitti_results if form == "kitti" else write_coco_results)(place, found)
    again = read_detections(place, IDS)
    for name in IDS:
        np.testing.assert_allclose(again[name].boxes, found[name].boxes, atol=0.006)
        np.testing.assert_allclose(again[name].scores, found[name].scores, rtol=1e-8)


def test_the_surest_come_first() -> None:
    found = Detections.of([(0, 0, 1, 1, 0.2), (0, 0, 2, 2, 0.9), (0, 0, 3, 3, 0.2)])
    assert found.scores.tolist() == [0.9, 0.2, 0.2]
    assert found.boxes[:, 2].tolist() == [2, 1, 3]


def test_what_is_missing_has_no_detections_and_other_types_are_passed_over(tmp_path: Path) -> None:
    write_text(tmp_path / "data" / "000001.txt", RESULT, RESULT.replace("Car", "Pedestrian"))
    found = read_detections(tmp_path, IDS)
    assert [len(found[name].scores) for name in IDS] == [1, 0, 0]


def test_a_thousand_to_a_folder(tmp_path: Path) -> None:
    write_text(tmp_path / "000" / "000000042.txt", RESULT)
    assert len(read_detections(tmp_path, IDS)["000000042"].scores) == 1


MISTAKES = {
    "15 fields; a result has 16": RESULT.rpartition(" ")[0],
    "one of .*, high is not a number": RESULT.replace("0.5", "high"),
    "a number is not finite": RESULT.replace("0.5", "nan"),
    "one of left, .* is not a number": RESULT.replace("10.00", "left"),
    "ends before it begins": RESULT.replace("40.00", "4.00"),
}


@pytest.mark.parametrize("told", MISTAKES)
def test_mistakes_are_named_with_their_line(tmp_path: Path, told: str) -> None:
    write_text(tmp_path / "000001.txt", RESULT, MISTAKES[told])
    with pytest.raises(UserError, match=rf"000001\.txt:2: .*{told}"):
        read_detections(tmp_path, IDS)


def test_a_picture_that_the_dataset_lacks(tmp_path: Path) -> None:
    write_text(tmp_path / "000009.txt", RESULT)
    with pytest.raises(UserError, match=r"000009\.txt: the dataset has no picture '000009'"):
        read_detections(tmp_path, IDS)
    assert not len(read_detections(tmp_path, IDS, known=["000009"])["000001"].scores)


def write_results(path: Path, **fields: object) -> Path:
    entry = {"image_id": 42, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5} | fields
    path.write_text(json.dumps([entry]))
    return path


def test_coco_results_of_others(tmp_path: Path) -> None:
    path = write_results(tmp_path / "r.json")
    assert read_detections(path, IDS)["000000042"].boxes.tolist() == [[1, 2, 4, 6]]
    assert not len(read_coco_results(path, IDS, category=3)["000000042"].scores)
    write_results(path, image_id=77)
    with pytest.raises(UserError, match=r"r\.json: entry 0: the dataset has no picture '000000077'"):
        read_detections(path, IDS)
    write_results(path, bbox=[1, 2, -3, 4])
    with pytest.raises(UserError, match=r"entry 0: the box .* ends before it begins"):
        read_detections(path, IDS)
    write_results(path, score="high")
    with pytest.raises(UserError, match=r"r\.json: .*\$\[0\]\.score"):
        read_detections(path, IDS)
    with pytest.raises(UserError, match="there is no such folder or file"):
        read_detections(tmp_path / "gone", IDS)


def test_pycocotools_loads_our_results() -> None:
    truth = COCO()
    truth.dataset = {
        "info": {},
        "images": [{"id": 42, "width": 100, "height": 60}],
        "annotations": [],
        "categories": [{"id": 1, "name": "car"}],
    }
    truth.createIndex()
    entries = coco_results({"000000042": Detections.of([(1, 2, 4, 6, 0.5)])})
    loaded = truth.loadRes(msgspec.to_builtins(entries))
    assert [a["bbox"] for a in loaded.anns.values()] == [(1, 2, 3, 4)]


def test_a_result_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "000001.txt").write_bytes(b"Car \xff")
    with pytest.raises(UserError, match=r"000001\.txt: this is not a text file"):
        read_detections(tmp_path, IDS)
