"""specs/NNN.jsonl.zst: the SceneSpecs of a dataset, one JSON line per frame, a thousand frames to a file."""

import heapq
import io
import itertools
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from pathlib import Path

import msgspec
import zstandard

from conf.errors import RunError
from conf.reading import NOT_JSON
from randomizers.spec import SceneSpec, from_json, to_json
from scenegen.dataset.files import atomic_file
from scenegen.dataset.store import FRAMES_PER_FOLDER

LONGEST_LINE = (
    16 * 2**20
)  # bytes; a spec has some 25 kB, and a file of a kilobyte can hold a line of gigabytes

_Line = tuple[int, int, bytes]  # frame, 0 for a new line and 1 for an old one, JSON

_ADVICE = "Delete it and give the same command again."


class _Head(msgspec.Struct):
    """The part of a SceneSpec that tells where its line belongs."""

    frame: int


def spec_sha256(spec: SceneSpec) -> str:
    """SHA-256 of the spec's line of JSON, as hexadecimal digits."""
    return sha256(to_json(spec)).hexdigest()


def shard_path(root: Path, frame: int) -> Path:
    """The file under `root` that holds a frame's spec."""
    return root / "specs" / f"{frame // FRAMES_PER_FOLDER:03d}.jsonl.zst"


def write_specs(root: Path, specs: Iterable[SceneSpec]) -> None:
    """Write specs given in ascending order of frames; lines of other frames already in a file stay.

    Streams: one line is held at a time. Raises RunError naming the file that cannot be read or written.
    """
    for shard, members in groupby(specs, key=lambda spec: spec.frame // FRAMES_PER_FOLDER):
        path = shard_path(root, shard * FRAMES_PER_FOLDER)
        new: Iterator[_Line] = ((spec.frame, 0, to_json(spec)) for spec in members)
        with (
            atomic_file(path) as file,
            zstandard.ZstdCompressor(level=9).stream_writer(file, closefd=False) as out,
        ):
            last = -1
            for frame, _, line in heapq.merge(new, _old_lines(path)):
                if frame != last:  # a new line comes before the old one of the same frame
                    out.write(line + b"\n")
                last = frame


def read_specs(root: Path) -> Iterator[SceneSpec]:
    """Every spec of a dataset in ascending order of frames. Raises RunError naming the file and the line."""
    for path in sorted((root / "specs").glob("*.jsonl.zst"), key=lambda p: int(p.name.split(".")[0])):
        for number, line in enumerate(_lines(path), start=1):
            try:
                yield from_json(line)
            except NOT_JSON as error:
                raise RunError(f"{path}, line {number}: not a SceneSpec: {error}. {_ADVICE}") from error


def spec_hashes(path: Path) -> Iterator[tuple[int, str]]:
    """Frame and `spec_sha256` of each spec of one file. Raises RunError naming file and line."""
    for frame, _, line in _old_lines(path):
        yield frame, sha256(line).hexdigest()


def _old_lines(path: Path) -> Iterator[_Line]:
    if path.exists():
        for number, line in enumerate(_lines(path), start=1):
            try:
                yield msgspec.json.decode(line, type=_Head).frame, 1, line
            except NOT_JSON as error:
                raise RunError(f"{path}, line {number}: not a SceneSpec: {error}. {_ADVICE}") from error


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, no more and none longer than specs have. Raises RunError."""
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
            text = io.BufferedReader(reader)
            for number in itertools.count(1):
                line = text.readline(LONGEST_LINE)
                if not line:
                    return
                if number > FRAMES_PER_FOLDER or len(line) == LONGEST_LINE:
                    limits = f"more than {FRAMES_PER_FOLDER} lines, or one of {LONGEST_LINE // 2**20} MiB"
                    raise RunError(f"{path}, line {number}: no file of specs has {limits}. {_ADVICE}")
                yield line.rstrip(b"\n")
    except zstandard.ZstdError as error:
        raise RunError(f"{path} is damaged: {error}. {_ADVICE}") from error
