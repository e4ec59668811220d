"""The cache of imported car models: per file a folder with meshes, pictures and what is known of them."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from assets.mesh import Mesh
from assets.models.dress import Look
from assets.models.normalise import Model
from assets.models.reading import Slot
from assets.params import Params
from conf.cache_folder import cache_folder

_INDEX = "models.json"


class StoredModel(Params):
    """One car of a file. mesh: its name in the folder; the others as in `assets.models.normalise.Model`."""

    name: str
    mesh: str
    style: str
    length_m: float
    width_m: float
    height_m: float
    triangles: int
    materials: dict[str, Slot]
    looks: dict[str, Look]
    notes: tuple[str, ...]


_DECODER = msgspec.json.Decoder(tuple[StoredModel, ...])


def models_folder() -> Path:
    """Where the folders are, each named by the hash of all that its meshes depend on."""
    return cache_folder() / "models"


def write_models(folder: Path, models: Sequence[Model], notes: tuple[str, ...]) -> None:
    """Write a file's cars into an empty folder; `notes` go to every one's own."""
    images = {name: image for model in models for name, image in model.images.items()}
    for name, image in images.items():
        Image.fromarray(image).save(folder / name)
    stored = []
    for number, model in enumerate(models):
        _write_mesh(folder / f"{number}.npz", model.mesh)
        stored.append(
            StoredModel(
                name=model.name,
                mesh=str(number),
                style=model.style,
                length_m=model.length_m,
                width_m=model.width_m,
                height_m=model.height_m,
                triangles=len(model.mesh.faces),
                materials=dict(model.materials),
                looks=dict(model.looks),
                notes=(*model.notes, *notes),
            )
        )
    (folder / _INDEX).write_bytes(msgspec.json.encode(stored))


def _write_mesh(path: Path, mesh: Mesh) -> None:
    np.savez_compressed(
        path,
        vertices=mesh.vertices,
        faces=mesh.faces,
        uv=mesh.uv,
        slot=mesh.slot,
        slots=np.array(mesh.slots),
        smooth=mesh.smooth,
    )


def read_models(folder: Path) -> tuple[StoredModel, ...]:
    """What is known of the cars in a folder. Raises OSError or msgspec.DecodeError where it is not whole."""
    return _DECODER.decode((folder / _INDEX).read_bytes())


@lru_cache(maxsize=256)
def looks_of(key: str) -> dict[str, Look]:
    """The looks of a model's own slots, by slot. Raises ValueError where the cache lacks it."""
    folder, _, mesh = key.rpartition("/")
    try:
        stored = read_models(models_folder() / folder)
    except (OSError, msgspec.DecodeError) as error:
        raise _lacking(key) from error
    return next(model.looks for model in stored if model.mesh == mesh)


def read_mesh(key: str) -> Mesh:
    """The mesh of a model. Raises ValueError where the cache lacks it."""
    try:
        with np.load(models_folder() / f"{key}.npz") as arrays:
            return Mesh(
                vertices=arrays["vertices"],
                faces=arrays["faces"],
                uv=arrays["uv"],
                slot=arrays["slot"],
                slots=tuple(arrays["slots"].tolist()),
                smooth=arrays["smooth"],
            )
    except OSError as error:
        raise _lacking(key) from error


def _lacking(key: str) -> ValueError:
    return ValueError(f"car model {key} is not in {models_folder()}: the render command puts it there")
