"""shards/: the committed frames as tar files in WebDataset's form, a thousand frames each, with an index.

    shards/000.tar        000000123.jpg, 000000123.json, 000000123.semantic.png, …, frame after frame
    shards/dataset.json   the categories, and of each tar file how much it holds and its hash

A tar file's bytes follow from its frames' records alone, which hold the hashes of all pictures. So where the
index names the hash of the same records, the file is left as it is.
"""

import tarfile
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from assets.params import Params
from conf.errors import RunError
from conf.reading import NOT_JSON
from scenegen.dataset.coco import annotation_entries, category_entries, image_entry
from scenegen.dataset.files import atomic_file, write_atomic
from scenegen.dataset.records import FrameRecord
from scenegen.dataset.store import FRAMES_PER_FOLDER, FrameStore, image_file

_FORM = 1  # of the tar files: another number writes all of them anew

Segmentation = Literal["rle", "polygon"]
Member = tuple[str, bytes]  # name and content


class Shard(Params):
    """A tar file in the index."""

    name: str
    samples: int
    bytes: int
    sha256: str
    source: str  # hash of what it was made from


class _Index(msgspec.Struct):
    shards: list[Shard] = []


def export_webdataset(store: FrameStore, frames: Iterable[int], segmentation: Segmentation) -> None:
    """Write what is missing or of other frames now, and shards/dataset.json last.

    frames: ascending. Raises RunError where a picture is not the one that its frame's record tells of, or
    the disk refuses.
    """
    folder = store.root / "shards"
    known = {shard.name: shard for shard in _read(folder / "dataset.json")}
    shards = []
    for number, members in groupby(frames, key=lambda frame: frame // FRAMES_PER_FOLDER):
        path, own = folder / f"{number:03d}.tar", list(members)
        source, old = _source(store, own, segmentation), known.get(path.name)
        if old is None or old.source != source or not _is_whole(path, old):
            size, digest = _write(path, _members(store, own, segmentation))
            old = Shard(name=path.name, samples=len(own), bytes=size, sha256=digest, source=source)
        shards.append(old)
    index = {"categories": category_entries(), "shards": shards}
    write_atomic(folder / "dataset.json", msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n")


def _read(path: Path) -> list[Shard]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Index).shards
    except (OSError, *NOT_JSON):
        return []  # all are written anew


def _is_whole(path: Path, shard: Shard) -> bool:
    return path.is_file() and path.stat().st_size == shard.bytes


def _source(store: FrameStore, frames: Sequence[int], segmentation: Segmentation) -> str:
    """A hash of all that a tar file of these frames is made from."""
    digest = sha256(f"{_FORM} {segmentation}".encode())
    for frame in frames:
        digest.update(msgspec.json.encode(store.read(frame)))
    return digest.hexdigest()


def _members(store: FrameStore, frames: Iterable[int], segmentation: Segmentation) -> Iterator[Member]:
    """Of each frame the picture, its entries in COCO's file, and what else was rendered."""
    for record in map(store.read, frames):
        key = f"{record.frame:09d}"
        labels = {"image": image_entry(record), "annotations": annotation_entries(record, segmentation)}
        yield f"{key}.jpg", _picture(store, record, "images")
        yield f"{key}.json", msgspec.json.encode(labels)
        for folder in sorted(record.sha256.keys() - {"images"}):
            yield f"{key}.{folder}.png", _picture(store, record, folder)


def _picture(store: FrameStore, record: FrameRecord, folder: str) -> bytes:
    """A picture's bytes, which are those that were committed."""
    path = store.root / image_file(folder, record.frame)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror}. {_advice(store, record)}") from error
    if sha256(content).hexdigest() != record.sha256[folder]:
        raise RunError(f"{path} is not the picture that was committed. {_advice(store, record)}")
    return content


def _advice(store: FrameStore, record: FrameRecord) -> str:
    return f"Delete {store.record_path(record.frame)} and give the same command again to render it anew"


def _write(path: Path, members: Iterable[Member]) -> tuple[int, str]:
    """Write a tar file, the same bytes for the same members; returns its size and hash."""
    with atomic_file(path) as file:
        out = _Hashed(file)
        with tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
            for name, content in members:
                info = tarfile.TarInfo(name)  # neither owner nor time
                info.size = len(content)
                tar.addfile(info, BytesIO(content))
    return out.size, out.digest.hexdigest()


class _Hashed:
    """A file to write, and the size and hash of what was written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size, self.digest = 0, sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._file.write(data)
