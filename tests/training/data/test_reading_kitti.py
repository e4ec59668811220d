"""KITTI's object and tracking sets as the readers see them, and the mistakes they name."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from written import CAR, DONT_CARE, write_kitti, write_picture, write_text

from conf.errors import UserError
from training.data.kitti import read_kitti_object, read_kitti_tracking


def test_fields_of_an_object_label(tmp_path: Path) -> None:
    (image,) = read_kitti_object(write_kitti(tmp_path, {"000001": [CAR, DONT_CARE]}))
    truth = image.truth
    assert (image.id, image.width, image.height) == ("000001", 100, 60)
    assert image.group == "2011_09_26_drive_0101_sync"  # of KITTI's image 000001
    assert truth.kind.tolist() == ["Car", "DontCare"]
    np.testing.assert_array_equal(truth.boxes, [[10, 20, 40, 50], [60, 5, 70, 9]])
    assert (truth.truncation.tolist(), truth.occlusion.tolist()) == ([0.1, 0], [1, 3])
    assert truth.distance_m[0] == 5 and np.isnan(truth.distance_m[1])
    assert (truth.cars.tolist(), truth.neutral.tolist()) == ([True, False], [False, True])


def test_images_are_sorted_and_those_without_cars_stay(tmp_path: Path) -> None:
    write_kitti(tmp_path, {"000007": [], "000003": [DONT_CARE], "000005": [CAR]})
    images = read_kitti_object(tmp_path / "training")
    assert [image.id for image in images] == ["000003", "000005", "000007"]
    assert [int(image.truth.cars.sum()) for image in images] == [0, 1, 0]


def test_vans_are_neutral_and_trucks_are_not(tmp_path: Path) -> None:
    lines = [CAR.replace("Car", kind) for kind in ("Van", "Truck")]
    (image,) = read_kitti_object(write_kitti(tmp_path, {"000001": lines}))
    assert not image.truth.cars.any()
    assert image.truth.neutral.tolist() == [True, False]


def test_the_export_of_carousel_lies_a_thousand_to_a_folder(tmp_path: Path) -> None:
    write_picture(tmp_path / "images" / "001" / "000001234.jpg")
    write_text(tmp_path / "label_2" / "001" / "000001234.txt", CAR)
    (image,) = read_kitti_object(tmp_path)
    assert (image.id, image.group, len(image.truth.boxes)) == ("000001234", "", 1)


def test_a_box_partly_outside_is_cut(tmp_path: Path) -> None:
    line = CAR.replace("10.00 20.00 40.00 50.00", "-8.00 20.00 400.00 50.00")
    (image,) = read_kitti_object(write_kitti(tmp_path, {"000001": [line]}))
    assert image.truth.boxes.tolist() == [[0, 20, 100, 50]]


MISTAKES = {
    "14 fields": CAR.rpartition(" ")[0],
    "'wide' is not a number": CAR.replace("40.00", "wide"),
    "'nan' is not a finite number": CAR.replace("40.00", "nan"),
    "ends before it begins": CAR.replace("40.00", "9.00"),
    "lies outside the 100 × 60 picture": CAR.replace("20.00 40.00 50.00", "70.00 40.00 80.00"),
    "is no place": CAR.replace("3.00 1.70 4.00", "1.5e308 1.70 1.5e308"),
    "occluded is 7": CAR.replace("0.10 1 ", "0.10 7 "),
}


@pytest.mark.parametrize("told", MISTAKES)
def test_a_mistake_is_named_with_its_line_or_its_image_left_out(tmp_path: Path, told: str) -> None:
    write_kitti(tmp_path, {"000001": [CAR, MISTAKES[told]], "000002": [CAR]})
    with pytest.raises(UserError, match=rf"000001\.txt:2: .*{told}"):
        read_kitti_object(tmp_path)
    with pytest.warns(UserWarning, match=r"left out: .*000001\.txt:2"):
        images = read_kitti_object(tmp_path, on_error="skip")
    assert [image.id for image in images] == ["000002"]


def test_an_image_without_label_is_an_error_unless_allowed(tmp_path: Path) -> None:
    write_kitti(tmp_path, {"000001": [CAR]})
    write_picture(tmp_path / "training" / "image_2" / "000002.png")
    with pytest.raises(UserError, match=r"000002\.png: its label file .*000002\.txt is missing"):
        read_kitti_object(tmp_path)
    images = read_kitti_object(tmp_path, need_labels=False)
    assert [len(image.truth.boxes) for image in images] == [1, 0]


def test_an_image_twice_is_an_error(tmp_path: Path) -> None:
    write_kitti(tmp_path, {"000001": [CAR]})
    write_picture(tmp_path / "training" / "image_2" / "000001.jpg")
    with pytest.raises(UserError, match="has the same id"):
        read_kitti_object(tmp_path)


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("kept", [0.9, 0.5, 0.001])
def test_a_picture_cut_short_is_found_without_decoding(tmp_path: Path, suffix: str, kept: float) -> None:
    write_kitti(tmp_path, {"000001": [CAR]}, suffix)
    path = tmp_path / "training" / "image_2" / f"000001{suffix}"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(UserError, match=rf"000001{suffix}: the picture is damaged"):
        read_kitti_object(tmp_path)


def test_bytes_behind_a_whole_picture_do_no_harm(tmp_path: Path) -> None:
    write_kitti(tmp_path, {"000001": [CAR]}, ".jpg")
    with (tmp_path / "training" / "image_2" / "000001.jpg").open("ab") as file:
        file.write(b"some camera's notes")
    assert len(read_kitti_object(tmp_path)) == 1


def test_a_folder_without_images_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="image_2"):
        read_kitti_object(tmp_path)
    with pytest.raises(UserError, match="image_02"):
        read_kitti_tracking(tmp_path)


def write_tracking(root: Path, *lines: str) -> Path:
    for sequence, frames in {"0003": 3, "0042": 1}.items():
        for frame in range(frames):
            write_picture(root / "training" / "image_02" / sequence / f"{frame:06d}.jpg")
    write_text(root / "training" / "label_02" / "0003.txt", *lines)
    write_text(root / "training" / "label_02" / "0042.txt")
    return root


def test_tracking_frames_have_their_lines(tmp_path: Path) -> None:
    truncated = CAR.replace("0.10", "1")
    write_tracking(tmp_path, f"0 5 {CAR}", f"2 -1 {DONT_CARE}", f"2 5 {truncated}")
    images = read_kitti_tracking(tmp_path)
    assert [image.id for image in images] == ["0003/000000", "0003/000001", "0003/000002", "0042/000000"]
    assert [image.truth.kind.tolist() for image in images] == [["Car"], [], ["DontCare", "Car"], []]
    assert images[2].truth.truncation[1] > 0.5  # level 1 of 0 to 2
    assert images[0].group == "2011_09_26_drive_0013_sync"
    assert images[3].group not in ("", images[0].group)
    assert images[2].truth.track.tolist() == [-1, 5]
    assert [two.follows(one) for one, two in pairwise(images)] == [True, True, False]


def test_mistakes_in_tracking_labels(tmp_path: Path) -> None:
    write_tracking(tmp_path, f"0 5 {CAR}", f"1 5 {CAR} 3")
    with pytest.raises(UserError, match=r"0003\.txt:2: 18 fields; a label has 17"):
        read_kitti_tracking(tmp_path)
    with pytest.warns(UserWarning, match="left out"):
        names = [image.id for image in read_kitti_tracking(tmp_path, on_error="skip")]
    assert names == ["0003/000000", "0003/000002", "0042/000000"]
    write_text(tmp_path / "training" / "label_02" / "0003.txt", f"first 5 {CAR}")
    with pytest.raises(UserError, match=r"0003\.txt:1: the frame is .first., not a whole number"):
        read_kitti_tracking(tmp_path)
    (tmp_path / "training" / "label_02" / "0003.txt").unlink()
    with pytest.raises(UserError, match=r"0003\.txt: the sequence's label file is missing"):
        read_kitti_tracking(tmp_path)


def test_the_real_object_images(kitti: Path) -> None:
    images = read_kitti_object(kitti)
    assert len(images) == 70
    assert sum(image.path.suffix == ".png" for image in images) == 8
    assert all(image.group for image in images)
    assert all(Image.open(image.path).size == (image.width, image.height) for image in images)


def test_the_real_sequences(kitti: Path) -> None:
    images = read_kitti_tracking(kitti)
    for sequence, frames, cars, vans in (("0000", 154, 243, 292), ("0003", 144, 363, 25)):
        kinds = [image.truth.kind.tolist() for image in images if image.id.startswith(sequence)]
        found = [kind for kinds_of_frame in kinds for kind in kinds_of_frame]
        assert (len(kinds), found.count("Car"), found.count("Van")) == (frames, cars, vans)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("0", "2 fields"),
        (f"{'9' * 5000} 7 {CAR}", "the frame is '9+', not a whole number"),
        (f"0 {2**63} {CAR}", "the track is 9223372036854775808, more than"),
        (f"0 seven {CAR}", "the track is 'seven', not a whole number"),
    ],
)
def test_what_no_tracking_label_is(tmp_path: Path, line: str, told: str) -> None:
    write_picture(tmp_path / "image_02" / "0000" / "000000.png")
    write_text(tmp_path / "label_02" / "0000.txt", line)
    with pytest.raises(UserError, match=rf"0000\.txt:1: {told}"):
        read_kitti_tracking(tmp_path)
