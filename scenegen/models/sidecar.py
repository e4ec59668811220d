"""Sidecar: what the owner of `car.glb` says of it in `car.yaml` beside it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from assets.models.reading import Axis, Positive, Reading, Slot
from assets.params import Params
from conf.errors import UserError
from conf.reading import read_yaml

Side = Literal["train", "held_out"]
NonNegative = Annotated[float, Meta(ge=0, le=1e6)]  # no infinity, which YAML writes as .inf
Text = Annotated[str, Meta(min_length=1)]

_EXPORTERS_NAMES = ("scene", "model")  # what exporters call every file: the folder's name says more


class Sidecar(Params):
    """Everything may be left out; docs/own_models.md says what each key means."""

    up: Axis | None = None
    forward: Axis | None = None
    length_m: Positive | None = None
    scale: Positive | None = None
    materials: Mapping[str, Slot] = {}
    parts: Mapping[str, str] = {}
    name: Text | None = None
    style: Text | None = None
    weight: NonNegative | None = None
    split: Side | None = None
    source: str | None = None
    licence: str | None = None
    skip: bool = False

    def reading(self, file: Path) -> Reading:
        """The part of it that decides what meshes the file gives."""
        return Reading(
            name=self.name or name_of(file),
            up=self.up,
            forward=self.forward,
            length_m=self.length_m,
            scale=self.scale,
            style=self.style,
            materials=self.materials,
            parts=self.parts,
        )


def name_of(file: Path) -> str:
    """The file's name without its suffix, or its folder's where every exporter gives that name."""
    return file.resolve().parent.name if file.stem.lower() in _EXPORTERS_NAMES else file.stem


def read_sidecar(file: Path) -> Sidecar:
    """The sidecar of a file of models, empty where there is none. Raises UserError naming file and key."""
    path = file.with_suffix(".yaml")
    if not path.is_file():
        return Sidecar()
    try:
        sidecar = msgspec.convert(read_yaml(path) or {}, Sidecar)
        sidecar.reading(file)
    except msgspec.ValidationError as error:
        raise UserError(f"{path}: {error}; docs/own_models.md lists the keys") from error
    except ValueError as error:
        raise UserError(f"{path}: {error}") from error
    return sidecar
