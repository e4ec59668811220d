"""library.yaml: what a folder of car models holds, with the source, licence and split of each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import yaml

from assets.models.reading import Slot
from assets.params import Params
from conf.errors import UserError
from conf.reading import read_yaml
from scenegen.dataset.files import write_atomic
from scenegen.models.sidecar import NonNegative, Side, Text

MANIFEST = "library.yaml"
DESCRIPTIVE = ("style", "weight", "split", "source", "licence")  # what sidecars may say of a model as well
_HEADER = (
    "# The car models of this folder, as `python -m scenegen.models` found them. Edit name, style, weight,\n"
    "# split, source and licence as you like: the command keeps them, unless a sidecar says otherwise.\n"
)


class Entry(Params):
    """One model. file: relative to the folder. part: which car of the file, empty where it is the only one.

    sha256: of the file, followed by the buffers, material libraries and pictures it refers to.
    size_m: length, width, height. materials: what each was taken for. guesses: what the import guessed and
    did. These, and `triangles`, are for people.
    """

    file: str
    part: str
    sha256: str
    name: Text
    style: Text
    weight: NonNegative
    split: Side
    source: str
    licence: str
    size_m: tuple[float, float, float]
    triangles: int
    materials: Mapping[str, Slot] = {}
    guesses: tuple[str, ...] = ()


class _Manifest(Params):
    models: tuple[Entry, ...]


def read_manifest(folder: Path) -> tuple[Entry, ...] | None:
    """A folder's manifest, None where there is none. Raises UserError naming the file and the key."""
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        return msgspec.convert(read_yaml(path), _Manifest).models
    except msgspec.ValidationError as error:
        raise UserError(f"{path}: {error}; {again(folder)}") from error


def write_manifest(folder: Path, entries: Sequence[Entry]) -> Path:
    """Write a folder's manifest. Raises RunError where that is not possible."""
    path = folder / MANIFEST
    text = yaml.safe_dump(
        msgspec.to_builtins(_Manifest(models=tuple(entries))), sort_keys=False, allow_unicode=True, width=110
    )
    write_atomic(path, (_HEADER + text).encode())
    return path


def again(folder: Path) -> str:
    """What to do about a manifest that does not fit its folder."""
    return f"bring it up to date with `python -m scenegen.models {folder}`"
