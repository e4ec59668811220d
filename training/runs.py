"""A run's folder: its settings and versions; the same command again goes on with it, another is refused."""

import importlib.metadata
import platform
from pathlib import Path
from typing import Any

import msgspec
import yaml

from conf.compose import flatten
from conf.errors import RunError, UserError
from conf.reading import read_yaml
from training.processes import is_first

_LIBRARIES = ("torch", "torchvision", "lightning", "timm", "numpy")
_FREE = frozenset({"out", "trainer.accelerator", "trainer.devices", "trainer.loaders"})  # where, not what


def open_run(out: Path, settings: msgspec.Struct) -> None:
    """Make the folder and write config.yaml and versions.yaml into it.

    Of several processes the first does. Raises UserError where the folder is a run of other settings,
    RunError where it cannot be written.
    """
    if not is_first():
        return
    told = msgspec.json.decode(msgspec.json.encode(settings))  # lists for tuples, as YAML will give them back
    path = out / "config.yaml"
    if path.exists():
        _check_same(path, told)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "versions.yaml").write_text(_dump(versions()), encoding="utf-8")
        path.write_text(_dump(told), encoding="utf-8")
    except OSError as error:
        raise RunError(f"cannot write {error.filename}: {error.strerror}") from error


def existing_checkpoint(given: str, key: str = "checkpoint") -> Path:
    """The file at checkpoint=`given`, or another key's; without PyTorch, so that a slip is answered at once.

    Raises UserError where there is none.
    """
    path = Path(given)
    if not path.is_file():
        raise UserError(f"{key}={path}: there is no such file; pretrain.py says where it wrote its own")
    return path


def versions() -> dict[str, str]:
    """Of Python, Carousel and what does the numbers."""
    return {"python": platform.python_version()} | {
        name: _version(name) for name in ("carousel", *_LIBRARIES)
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:  # Carousel runs from a checkout too
        return "not installed"


def _check_same(path: Path, wanted: dict[str, Any]) -> None:
    stored = read_yaml(path)
    if not isinstance(stored, dict):
        raise UserError(f"{path} holds no settings: choose another folder with out=FOLDER")
    there, here = flatten(stored), flatten(wanted)
    differing = [
        f"{key} is {there.get(key, 'not set')} there and {here.get(key, 'not set')} here"
        for key in sorted((there.keys() | here.keys()) - _FREE)
        if there.get(key) != here.get(key)
    ]
    if differing:
        raise UserError(
            f"out={path.parent} holds a run of other settings: {'; '.join(differing)}. "
            "Give the same values to go on with it, or choose another folder with out=FOLDER"
        )


def _dump(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
