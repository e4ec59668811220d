"""export_yolo: values, and a dataset file that resolves to the pictures."""

import pytest
import yaml
from frames import HEIGHT, WIDTH, annotation, record, rectangle

from scenegen.dataset.records import CATEGORIES
from scenegen.dataset.store import FrameStore
from scenegen.dataset.yolo import export_yolo, yolo_labels


def test_values_are_fractions_of_the_picture():
    line = yolo_labels(record(0, annotation(rectangle(30, 20, 60, 40))))
    kind, *values = line.split()
    assert kind == "0"
    assert [float(v) for v in values] == pytest.approx([60 / WIDTH, 40 / HEIGHT, 60 / WIDTH, 40 / HEIGHT])


def test_a_box_over_the_whole_picture():
    line = yolo_labels(record(0, annotation(rectangle(0, 0, WIDTH, HEIGHT))))
    assert line == "0 0.500000 0.500000 1.000000 1.000000\n"


def test_ignored_and_hidden_cars_are_left_out():
    cars = annotation(), annotation(rectangle(1, 1, 9, 4), iscrowd=1, ignore_reason="height")
    assert yolo_labels(record(0, *cars)) == ""


def test_classes_count_the_categories_from_zero():
    users = [annotation(rectangle(30, 20, 60, 40), category_id=id) for id in CATEGORIES]
    assert [line.split()[0] for line in yolo_labels(record(0, *users)).splitlines()] == list("012345")


def test_the_dataset_file_leads_to_pictures_and_labels(tmp_path):
    """As Ultralytics resolves them: paths relative to yolo.yaml, /images/ replaced by /labels/."""
    store = FrameStore(tmp_path)
    for frame in (5, 1005):
        picture = record(frame, annotation(rectangle(30, 20, 60, 40)))
        store.commit(picture, {f"images/{picture.file_name}": b"jpeg"})
    (tmp_path / "images/000/000000006.jpg").write_bytes(b"not committed")
    export_yolo(store, store.committed())
    config = yaml.safe_load((tmp_path / "yolo.yaml").read_text())
    assert config["names"] == dict(enumerate(CATEGORIES.values()))
    assert config["names"][0] == "car"
    for split in ("train", "val"):
        pictures = (tmp_path / config[split]).read_text().splitlines()
        resolved = [tmp_path / picture for picture in pictures]
        assert [path.name for path in resolved] == ["000000005.jpg", "000001005.jpg"]
        assert all(path.exists() for path in resolved)
        labels = [str(path).replace("/images/", "/labels/").replace(".jpg", ".txt") for path in resolved]
        assert all(open(path).read().startswith("0 0.2") for path in labels)  # noqa: PTH123, SIM115
