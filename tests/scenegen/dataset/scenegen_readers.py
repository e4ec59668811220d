"""What the generator reads from files, each with a valid sample and what must hold of any content."""

from collections.abc import Callable
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml
import zstandard
from frames import annotation, record, rectangle

from assets.library import NOTHING
from scenegen.compose import compose
from scenegen.dataset.checks import check_frame
from scenegen.dataset.info import as_yaml
from scenegen.dataset.specs import read_specs, shard_path, spec_hashes, write_specs
from scenegen.dataset.store import FrameStore
from scenegen.models.companions import companions_of
from scenegen.models.gltf import credits_of
from scenegen.models.manifest import Entry, read_manifest, write_manifest
from scenegen.models.sidecar import read_sidecar
from scenegen.sampling import sample_frame
from scenegen.verify import read_config


class Reader(NamedTuple):
    """file: what may hold anything, in the folder that `write` fills and `read` reads and checks.

    pack: what makes a file of the content that is varied, such as its compression.
    """

    file: str
    write: Callable[[Path], object]
    read: Callable[[Path], object]
    pack: Callable[[bytes], bytes] = bytes
    unpack: Callable[[bytes], bytes] = bytes


CONFIG = compose(["n=2", "out=data", "renderer.width=64", "renderer.height=64"])


def check(value: Any) -> None:
    """Every number in plain or frozen data is finite."""
    for number in _numbers(msgspec.to_builtins(value)):
        assert isfinite(number)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict | list):
        return list(chain.from_iterable(map(_numbers, value.values() if isinstance(value, dict) else value)))
    return [value] if isinstance(value, float) else []


def _write_specs(root: Path) -> None:
    write_specs(root, [sample_frame(CONFIG, NOTHING, frame) for frame in range(2)])


def _read_specs(root: Path) -> None:
    dict(spec_hashes(shard_path(root, 0)))
    for spec in read_specs(root):
        check(spec)


def _write_record(root: Path) -> None:
    FrameStore(root).commit(record(0, annotation(rectangle(3, 4, 50, 20)), annotation(track_id=1)), {})


def _read_record(root: Path) -> None:
    check(FrameStore(root).read(0))


def _check_record(root: Path) -> None:
    assert all(isinstance(problem.what, str) for problem in check_frame(root, CONFIG, 0))


def _write_sidecar(root: Path) -> None:
    told = {"up": "z", "length_m": 4.2, "materials": {"body.*": "paint"}, "name": "a", "weight": 0.5}
    (root / "car.yaml").write_text(yaml.safe_dump(told | {"split": "train", "parts": {"a": "b*"}}))


def _write_manifest(root: Path) -> None:
    entry = Entry(
        file="car.glb", part="", sha256="0" * 64, name="car", style="sedan", weight=1.0, split="train",
        source="", licence="CC0", size_m=(4.0, 1.8, 1.5), triangles=12, materials={"a": "paint"},
        guesses=("up z",),
    )  # fmt: skip
    write_manifest(root, [entry])


def _write_gltf(root: Path) -> None:
    asset = {
        "version": "2.0",
        "copyright": "me",
        "extras": {"author": "me", "license": "CC0", "source": "there"},
    }
    document = {"asset": asset, "buffers": [{"uri": "car.bin"}], "images": [{"uri": "a%20b.png"}]}
    (root / "car.gltf").write_bytes(msgspec.json.encode(document))
    (root / "car.bin").write_bytes(b"")


def _read_gltf(root: Path) -> None:
    assert all(isinstance(word, str) for word in credits_of(root / "car.gltf"))
    _read_companions(root / "car.gltf")


def _write_obj(root: Path) -> None:
    (root / "car.obj").write_text("mtllib car.mtl\nv 0 0 0\n")
    (root / "car.mtl").write_text("newmtl a\nmap_Kd -s 1 1 1 body.png\nmap_Kd ..\\body.png\n")
    (root / "body.png").write_bytes(b"")


def _read_companions(file: Path) -> None:
    """What leads out is refused by a ValueError that the caller tells with the file's name."""
    root = file.parent
    try:
        companions = companions_of(file, root)
    except ValueError as error:
        if "which lies outside" not in str(error):
            raise
        return
    for companion in companions:
        assert companion.path is None or companion.path.resolve().is_relative_to(root.resolve())


READERS = {
    "specs": Reader(
        "specs/000.jsonl.zst",
        _write_specs,
        _read_specs,
        zstandard.ZstdCompressor(level=1).compress,
        lambda data: zstandard.ZstdDecompressor().stream_reader(data).read(),
    ),
    "spec_shard": Reader("specs/000.jsonl.zst", _write_specs, _read_specs),
    "record": Reader("frames/000/000000000.json", _write_record, _read_record),
    "record_checks": Reader("frames/000/000000000.json", _write_record, _check_record),
    "config": Reader(
        "config.yaml",
        lambda root: (root / "config.yaml").write_text(as_yaml(CONFIG)),
        lambda root: check(read_config(root)),
    ),
    "sidecar": Reader("car.yaml", _write_sidecar, lambda root: check(read_sidecar(root / "car.glb"))),
    "manifest": Reader("library.yaml", _write_manifest, lambda root: check(read_manifest(root))),
    "gltf": Reader("car.gltf", _write_gltf, _read_gltf),
    "obj": Reader("car.obj", _write_obj, lambda root: _read_companions(root / "car.obj")),
    "mtl": Reader("car.mtl", _write_obj, lambda root: _read_companions(root / "car.obj")),
}
