"""COCO datasets of Carousel's and of others, and the mistakes that are named."""

import json
from pathlib import Path

import numpy as np
import pytest
from written import annotation, write_coco, write_picture, write_text

from conf.errors import UserError
from training.data.coco import read_coco
from training.data.detections import read_coco_results


def edit(root: Path, change: object) -> Path:
    """Calls `change` with the document of the dataset and writes what it made of it."""
    path = root / "annotations" / "instances.json"
    document = json.loads(path.read_text())
    change(document)  # type: ignore[operator]
    path.write_text(json.dumps(document))
    return root


def test_a_dataset_of_ours(tmp_path: Path) -> None:
    write_coco(
        tmp_path,
        [
            annotation(1, 0),
            annotation(2, 0, bbox=[50.0, 0.0, 10.0, 5.0], iscrowd=1, ignore_reason="height"),
            *(annotation(number + 2, 0, category_id=number) for number in range(2, 7)),
        ],
        images=4,
    )
    images = read_coco(tmp_path)
    assert [image.id for image in images] == [f"{number:09d}" for number in range(4)]
    assert [image.group for image in images] == ["0", "0", "1", "1"]
    truth = images[0].truth
    assert truth.kind.tolist() == ["Car", "Car", "Truck", "Misc", "Misc", "Cyclist", "Pedestrian"]
    np.testing.assert_array_equal(truth.boxes[:2], [[10, 20, 40, 50], [50, 0, 60, 5]])
    assert (truth.truncation[0], truth.occlusion[0], truth.distance_m[0]) == (0.1, 1, 5.0)
    assert truth.cars.tolist() == [True] + [False] * 6
    assert truth.neutral.tolist() == [False, True] + [False] * 5
    assert not len(images[1].truth.boxes)


def bare(root: Path, file_name: str = "a.png") -> Path:
    """A dataset of another's, with no more than COCO demands."""
    document = {
        "images": [{"id": "a", "file_name": file_name}],
        "annotations": [{"id": 1, "image_id": "a", "category_id": 3, "bbox": [1, 2, 3, 4]}],
        "categories": [{"id": 3, "name": "car"}, {"id": 9, "name": "zebra"}],
    }
    return write_text(root / "labels.json", json.dumps(document))


@pytest.mark.parametrize("place", [".", "../images", "..", "elsewhere"])
def test_pictures_are_found_where_others_put_them(tmp_path: Path, place: str) -> None:
    path = bare(tmp_path / "set" / "annotations")
    write_picture((path.parent / place / "a.png").resolve())
    (image,) = read_coco(path, path.parent / "elsewhere" if place == "elsewhere" else None)
    assert (image.id, image.width, image.height, image.group) == ("a", 100, 60, "")
    assert image.truth.boxes.tolist() == [[1, 2, 4, 6]]
    assert image.truth.cars.all() and np.isnan(image.truth.distance_m).all()


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "x/../../a.png", "..\\a.png"])
def test_a_path_that_leaves_the_dataset_is_refused(tmp_path: Path, name: str) -> None:
    write_picture(tmp_path / "a.png")
    with pytest.raises(UserError, match="leaves the dataset's folder"):
        read_coco(bare(tmp_path / "set", name))


def test_a_link_that_the_user_made_in_the_dataset_is_followed(tmp_path: Path) -> None:
    path = bare(tmp_path / "set")
    path.with_name("a.png").symlink_to(write_picture(tmp_path / "elsewhere" / "a.png"))
    assert len(read_coco(path)) == 1


@pytest.mark.parametrize("name", ["a" * 300 + ".png", "a\0.png"])
def test_a_name_that_no_file_can_have_is_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"labels\.json: image 'a': .*is missing"):
        read_coco(bare(tmp_path, name))


NO_JSON = {"endless": b"[" * 100_000, "no text": b'{"images": [{"id": "\xff"}]}', "damaged": b"{"}


