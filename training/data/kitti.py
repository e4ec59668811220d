"""KITTI's folders: the object set, the tracking set, and whatever others wrote in the object set's format.

The formats are those of the readme.txt of KITTI's object and tracking devkits (Geiger et al., CVPR 2012).
"""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from conf.errors import UserError
from training.data.drives import drive_of_object_image, drive_of_sequence
from training.data.pictures import list_pictures, picture_size
from training.data.truth import (
    Box,
    LabelledImage,
    Row,
    Truth,
    checked_box,
    ground_distance_m,
    whole_number,
)
from training.errors import OnError, skip_or_raise

LABEL_FIELDS = 15
UNKNOWN_OCCLUSION = 3

# Tracking labels give truncation in three levels, where the object set gives a share. In the 33 frames of
# sequences 0000 and 0003 that both sets label, level 0 is 0.00 to 0.49 there (144 boxes), 1 is 0.75 to 1.00
# (6) and 2 is 0.00 to 0.75 (3). So a car of level 1 is mostly outside, but KITTI's limits of 0.15 to 0.50
# can't be told from the levels.
TRACKING_TRUNCATION = {0: 0.0, 1: 0.75, 2: 0.75}


class LabelLine(NamedTuple):
    """The fields of a label or result line that have to do with 2D boxes; `truncation` as it stands there."""

    kind: str
    truncation: float
    occlusion: int
    box: Box
    distance_m: float


def read_kitti_object(
    root: Path, *, need_labels: bool = True, on_error: OnError = "raise"
) -> list[LabelledImage]:
    """The images of `root`/image_2 (or images, as Carousel's own export has it) with the labels of
    `root`/label_2.

    `root` may also be a folder further up, such as KITTI's with `training` in it. Images may be PNG or JPEG
    and lie in subfolders, their labels then likewise; labels without an image are passed over, so a part of
    the set will do. With `need_labels=False` an image may lack its label file and counts as unlabelled.
    Sorted by id, the file's stem.

    UserError names the file and line of the first mistake; `on_error="skip"` warns and leaves that image out.
    """
    folder = _find(root, ("training/image_2", "image_2", "images", "object/training/image_2"))
    images: dict[str, LabelledImage] = {}
    for path in list_pictures(folder):
        label = folder.parent / "label_2" / path.relative_to(folder).with_suffix(".txt")
        try:
            if path.stem in images:
                raise UserError(f"{path}: {images[path.stem].path} has the same id; keep one of the two")
            images[path.stem] = _object_image(path, label, need_labels)
        except UserError as error:
            skip_or_raise(error, on_error)
    return [images[name] for name in sorted(images)]


def _find(root: Path, places: tuple[str, ...]) -> Path:
    """The first of the folders `places` that is in `root`."""
    for place in places:
        if (root / place).is_dir():
            return root / place
    raise UserError(
        f"{root}: here is none of the folders {', '.join(places)}; give the folder that holds one"
    )


def _object_image(path: Path, label: Path, need_labels: bool) -> LabelledImage:
    width, height = picture_size(path)
    if not label.exists() and need_labels:
        raise UserError(
            f"{path}: its label file {label} is missing; an empty file would say that it shows nothing"
        )
    rows = []
    for number, line in enumerate(lines(label) if label.exists() else [], start=1):
        where = f"{label}:{number}"
        fields = parse_label(line.split(), where)
        rows.append(_row(fields, fields.truncation, width, height, where))
    return LabelledImage(path.stem, path, width, height, drive_of_object_image(path.stem), Truth.of(rows))


