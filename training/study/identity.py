"""A step's key: a hash of all that determines its result, and of nothing else.

Settings that say where or how fast (folders, devices, processes) are left out; files and folders stand in
by their content, so that data may be moved; a step that uses another's result has that one's key in its own.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from conf.compose import flatten

LENGTH = 16  # hexadecimal digits of a key
_MACHINE = ("trainer.accelerator.", "trainer.devices.", "trainer.loaders.")
_FREE = {  # of a step's settings, each with a dot: they leave its result as it is
    "render": ("out.", "workers.", "launcher.", "gallery.", "specs_only."),
    "pretrain": ("out.", "randomizer.", "render.", *_MACHINE),
    "finetune": ("out.", *_MACHINE),
    "evaluate": ("out.", "latency.", "accelerator."),
}
# Where the value is no file, it is a word such as `train`.
_FILES = ("split", "adapt", "model.weights", "distill.teacher")
_ASSETS = ("assets.textures", "assets.panoramas", "assets.cars")
_FOLDERS = ("data.root", "replay.root", "distill.unlabelled", *_ASSETS)
_KITTI = "kitti.root"
_KITTI_PARTS = ("training/image_2", "training/label_2", "tracking/training")  # of a folder that holds more

_TRAINING = ("training/data", "training/models", "training/loop")
_SOURCES = {
    "render": ("assets", "randomizers", "scenegen"),
    "pretrain": _TRAINING,
    "finetune": _TRAINING,
    "evaluate": (*_TRAINING, "training/metrics"),
}


def key(kind: str, settings: Mapping[str, Any], parents: Mapping[str, str]) -> str:
    """The key of a step of a kind with the whole of its settings.

    parents: setting → key of the step whose result it names; it takes the setting's place.
    """
    told = {
        name: _content(name, value)
        for name, value in flatten(dict(settings)).items()
        if not f"{name}.".startswith(_FREE[kind])
    }
    return _digest([kind, told | dict(parents)])[:LENGTH]


def _content(name: str, value: Any) -> Any:
    """What a setting stands for, where it names a file or a folder."""
    if isinstance(value, list | tuple):
        return [_content(name, each) for each in value]
    if not isinstance(value, str):
        return value
    path = Path(value)
    if name == _KITTI:
        return _folder(path, _KITTI_PARTS) or _folder(path)
    if name in (*_FILES, *_FOLDERS) and path.is_file():
        return sha256(path.read_bytes()).hexdigest()
    return _folder(path) if name in _FOLDERS and path.is_dir() else value


@cache
def _folder(root: Path, parts: tuple[str, ...] = (".",)) -> str:
    """A hash of the names and sizes of the files below `parts` of a folder; "" where there are none."""
    files = sorted(
        (path.relative_to(root).as_posix(), path.stat().st_size)
        for part in parts
        for path in (root / part).rglob("*")
        if path.is_file()
    )
    return _digest(files) if files else ""


@cache
def source(kind: str) -> str:
    """A hash of the source that decides what a step of this kind comes to, for telling versions apart.

    Defaults in conf/ are not in it: the settings that they come to are in the key.
    """
    root = Path(__file__).resolve().parents[2]
    files = sorted(path for room in _SOURCES[kind] for path in (root / room).rglob("*.py"))
    contents = [[path.relative_to(root).as_posix(), sha256(path.read_bytes()).hexdigest()] for path in files]
    return _digest(contents)[:12]


def _digest(content: Any) -> str:
    return sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
