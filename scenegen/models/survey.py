"""The car models of a file or folder, imported where need be, as their sidecars and guesses describe them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import msgspec

from assets.folder import files_below
from assets.library import in_split
from assets.models.store import StoredModel
from conf.errors import UserError
from scenegen.models.companions import companions_of, content_hash
from scenegen.models.gltf import Credits, credits_of
from scenegen.models.importing import cache_key, imported, refusal
from scenegen.models.manifest import Entry
from scenegen.models.sidecar import Sidecar, name_of, read_sidecar

SUFFIXES = (".glb", ".gltf", ".obj", ".fbx", ".blend")


@dataclass(frozen=True)
class Found:
    """One car of a file. key: of its mesh in the cache. entry: what its sidecar says, or else guesses."""

    path: Path
    sidecar: Sidecar
    key: str
    stored: StoredModel
    entry: Entry


Say = Callable[[Found], None]  # told of each model that is imported anew


def guesses_of(item: Found) -> str:
    """A line that says what the import guessed and did."""
    part = f" ({item.entry.part})" if item.entry.part else ""
    return f"imported {item.path}{part}: {'; '.join(item.stored.notes)}"


def folder_of(place: Path) -> Path:
    """The folder that a file's or folder's models are named from, and whose manifest describes them."""
    return place if place.is_dir() else place.parent


def survey(place: Path, held_out: float, say: Say) -> list[Found]:
    """All models of a file or folder, by path. held_out: the share held out, by the hash of the file.

    Raises UserError naming the file, or RunError.
    """
    folder = folder_of(place)
    found = [item for path in _files(place) for item in _survey_file(path, folder, held_out, say)]
    alike = Counter(item.entry.name for item in found)
    return [_by_path(item) if alike[item.entry.name] > 1 else item for item in found]


def _by_path(item: Found) -> Found:
    """The model under the name of its path, where another file of the folder has the same name."""
    if item.sidecar.name:
        return item
    entry = item.entry
    name = f"{entry.file}/{entry.part}" if entry.part else entry.file
    return replace(item, entry=msgspec.structs.replace(entry, name=name))


def _files(place: Path) -> list[Path]:
    if place.is_dir():
        return [place / name for name in files_below(place, SUFFIXES)]
    if not place.exists():
        raise UserError(f"assets.cars: no such file or folder: {place}")
    if place.suffix.lower() not in SUFFIXES:
        raise UserError(f"assets.cars: {place} is none of {', '.join(SUFFIXES)}")
    return [place]


def _survey_file(path: Path, folder: Path, held_out: float, say: Say) -> list[Found]:
    sidecar = read_sidecar(path)
    if sidecar.skip:
        return []
    try:
        companions = companions_of(path, folder)
        content = content_hash(path, companions)
    except OSError as error:
        raise refusal(path, f"cannot read it: {error.strerror or error}") from error
    except ValueError as error:
        raise refusal(path, str(error)) from error
    reading = sidecar.reading(path)
    key = cache_key(content, reading)
    models, new = imported(path, folder, companions, key, reading)
    says = credits_of(path)
    found = [
        Found(
            path,
            sidecar,
            f"{key}/{model.mesh}",
            model,
            _entry(path, folder, sidecar, says, content, model, held_out),
        )
        for model in models
    ]
    for item in found if new else ():
        say(item)
    return found


def _entry(
    path: Path,
    folder: Path,
    sidecar: Sidecar,
    says: Credits,
    content: str,
    model: StoredModel,
    held_out: float,
) -> Entry:
    name = sidecar.name or name_of(path)
    # Cars of one file go their own ways, so that a library of a single file can be divided too.
    ticket = sha256(f"{content}/{model.name}".encode()).hexdigest() if model.name else content
    return Entry(
        file=path.relative_to(folder).as_posix(),
        part=model.name,
        sha256=content,
        name=f"{name}/{model.name}" if model.name else name,
        style=model.style,
        weight=1.0 if sidecar.weight is None else sidecar.weight,
        split=sidecar.split or ("held_out" if in_split(ticket, "held_out", held_out) else "train"),
        source=sidecar.source or says.source,
        licence=sidecar.licence or says.licence,
        size_m=(model.length_m, model.width_m, model.height_m),
        triangles=model.triangles,
        materials=model.materials,
        guesses=model.notes,
    )
