"""annotations/instances.json: the committed frames as one COCO file, streamed."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec

from assets.params import Params
from conf.errors import RunError
from scenegen.dataset.files import atomic_file
from scenegen.dataset.polygons import rle_to_polygons
from scenegen.dataset.records import CATEGORIES, Annotation, FrameRecord
from scenegen.dataset.specs import shard_path
from scenegen.dataset.store import FrameStore

# Annotation ids are frame × this + place in the record + 1: stable, and never 0, which COCOeval takes for
# "unmatched".
IDS_PER_FRAME = 1000

_PERSONS = ("motorcyclist", "cyclist", "pedestrian")  # with what they ride


class Counts(Params):
    """What a COCO file holds."""

    images: int
    annotations: int  # with the ignored ones
    ignored: int  # iscrowd: 1
    hidden: int  # in the frames' JSON alone
    categories: dict[str, int]  # annotations by category, with the ignored ones


def coco_path(root: Path) -> Path:
    """Where a dataset's COCO file stands."""
    return root / "annotations" / "instances.json"


def write_coco(
    store: FrameStore,
    frames: Iterable[int],
    info: Mapping[str, Any],
    licenses: Sequence[Mapping[str, Any]],
    segmentation: Literal["rle", "polygon"],
    path: Path | None = None,
) -> Counts:
    """Merge the frames' records, given in ascending order, into one COCO file and replace the old one.

    path: another place for it than the dataset's own.

    Memory does not grow with the number of frames: annotations and videos wait in unnamed files beside the
    result until all images are written. "videos" is there if any clip has more than one frame.
    info and licenses stand in the file as given; pictures refer to the licence with id 1. Raises RunError.
    """
    path = path or coco_path(store.root)
    with atomic_file(path) as out, ExitStack() as stack:
        annotations, videos = (
            _Array(stack.enter_context(tempfile.TemporaryFile(dir=path.parent))) for _ in range(2)
        )
        _write_head(out, info, licenses)
        images = _Array(out)
        ignored = hidden = 0
        by_category = dict.fromkeys(CATEGORIES.values(), 0)
        clips = False
        last_video = None
        for record in map(store.read, frames):
            images.add(image_entry(record))
            if record.video_id != last_video:
                videos.add(_video(record))
            last_video = record.video_id
            clips |= record.frame_in_video > 0
            for entry in annotation_entries(record, segmentation):
                annotations.add(entry)
                ignored += entry["iscrowd"]
                by_category[CATEGORIES[entry["category_id"]]] += 1
            hidden += sum(a.ignore_reason == "hidden" for a in record.annotations)
        for name, array in (("annotations", annotations), ("videos", videos)):
            if name == "annotations" or clips:
                out.write(f'\n],\n"{name}": ['.encode())
                array.file.seek(0)
                shutil.copyfileobj(array.file, out)
        out.write(b"\n]}\n")
    return Counts(
        images=images.count,
        annotations=annotations.count,
        ignored=ignored,
        hidden=hidden,
        categories=by_category,
    )


class _Array:
    """The elements of a JSON array, written to a file one a line."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.count = 0

    def add(self, element: Mapping[str, Any]) -> None:
        self.file.write((b",\n" if self.count else b"\n") + msgspec.json.encode(element))
        self.count += 1


def _write_head(out: BinaryIO, info: Mapping[str, Any], licenses: Sequence[Mapping[str, Any]]) -> None:
    for name, value in (("info", info), ("licenses", licenses), ("categories", category_entries())):
        out.write(
            b'%s"%s": %s,\n' % (b"{" if name == "info" else b"", name.encode(), msgspec.json.encode(value))
        )
    out.write(b'"images": [')


def category_entries() -> list[dict[str, Any]]:
    """COCO's categories."""
    return [
        {"id": id, "name": name, "supercategory": "person" if name in _PERSONS else "vehicle"}
        for id, name in CATEGORIES.items()
    ]


def image_entry(record: FrameRecord) -> dict[str, Any]:
    """COCO's image of a frame."""
    return {
        "id": record.frame,
        "file_name": record.file_name,
        "width": record.width,
        "height": record.height,
        "license": 1,
        "K": record.K,
        "camera_pose": record.camera_pose,
        "seed": record.seed,
        "frame": record.frame,
        "video_id": record.video_id,
        "frame_in_video": record.frame_in_video,
        "recipe": record.recipe,
        "spec": shard_path(Path(), record.frame).as_posix(),
        "spec_sha256": record.spec_sha256,
    }


def _video(record: FrameRecord) -> dict[str, Any]:
    return {
        "id": record.video_id,
        "name": f"{record.video_id:09d}",
        "width": record.width,
        "height": record.height,
    }


def annotation_entries(record: FrameRecord, segmentation: Literal["rle", "polygon"]) -> list[dict[str, Any]]:
    """COCO's annotations of a frame: all road users but the hidden ones."""
    if len(record.annotations) >= IDS_PER_FRAME:
        raise RunError(
            f"frame {record.frame} has {len(record.annotations)} road users: at most {IDS_PER_FRAME - 1} fit"
        )
    return [
        {"id": record.frame * IDS_PER_FRAME + place, "image_id": record.frame}
        | msgspec.to_builtins(annotation)
        | {"segmentation": _segmentation(annotation, segmentation)}
        for place, annotation in enumerate(record.annotations, start=1)
        if annotation.segmentation is not None
    ]


def _segmentation(annotation: Annotation, kind: Literal["rle", "polygon"]) -> Any:
    """Polygons where asked for, but for crowds, which are run lengths by COCO's own convention."""
    if kind == "rle" or annotation.iscrowd or annotation.segmentation is None:
        return annotation.segmentation
    return rle_to_polygons(annotation.segmentation)
