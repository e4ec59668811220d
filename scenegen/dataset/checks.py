"""What must hold of one committed frame: its record, its files, and its annotations against each other."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from conf.errors import RunError
from conf.pictures import DAMAGED, open_picture
from scenegen.config import RenderConfig
from scenegen.dataset.records import CATEGORIES, Annotation, Box, FrameRecord, Rle
from scenegen.dataset.store import FrameStore, frame_name, image_file
from scenegen.labels.visibility import ignore_reason, occlusion_level

MODES = {"images": "RGB", "semantic": "L", "instances": "I;16", "depth": "I;16", "normals": "RGB"}  # Pillow's
ROUNDING = 5e-5  # of a record's ratios, which have four decimals

Mask = NDArray[np.bool_]


class Problem(NamedTuple):
    """Something wrong with a file, and the frame to be rendered again for it, if one is."""

    path: Path
    what: str
    frame: int | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def check_frame(root: Path, config: RenderConfig, frame: int) -> list[Problem]:
    """All that is wrong with a committed frame of a dataset of this config."""
    store = FrameStore(root)
    try:
        record = store.read(frame)
    except RunError as error:
        return [Problem(store.record_path(frame), str(error), frame)]
    problems = [
        Problem(store.record_path(frame), what, frame)
        for what in (*_mistakes(record, config), *_wrong_annotations(record, config))
    ]
    ids = None
    for folder in ("images" if output == "rgb" else output for output in config.outputs):
        path = root / image_file(folder, frame)
        pixels, what = _decoded(path, MODES[folder], (record.width, record.height), record.sha256.get(folder))
        if what is not None:
            problems.append(Problem(path, what, frame))
        elif folder == "instances":
            ids = pixels
    if ids is not None and not problems:
        path = root / image_file("instances", frame)
        problems += [Problem(path, what, frame) for what in _other_masks(record.annotations, ids)]
    return problems


def _decoded(
    path: Path, mode: str, size: tuple[int, int], expected: str | None
) -> tuple[NDArray[np.integer[Any]] | None, str | None]:
    """The picture's pixels, or what is wrong with it. expected: SHA-256 of the file."""
    try:
        content = path.read_bytes()
        with open_picture(BytesIO(content)) as picture:
            picture.load()
            found = picture.mode, picture.size
            pixels = np.asarray(picture)
    except DAMAGED as error:
        return None, f"cannot be read: {error}"
    if found != (mode, size):
        return None, f"is {found[0]}, {found[1][0]} × {found[1][1]} pixels, not {mode}, {size[0]} × {size[1]}"
    if sha256(content).hexdigest() != expected:
        return None, "its checksum is not the one in the frame's record"
    return pixels, None


def _mistakes(record: FrameRecord, config: RenderConfig) -> Iterator[str]:
    """What of the record's head is not as config and index give it."""
    clip, step = divmod(record.frame, config.clip_length)
    expected = {
        "file_name": f"{frame_name(record.frame)}.jpg",
        "width": config.renderer.width,
        "height": config.renderer.height,
        "seed": config.seed,
        "video_id": clip,
        "frame_in_video": step,
    }
    for name, value in expected.items():
        if getattr(record, name) != value:
            yield f"{name} is {getattr(record, name)!r}, not {value!r}"
    tracks = [annotation.track_id for annotation in record.annotations]
    if tracks != sorted(set(tracks)):
        yield f"track_ids do not ascend: {tracks}"
    if not all(map(isfinite, (*_flat(record.K), *_flat(record.camera_pose)))):
        yield "K or camera_pose is not finite"


def _wrong_annotations(record: FrameRecord, config: RenderConfig) -> Iterator[str]:
    for annotation in record.annotations:
        for what in _wrong(annotation, record, config):
            yield f"road user {annotation.track_id}: {what}"


def _wrong(annotation: Annotation, record: FrameRecord, config: RenderConfig) -> Iterator[str]:
    """What of an annotation contradicts its own mask, the picture's size, or docs/labels.md."""
    labels, rle = config.annotations, annotation.segmentation
    if annotation.category_id not in CATEGORIES:
        yield f"there is no category {annotation.category_id}"
    if rle is None:
        seen, area = None, 0
    else:
        mask = _mask(rle)
        if mask is None or mask.shape != (record.height, record.width):
            yield "its segmentation is not a mask of the picture's size"
            return
        area, seen = int(mask.sum()), _box_of(rle)
    if annotation.area != area:
        yield f"area is {annotation.area}, its mask has {area} pixels"
    if annotation.bbox_visible != (seen if area else None):
        yield f"bbox_visible is {annotation.bbox_visible}, its mask's box is {seen}"
    if labels.bbox == "visible" and annotation.bbox != annotation.bbox_visible:
        yield f"bbox is {annotation.bbox}, not bbox_visible"
    if annotation.bbox is not None and not _within(annotation.bbox, record.width, record.height):
        yield f"bbox {annotation.bbox} reaches out of the picture"
    if annotation.bbox is None and labels.bbox == "amodal":
        yield "it has no bbox"
    for name in ("visibility", "truncation"):
        if not 0 <= getattr(annotation, name) <= 1:
            yield f"{name} is {getattr(annotation, name)}"
    height = 0.0 if annotation.bbox is None else annotation.bbox[3]
    around = [annotation.visibility + step if area else 0.0 for step in (-ROUNDING, 0, ROUNDING)]
    if annotation.occlusion_level not in [occlusion_level(v, labels.occlusion_visibility) for v in around]:
        yield f"occlusion_level is {annotation.occlusion_level} at visibility {annotation.visibility}"
    reasons = [ignore_reason(v, height, labels.min_visibility, labels.min_height_px) for v in around]
    if annotation.ignore_reason not in reasons:
        yield f"ignore_reason is {annotation.ignore_reason}, not {reasons[1]}"
    if annotation.iscrowd != (annotation.ignore_reason is not None):
        yield f"iscrowd is {annotation.iscrowd}, ignore_reason {annotation.ignore_reason}"
    box = annotation.cuboid
    numbers = (*box.dimensions, *box.location, box.rotation_y, box.alpha, *_flat(box.corners))
    if len(box.corners) != 8 or not all(map(isfinite, numbers)) or min(box.dimensions) <= 0:
        yield "its cuboid is none"


def _other_masks(annotations: Iterable[Annotation], ids: NDArray[np.integer[Any]]) -> Iterator[str]:
    """Where the instances picture, whose values are track_id + 1, shows other pixels than the masks."""
    for annotation in annotations:
        mask = None if annotation.segmentation is None else _mask(annotation.segmentation)
        shown = ids == annotation.track_id + 1
        if (mask is None and shown.any()) or (mask is not None and not np.array_equal(mask, shown)):
            yield f"road user {annotation.track_id} is not where its segmentation is"


def _mask(rle: Rle) -> Mask | None:
    """The mask (H, W) of run lengths; None where they are damaged."""
    try:
        decoded: Mask = coco_mask.decode({"size": list(rle.size), "counts": rle.counts}).astype(bool)
    except (ValueError, TypeError, RuntimeError, MemoryError, OverflowError):
        return None
    return decoded


def _box_of(rle: Rle) -> Box:
    x, y, w, h = coco_mask.toBbox({"size": list(rle.size), "counts": rle.counts}).tolist()
    return x, y, w, h


def _within(box: Box, width: int, height: int) -> bool:
    x, y, w, h = box
    return x >= 0 and y >= 0 and w > 0 and h > 0 and x + w <= width and y + h <= height


def _flat(rows: Iterable[Iterable[float]]) -> Iterator[float]:
    return (value for row in rows for value in row)
