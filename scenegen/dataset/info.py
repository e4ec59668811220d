"""config.yaml and dataset.json: what a dataset was made from, and what came of it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import yaml

from conf.errors import UserError
from conf.reading import NOT_JSON, read_yaml
from scenegen.config import RenderConfig
from scenegen.dataset.coco import Counts
from scenegen.dataset.files import write_atomic
from scenegen.dataset.records import CATEGORIES

# What says how many frames are made, where, by whom and what is made of them, but not what is in a frame.
_NOT_IN_FRAMES = frozenset(
    {
        "n",
        "start",
        "only",
        "out",
        "workers",
        "launcher",
        "ray",
        "slurm",
        "export",
        "gallery",
        "specs_only",
        "save_blend",
    }
)


class _Told(msgspec.Struct):
    """What dataset.json says of the config."""

    config_sha256: str


def config_hash(config: RenderConfig) -> str:
    """SHA-256, in hexadecimal, of the parts of a config that determine its frames."""
    return sha256(msgspec.json.encode(_frame_keys(msgspec.to_builtins(config)), order="sorted")).hexdigest()


def check_same(root: Path, config: RenderConfig) -> None:
    """Refuse a folder whose config.yaml makes other frames. Raises UserError naming the keys that differ.

    Where config.yaml is cut short or no YAML any more, dataset.json may tell that the frames are of this one.
    """
    path = root / "config.yaml"
    if not path.exists():
        return
    ours = _hash_told(root) == config_hash(config)
    try:
        stored = _frame_keys(_read_config(path))
    except UserError:
        if ours:
            return
        raise
    wanted = _frame_keys(msgspec.to_builtins(config))
    differing = [
        f"{key} is {stored.get(key, 'not set')} there and {wanted.get(key, 'not set')} here"
        for key in sorted(stored.keys() | wanted.keys())
        if stored.get(key) != wanted.get(key)
    ]
    cut_short = not wanted.keys() <= stored.keys()
    if differing and not (cut_short and ours):
        raise UserError(
            f"out={root} holds a dataset of another config: {'; '.join(differing)}. "
            "Give it the same values, or choose another folder with out=FOLDER."
        )


def write_config(root: Path, config: RenderConfig) -> None:
    """Write config.yaml, the resolved config: from then on the folder is this config's. Raises RunError."""
    write_atomic(root / "config.yaml", as_yaml(config).encode())


def as_yaml(config: RenderConfig) -> str:
    """The whole config, in the order of its fields."""
    return yaml.safe_dump(msgspec.to_builtins(config), sort_keys=False, allow_unicode=True)


def write_info(
    root: Path,
    config: RenderConfig,
    counts: Counts,
    failures: Mapping[int, str],
    versions: Mapping[str, str],
    licenses: Sequence[Mapping[str, Any]],
    models: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write dataset.json.

    failures: frame → why it was given up. versions: of what made the frames ("carousel", "blender", …).
    models: the user's car models that stand in the frames, as `scenegen.models.used` lists them.
    """
    summary = {
        "config_sha256": config_hash(config),
        "versions": versions,
        "counts": counts,
        "failures": {str(frame): error for frame, error in sorted(failures.items())},
        "licenses": licenses,
        "categories": CATEGORIES,
        "models": models,
    }
    write_atomic(root / "dataset.json", msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")


def _read_config(path: Path) -> dict[str, Any]:
    advice = (
        "Choose another folder with out=FOLDER; or, if the frames there are of this config, delete that file "
        "and give the same command again."
    )
    try:
        config = read_yaml(path)
    except UserError as error:
        raise UserError(f"{error}. {advice}") from error
    if not isinstance(config, dict):
        raise UserError(f"{path} is not the config of a dataset. {advice}")
    return config


def _hash_told(root: Path) -> str | None:
    """The `config_hash` in dataset.json, if it can be read."""
    try:
        return msgspec.json.decode((root / "dataset.json").read_bytes(), type=_Told).config_sha256
    except (OSError, *NOT_JSON):
        return None


def _frame_keys(config: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted key → value of the parts of a config that determine its frames."""
    parts = {key: value for key, value in config.items() if key not in _NOT_IN_FRAMES}
    return dict(_flatten(parts, ""))


def _flatten(value: Any, key: str) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        prefix = f"{key}." if key else ""
        return [leaf for name, part in value.items() for leaf in _flatten(part, f"{prefix}{name}")]
    return [(key, list(value) if isinstance(value, tuple) else value)]
