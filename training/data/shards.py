"""Shards: a dataset in tar files with an index, as `export=[webdataset]` writes it, in a folder or at a URL.

Pictures are read where they lie in the tar files, in any order. So splits, the order of batches, augmentation
and resuming are those of the folder that was exported, and so are the losses; a stream through a shuffle
buffer could neither show each picture once per epoch nor go on in the middle of one.
"""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import msgspec

from conf.errors import UserError
from conf.reading import NOT_JSON
from training.data.coco import Annotation, Category, Image, Instances, labelled_images
from training.data.fetch import content, is_remote, on_disk
from training.data.pictures import Packed
from training.data.truth import LabelledImage
from training.errors import OnError

INDEX = "dataset.json"
INDEX_BYTES = LABELS_BYTES = 1 << 24  # at most
_MEMBER = re.compile(r"(\d{9,})\.([a-z.]+)")  # names are keys, never paths; others are not looked at

Labels = TypeVar("Labels")


class _Shard(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(pattern=r"\A[\w-]+\.tar\Z")]
    samples: int
    bytes: int
    sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]


class _Index(msgspec.Struct):
    categories: list[Category]
    shards: list[_Shard]


class _Labels(msgspec.Struct):
    image: Image
    annotations: list[Annotation]


class Sample(NamedTuple):
    """A frame: its number with nine digits, its labels as JSON, its pictures by "jpg", "semantic.png" …"""

    key: str
    labels: bytes
    pictures: dict[str, Packed]
    where: str


def are_shards(root: str) -> bool:
    """Whether this is a URL, or a folder with tar files."""
    return is_remote(root) or any(Path(root).glob("*.tar"))


def read_shards(root: str, *, on_error: OnError = "raise") -> list[LabelledImage]:
    """As `read_coco` of the folder that was exported.

    Raises UserError where a file is missing or damaged, RunError where it cannot be fetched.
    """
    categories = _read_index(root).categories
    instances, pictures = Instances([], [], categories), {}
    for sample in samples(root):
        labels = decoded(sample, _Labels)
        instances.images.append(labels.image)
        instances.annotations += labels.annotations
        pictures[labels.image.id] = sample.pictures["jpg"]
    return labelled_images(
        f"{root}/{INDEX}", instances, lambda image, _: pictures[image.id], on_error=on_error
    )


def samples(root: str) -> Iterator[Sample]:
    """All frames, in the order of the index. Raises UserError, RunError: see `read_shards`."""
    for shard in _read_index(root).shards:
        path = on_disk(root, shard.name, shard.bytes, shard.sha256)
        where = f"{root}/{shard.name}"
        try:
            found = list(_samples(path, where))
        except (tarfile.TarError, OSError) as error:
            raise UserError(f"{where}: not a tar file that can be read ({error}); copy it again") from error
        if len(found) != shard.samples:
            raise UserError(
                f"{where}: {len(found)} samples, where {INDEX} has {shard.samples}; copy it again"
            )
        yield from found


def decoded(sample: Sample, kind: type[Labels]) -> Labels:
    """A sample's labels."""
    try:
        return msgspec.json.decode(sample.labels, type=kind)
    except NOT_JSON as error:
        raise UserError(f"{sample.where}: {error}") from error


def _read_index(root: str) -> _Index:
    try:
        return msgspec.json.decode(content(root, INDEX, INDEX_BYTES), type=_Index)
    except NOT_JSON as error:
        raise UserError(f"{root}/{INDEX}: {error}") from error


def _samples(path: Path, where: str) -> Iterator[Sample]:
    """A tar file's; headers are read, and labels, and no picture."""
    labels: dict[str, bytes] = {}
    pictures: dict[str, dict[str, Packed]] = {}
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            match = _MEMBER.fullmatch(member.name)
            if match is None or not member.isreg():
                continue
            key, kind = match.groups()
            if kind != "json":
                packed = Packed(path, member.offset_data, member.size, f"{where}/{member.name}")
                pictures.setdefault(key, {})[kind] = packed
            elif member.size <= LABELS_BYTES and (file := tar.extractfile(member)):
                labels[key] = file.read()
    for key in sorted(labels.keys() | pictures.keys()):
        if key not in labels or "jpg" not in pictures.get(key, {}):
            raise UserError(f"{where}: {key} has no labels or no picture; export the dataset again")
        yield Sample(key, labels[key], pictures[key], f"{where}/{key}.json")
