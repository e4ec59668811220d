"""Virtual KITTI 2: its text files and the pictures of its left camera.

The format is that of the dataset's readme (Cabon, Murray and Humenberger, "Virtual KITTI 2",
arXiv:2001.10773): SceneNN/VARIANT/ holds bbox.txt, info.txt and pose.txt, tables with a header line, and
frames/rgb/Camera_0/rgb_FFFFF.jpg.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from conf.errors import UserError
from training.data.pictures import list_pictures, picture_size
from training.data.truth import LabelledImage, Row, Truth, checked_box, ground_distance_m, whole_number
from training.errors import OnError, skip_or_raise

LEFT_CAMERA = 0
BOX_COLUMNS = ("left", "right", "top", "bottom", "truncation_ratio", "occupancy_ratio")
KEY_COLUMNS = ("frame", "cameraID", "trackID")

# The same limits as Carousel's own labels have (docs/labels.md): vehicles of a few pixels are labelled here
# as well.
MIN_HEIGHT_PX = 10
MIN_VISIBILITY = 0.1
OCCLUSION_VISIBILITY = (0.8, 0.4)  # below each, the next of KITTI's levels

Columns = Mapping[str, Any]  # int for KEY_COLUMNS, float for the others


class Clip(NamedTuple):
    """The tables of one SceneNN/VARIANT."""

    folder: Path
    boxes: Mapping[int, list[tuple[int, Columns]]]  # by frame: line number and columns
    kinds: Mapping[int, str]  # by track
    distances_m: Mapping[tuple[int, int], float]  # by frame and track


def read_vkitti2(root: Path, *, on_error: OnError = "raise") -> list[LabelledImage]:
    """All frames of the left camera; ids are "Scene01/clone/00042", groups the scene, whatever its variant.

    Each scene re-enacts a tracking sequence of KITTI (Scene01 is 0001), so its pictures aren't independent of
    real ones of that drive. Pixel limits are inclusive there, so a box ends at right + 1. Vehicles lower than
    10 pixels or less than a tenth visible are ignored. Distances are NaN without pose.txt.

    UserError names the file and line of the first mistake; `on_error="skip"` warns and leaves that frame out,
    or the clip where its tables can't be read.
    """
    folders = sorted(path.parent for path in root.glob("Scene*/*/bbox.txt"))
    if not folders:
        raise UserError(f"{root}: no SceneNN/VARIANT/bbox.txt in here; give the folder that holds the scenes")
    images = []
    for folder in folders:
        try:
            clip = _read_clip(folder)
        except UserError as error:
            skip_or_raise(error, on_error)
            continue
        for path in list_pictures(folder / "frames" / "rgb" / f"Camera_{LEFT_CAMERA}"):
            try:
                images.append(_frame(clip, path))
            except UserError as error:
                skip_or_raise(error, on_error)
    return images


def _read_clip(folder: Path) -> Clip:
    boxes = defaultdict(list)
    for number, columns in _left_camera(folder / "bbox.txt", BOX_COLUMNS):
        boxes[columns["frame"]].append((number, columns))
    distances_m = {}
    if (folder / "pose.txt").exists():
        for number, columns in _left_camera(folder / "pose.txt", ("camera_space_X", "camera_space_Z")):
            place = columns["camera_space_X"], columns["camera_space_Z"]
            distance_m = ground_distance_m(*place, f"{folder / 'pose.txt'}:{number}")
            distances_m[columns["frame"], columns["trackID"]] = distance_m
    return Clip(folder, boxes, _read_kinds(folder / "info.txt"), distances_m)


def _left_camera(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Columns]]:
    """The rows of the left camera: line number, and the key and named columns as numbers."""
    for number, row in _table(path, (*KEY_COLUMNS, *columns)):
        try:
            values = {
                name: whole_number(text, f"{path}:{number}: {name}") if name in KEY_COLUMNS else float(text)
                for name, text in row.items()
            }
        except ValueError:
            raise UserError(f"{path}:{number}: one of {', '.join(row.values())} is not a number") from None
        if values["cameraID"] == LEFT_CAMERA:
            yield number, values


def _read_kinds(path: Path) -> dict[int, str]:
    kinds = {}
    for number, row in _table(path, ("trackID", "label")):
        kinds[whole_number(row["trackID"], f"{path}:{number}: trackID")] = row["label"]
    return kinds


def _table(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and the texts of the named columns, which the header line places."""
    try:
        lines = path.read_text(encoding="utf-8").rstrip().splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        raise UserError(f"{path}: there is no such text file; a clip needs bbox.txt and info.txt") from None
    header = lines[0].split() if lines else []
    missing = [name for name in columns if name not in header]
    if missing:
        raise UserError(f"{path}:1: the header has no column {', '.join(missing)}")
    places = {name: header.index(name) for name in columns}
    for number, line in enumerate(lines[1:], start=2):
        fields = line.split()
        if len(fields) != len(header):
            raise UserError(f"{path}:{number}: {len(fields)} fields; the header has {len(header)}")
        yield number, {name: fields[place] for name, place in places.items()}


def _frame(clip: Clip, path: Path) -> LabelledImage:
    digits = path.stem.removeprefix("rgb_")
    if not digits.isdecimal():
        raise UserError(f"{path}: a frame's name must be rgb_ and its number, such as rgb_00017")
    width, height = picture_size(path)
    scene, variant = clip.folder.parent.name, clip.folder.name
    rows = []
    for number, columns in clip.boxes.get(int(digits), []):
        where = f"{clip.folder / 'bbox.txt'}:{number}"
        track = columns["trackID"]
        if track not in clip.kinds:
            raise UserError(f"{where}: {clip.folder / 'info.txt'} doesn't list the track {track}")
        distance_m = clip.distances_m.get((int(digits), track), float("nan"))
        row = _row(columns, clip.kinds[track], distance_m, width, height, where)
        rows.append(row._replace(track=track))
    name = f"{scene}/{variant}/{digits}"
    return LabelledImage(name, path, width, height, scene, Truth.of(rows), int(digits))


def _row(columns: Columns, kind: str, distance_m: float, width: int, height: int, where: str) -> Row:
    limits = columns["left"], columns["top"], columns["right"] + 1, columns["bottom"] + 1
    box = checked_box(limits, width, height, where)
    truncation, visibility = columns["truncation_ratio"], columns["occupancy_ratio"]
    if not (0 <= truncation <= 1 and 0 <= visibility <= 1):
        raise UserError(f"{where}: truncation_ratio and occupancy_ratio must lie between 0 and 1")
    occlusion = sum(visibility < limit for limit in OCCLUSION_VISIBILITY)
    ignored = box[3] - box[1] < MIN_HEIGHT_PX or visibility < MIN_VISIBILITY
    return Row(kind, box, truncation, occlusion, distance_m, ignored)