def read_kitti_tracking(
    root: Path, *, need_labels: bool = True, on_error: OnError = "raise"
) -> list[LabelledImage]:
    """The frames of `root`/image_02/SEQ with the labels of `root`/label_02/SEQ.txt; ids are "SEQ/FFFFFF".

    `root` may also be a folder further up, with `training` or `tracking/training` in it. A frame without a
    label line shows nothing. Truncation is coarse: see TRACKING_TRUNCATION. UserError names the file and line
    of the first mistake; `on_error="skip"` warns and leaves that frame out, or the sequence where a line
    doesn't tell its frame.
    """
    found = _find(root, ("training/image_02", "image_02", "tracking/training/image_02"))
    images = []
    for folder in sorted(path for path in found.iterdir() if path.is_dir()):
        label = found.parent / "label_02" / f"{folder.name}.txt"
        try:
            rows = _rows_of_frames(label, need_labels)
        except UserError as error:
            skip_or_raise(error, on_error)
            continue
        for path in list_pictures(folder):
            try:
                images.append(_frame(path, label, rows))
            except UserError as error:
                skip_or_raise(error, on_error)
    return images


def _rows_of_frames(label: Path, need_labels: bool) -> dict[int, list[tuple[int, list[str]]]]:
    """By frame: the lines of a sequence, each as its number and its fields from the track's id on."""
    if not label.exists():
        if need_labels:
            raise UserError(f"{label}: the sequence's label file is missing")
        return {}
    rows = defaultdict(list)
    for number, line in enumerate(lines(label), start=1):
        frame, *fields = line.split() or [""]
        rows[whole_number(frame, f"{label}:{number}: the frame")].append((number, fields))
    return rows


def _frame(path: Path, label: Path, rows: dict[int, list[tuple[int, list[str]]]]) -> LabelledImage:
    if not path.stem.isdecimal():
        raise UserError(f"{path}: a frame's name must be its number, such as 000017")
    sequence, (width, height) = path.parent.name, picture_size(path)
    found = []
    for number, fields in rows.get(int(path.stem), []):
        where = f"{label}:{number}"
        parsed = parse_label(fields[1:], where, before=2)
        truncation = TRACKING_TRUNCATION.get(int(parsed.truncation), 0.0)
        row = _row(parsed, truncation, width, height, where)
        found.append(row._replace(track=whole_number(fields[0], f"{where}: the track")))
    name = f"{sequence}/{path.stem}"
    drive = drive_of_sequence(sequence)
    return LabelledImage(name, path, width, height, drive, Truth.of(found), int(path.stem))


def parse_label(fields: list[str], where: str, before: int = 0) -> LabelLine:
    """A line's 15 fields: type, truncated, occluded, alpha, box, dimensions, location, rotation_y.

    `where` opens the message of a UserError; `before` fields were already taken off the line.
    """
    if len(fields) != LABEL_FIELDS:
        raise UserError(f"{where}: {len(fields) + before} fields; a label has {LABEL_FIELDS + before}")
    kind, *texts = fields
    numbers = [_number(text, where) for text in texts]
    truncation, occlusion = numbers[:2]
    x, z = numbers[10], numbers[12]
    if occlusion not in (-1, 0, 1, 2, 3):
        raise UserError(f"{where}: occluded is {occlusion:g}; it must be 0, 1, 2 or 3, or -1 for DontCare")
    distance_m = (
        float("nan") if x == z == -1000 else ground_distance_m(x, z, where)
    )  # -1000 is the devkit's "not given"
    box = (numbers[3], numbers[4], numbers[5], numbers[6])
    return LabelLine(kind, truncation, int(occlusion), box, distance_m)


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise UserError(f"{where}: {text!r} is not a number") from None
    if value != value or abs(value) == float("inf"):
        raise UserError(f"{where}: {text!r} is not a finite number")
    return value


def _row(line: LabelLine, truncation: float, width: int, height: int, where: str) -> Row:
    box = checked_box(line.box, width, height, where)
    occlusion = UNKNOWN_OCCLUSION if line.occlusion < 0 else line.occlusion
    return Row(line.kind, box, min(max(truncation, 0.0), 1.0), occlusion, line.distance_m)


def lines(path: Path) -> list[str]:
    """The lines of a text file, without trailing empty ones. UserError if it isn't text."""
    try:
        return path.read_text(encoding="utf-8").rstrip().splitlines()
    except UnicodeDecodeError:
        raise UserError(f"{path}: this is not a text file") from None
