"""labels/ and yolo.yaml: the committed frames in the format that Ultralytics' detectors read."""

from collections.abc import Iterable

import yaml

from scenegen.dataset.files import atomic_file, write_atomic
from scenegen.dataset.records import CATEGORIES, FrameRecord
from scenegen.dataset.store import FrameStore, frame_name

_CLASSES = {category: place for place, category in enumerate(CATEGORIES)}  # YOLO counts from 0

_HEADER = """\
# yolo detect train data=yolo.yaml
# Paths are relative to this file. Both splits are the whole dataset: judge a detector on real pictures.
"""


def export_yolo(store: FrameStore, frames: Iterable[int]) -> None:
    """Write labels/NNN/NNNNNNNNN.txt per frame, yolo.txt (the pictures) and yolo.yaml. Raises RunError."""
    with atomic_file(store.root / "yolo.txt") as pictures:
        for record in map(store.read, frames):
            labels = store.root / "labels" / f"{frame_name(record.frame)}.txt"
            write_atomic(labels, yolo_labels(record).encode("ascii"))
            pictures.write(f"./images/{record.file_name}\n".encode())
    names = {place: CATEGORIES[category] for category, place in _CLASSES.items()}
    config = {"train": "yolo.txt", "val": "yolo.txt", "names": names}
    write_atomic(store.root / "yolo.yaml", (_HEADER + yaml.safe_dump(config, sort_keys=False)).encode())


def yolo_labels(record: FrameRecord) -> str:
    """A line `class cx cy w h`, in fractions of the picture, for each road user that a detector is asked for.

    YOLO knows no regions to ignore: those with `iscrowd: 1` are left out.
    """
    lines = []
    for annotation in record.annotations:
        if annotation.bbox is not None and not annotation.iscrowd:
            x, y, w, h = annotation.bbox
            centre = (x + w / 2) / record.width, (y + h / 2) / record.height
            values = (*centre, w / record.width, h / record.height)
            lines.append(f"{_CLASSES[annotation.category_id]} {' '.join(f'{v:.6f}' for v in values)}\n")
    return "".join(lines)
