"""What training reads from files, each with a valid sample and the promise that must hold of any content."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from written import CAR, DONT_CARE, annotation, labelled, write_coco, write_kitti, write_picture, write_text

from training.data.coco import read_coco
from training.data.detections import Detections, read_detections, write_coco_results, write_kitti_results
from training.data.kitti import read_kitti_object, read_kitti_tracking
from training.data.labelmaps import read_segmented
from training.data.splits import split
from training.data.truth import LabelledImage
from training.data.vkitti import read_vkitti2


class Reader(NamedTuple):
    """file: what may hold anything, in the folder that `write` fills and `read` reads and checks."""

    file: str
    write: Callable[[Path], object]
    read: Callable[[Path], None]


def check(images: list[LabelledImage]) -> None:
    """What training/data/truth.py promises of every label."""
    for image in images:
        truth = image.truth
        assert isinstance(image.id, str) and isinstance(image.group, str)
        assert np.isfinite(truth.boxes).all()
        assert (truth.boxes[:, :2] <= truth.boxes[:, 2:]).all() and (truth.boxes >= 0).all()
        assert (truth.boxes <= [image.width, image.height] * 2).all()
        assert ((truth.truncation >= 0) & (truth.truncation <= 1)).all()
        assert np.isin(truth.occlusion, (0, 1, 2, 3)).all()
        assert (np.isnan(truth.distance_m) | ((truth.distance_m >= 0) & np.isfinite(truth.distance_m))).all()


def check_detections(found: dict[str, Detections]) -> None:
    for one in found.values():
        assert np.isfinite(one.boxes).all() and np.isfinite(one.scores).all()
        assert (one.boxes[:, :2] <= one.boxes[:, 2:]).all() and (np.diff(one.scores) <= 0).all()


def _tracking(root: Path) -> None:
    for frame in range(2):
        write_picture(root / "image_02" / "0000" / f"{frame:06d}.png")
    write_text(root / "label_02" / "0000.txt", f"0 7 {CAR.replace('0.10', '1')}", f"1 -1 {DONT_CARE}")


def _vkitti(root: Path) -> None:
    clip = root / "Scene01" / "clone"
    write_picture(clip / "frames" / "rgb" / "Camera_0" / "rgb_00000.jpg")
    write_text(
        clip / "bbox.txt",
        "frame cameraID trackID left right top bottom pixels truncation_ratio occupancy_ratio isMoving",
        "0 0 3 10 39 20 49 700 0.1 0.9 True",
    )
    write_text(clip / "info.txt", "trackID label model color", "3 Car Audi Red")
    write_text(
        clip / "pose.txt",
        "frame cameraID trackID camera_space_X camera_space_Y camera_space_Z",
        "0 0 3 3.0 1.7 4.0",
    )


def _segmented(root: Path) -> None:
    write_coco(root, [annotation(1, 0)], 1)
    write_picture(root / "semantic" / "000" / "000000000.png")
    path = root / "annotations" / "instances.json"
    document = msgspec.json.decode(path.read_bytes())
    document["images"][0]["recipe"] = "structured"
    path.write_bytes(msgspec.json.encode(document))


def _ade20k(root: Path) -> None:
    write_picture(root / "images" / "training" / "a.png")
    write_picture(root / "annotations" / "training" / "a.png")
    write_text(root / "objectInfo150.txt", "Idx\tName", *(f"{i}\twall, inside" for i in range(150)))


def _read_split(root: Path) -> None:
    images = [labelled("a", "drive"), labelled("b", "drive"), labelled("000007")]
    assert {image.id for image in split(images, str(root / "list.txt"))} <= {"a", "b", "000007"}


FOUND = {"000001": Detections.of([(10, 20, 40, 50, 0.5), (1, 2, 3, 4, 0.25)])}
VKITTI = "Scene01/clone"

READERS = {
    "kitti_object": Reader(
        "training/label_2/000001.txt",
        lambda root: write_kitti(root, {"000001": [CAR, DONT_CARE]}),
        lambda root: check(read_kitti_object(root)),
    ),
    "kitti_tracking": Reader("label_02/0000.txt", _tracking, lambda root: check(read_kitti_tracking(root))),
    "vkitti_boxes": Reader(f"{VKITTI}/bbox.txt", _vkitti, lambda root: check(read_vkitti2(root))),
    "vkitti_tracks": Reader(f"{VKITTI}/info.txt", _vkitti, lambda root: check(read_vkitti2(root))),
    "vkitti_poses": Reader(f"{VKITTI}/pose.txt", _vkitti, lambda root: check(read_vkitti2(root))),
    "coco": Reader(
        "annotations/instances.json",
        lambda root: write_coco(root, [annotation(1, 0), annotation(2, 1, track_id=4)]),
        lambda root: check(read_coco(root)),
    ),
    "label_maps": Reader(
        "annotations/instances.json", _segmented, lambda root: len(read_segmented(root).images)
    ),
    "ade20k_names": Reader("objectInfo150.txt", _ade20k, lambda root: len(read_segmented(root).images)),
    "kitti_detections": Reader(
        "000001.txt",
        lambda root: write_kitti_results(root, FOUND),
        lambda root: check_detections(read_detections(root, ["000001"])),
    ),
    "coco_detections": Reader(
        "results.json",
        lambda root: write_coco_results(root / "results.json", FOUND),
        lambda root: check_detections(read_detections(root / "results.json", ["000001"])),
    ),
    "split": Reader("list.txt", lambda root: write_text(root / "list.txt", "drive", "a # b"), _read_split),
}
