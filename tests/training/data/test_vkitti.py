"""Virtual KITTI 2's tables."""

from pathlib import Path

import numpy as np
import pytest
from written import write_picture, write_text

from conf.errors import UserError
from training.data.vkitti import read_vkitti2

BBOX = (
    "frame cameraID trackID left right top bottom number_pixels truncation_ratio occupancy_ratio isMoving",
    "0 0 4 10 39 20 49 700 0.25 0.9 True",
    "0 1 4 5 34 20 49 700 0 0.9 True",
    "1 0 4 10 39 20 49 700 0 0.6 True",
    "1 0 5 50 69 20 39 300 0 0.3 False",
    "1 0 6 80 89 20 28 90 0 1 False",
    "1 0 7 80 99 30 59 9 0 0.05 False",
)
INFO = ("trackID label model color", "4 Car a Red", "5 Van b Blue", "6 Car c Red", "7 Car c Red")
POSE = (
    "frame cameraID trackID alpha camera_space_X camera_space_Y camera_space_Z",
    "0 0 4 0.1 3 1.7 4",
    "0 1 4 0.1 2.5 1.7 4",
)


def write_clip(root: Path, bbox: tuple[str, ...] = BBOX, pose: bool = True) -> Path:
    clip = root / "Scene01" / "clone"
    for frame in range(3):
        for camera in range(2):
            write_picture(clip / "frames" / "rgb" / f"Camera_{camera}" / f"rgb_{frame:05d}.jpg")
    write_text(clip / "bbox.txt", *bbox)
    write_text(clip / "info.txt", *INFO)
    if pose:
        write_text(clip / "pose.txt", *POSE)
    return root


def test_the_left_camera_of_a_clip(tmp_path: Path) -> None:
    images = read_vkitti2(write_clip(tmp_path))
    assert [image.id for image in images] == [f"Scene01/clone/{frame:05d}" for frame in range(3)]
    assert {image.group for image in images} == {"Scene01"}
    assert "Camera_0" in str(images[0].path)
    first, second, third = (image.truth for image in images)
    assert first.boxes.tolist() == [[10, 20, 40, 50]]  # its limits are inclusive
    assert (first.truncation[0], first.occlusion[0], first.distance_m[0]) == (0.25, 0, 5.0)
    assert second.kind.tolist() == ["Car", "Van", "Car", "Car"]
    assert second.occlusion.tolist() == [1, 2, 0, 2]
    assert second.ignored.tolist() == [False, False, True, True]  # nine pixels high; a twentieth visible
    assert not len(third.boxes)


def test_without_poses_distances_are_unknown(tmp_path: Path) -> None:
    first, *_ = read_vkitti2(write_clip(tmp_path, pose=False))
    assert np.isnan(first.truth.distance_m).all()


MISTAKES = {
    "2: 10 fields; the header has 11": BBOX[1].rpartition(" ")[0],
    "2: one of .* is not a number": BBOX[1].replace("39", "wide"),
    "2: frame is 'first', not a whole number": "first" + BBOX[1].removeprefix("0"),
    "2: the box .* ends before it begins": BBOX[1].replace("39", "5"),
    "2: .*doesn't list the track 8": BBOX[1].replace("0 0 4", "0 0 8"),
    "2: truncation_ratio": BBOX[1].replace("0.25", "nan"),
}


@pytest.mark.parametrize("told", MISTAKES)
def test_mistakes_are_named_with_their_line(tmp_path: Path, told: str) -> None:
    write_clip(tmp_path, (BBOX[0], MISTAKES[told]))
    with pytest.raises(UserError, match=rf"bbox\.txt:{told}"):
        read_vkitti2(tmp_path)


def test_a_table_without_a_column_and_a_folder_without_scenes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no SceneNN"):
        read_vkitti2(tmp_path)
    write_clip(tmp_path, (BBOX[0].replace("left", "links"), BBOX[1]))
    with pytest.raises(UserError, match=r"bbox\.txt:1: the header has no column left"):
        read_vkitti2(tmp_path)