@pytest.mark.parametrize("content", NO_JSON.values(), ids=NO_JSON)
def test_a_file_that_is_no_json_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "labels.json").write_bytes(content)
    with pytest.raises(UserError, match=r"labels\.json: "):
        read_coco(tmp_path / "labels.json")
    with pytest.raises(UserError, match=r"labels\.json: "):
        read_coco_results(tmp_path / "labels.json", ["a"])


@pytest.mark.parametrize("key", ["track_id", "category_id", "image_id"])
def test_a_number_larger_than_arrays_hold_is_named(tmp_path: Path, key: str) -> None:
    write_coco(tmp_path, [annotation(1, 0, **{key: 2**63})])
    with pytest.raises(UserError, match=rf"instances\.json: .*{key}"):
        read_coco(tmp_path)


def rename_image(document: dict) -> None:
    document["images"][0]["file_name"] = "000/gone.jpg"


def resize_image(document: dict) -> None:
    document["images"][0]["width"] = 640


def foreign_category(document: dict) -> None:
    document["annotations"][0]["category_id"] = 77


def foreign_image(document: dict) -> None:
    document["annotations"][0]["image_id"] = 9


def box_outside(document: dict) -> None:
    document["annotations"][0]["bbox"] = [100.0, 0.0, 5.0, 5.0]


def box_negative(document: dict) -> None:
    document["annotations"][0]["bbox"] = [10.0, 10.0, -5.0, 5.0]


SKIPPED = {
    rename_image: "'000/gone.jpg' is missing",
    resize_image: "said to be 640 × 60",
    foreign_category: "annotation 1 is of category 77",
    box_outside: "annotation 1: the box .* lies outside",
    box_negative: "annotation 1: the box .* ends before it begins",
}


@pytest.mark.parametrize("change", SKIPPED)
def test_a_mistake_is_named_or_its_picture_left_out(tmp_path: Path, change: object) -> None:
    root = edit(write_coco(tmp_path, [annotation(1, 0), annotation(2, 1)]), change)
    with pytest.raises(UserError, match=rf"instances\.json.*{SKIPPED[change]}"):  # type: ignore[index]
        read_coco(root)
    with pytest.warns(UserWarning, match="left out"):
        assert [image.id for image in read_coco(root, on_error="skip")] == ["000000001"]


def test_an_annotation_of_no_image(tmp_path: Path) -> None:
    root = edit(write_coco(tmp_path, [annotation(1, 0)]), foreign_image)
    with pytest.raises(UserError, match="annotation 1 is of image 9, which isn't listed"):
        read_coco(root)


def same_ids(document: dict) -> None:
    document["images"][1]["id"] = 0


def same_annotations(document: dict) -> None:
    document["annotations"][1]["id"] = 1


def no_car(document: dict) -> None:
    document["categories"] = document["categories"][1:]


def short_box(document: dict) -> None:
    document["annotations"][1]["bbox"] = [1.0, 2.0, 3.0]


def not_a_number(document: dict) -> None:
    document["annotations"][1]["bbox"][0] = float("nan")  # json writes NaN, which isn't JSON


FATAL = {
    same_ids: "2 image entries have the id 0",
    same_annotations: "2 annotation entries have the id 1",
    no_car: 'no category is called "car"; there are: Cyclist, Misc',
    short_box: r"\$\.annotations\[1\]\.bbox",
    not_a_number: "malformed",
}


@pytest.mark.parametrize("change", FATAL)
def test_what_makes_the_whole_file_useless_is_an_error_always(tmp_path: Path, change: object) -> None:
    root = edit(write_coco(tmp_path, [annotation(1, 0), annotation(2, 1)]), change)
    with pytest.raises(UserError, match=rf"instances\.json: .*{FATAL[change]}"):  # type: ignore[index]
        read_coco(root, on_error="skip")


def test_damaged_json(tmp_path: Path) -> None:
    path = write_coco(tmp_path, []) / "annotations" / "instances.json"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(UserError, match=r"instances\.json: "):
        read_coco(tmp_path)
    path.unlink()
    with pytest.raises(UserError, match=r"instances\.json: there is no such file"):
        read_coco(tmp_path)
