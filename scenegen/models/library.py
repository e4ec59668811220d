"""The car models that `assets.cars` names, as their folders' manifests describe them where there are any."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from assets.library import CarModel, ModelOrigin, Split
from assets.models.params import ModelParams
from conf.errors import UserError
from scenegen.config import AssetsConfig
from scenegen.models.manifest import DESCRIPTIVE, MANIFEST, Entry, again, read_manifest
from scenegen.models.survey import SUFFIXES, Found, Say, folder_of, guesses_of, survey


def print_guesses(item: Found) -> None:
    """Print what the import of a model guessed and did."""
    print(guesses_of(item))


def car_models(assets: AssetsConfig, say: Say = print_guesses) -> tuple[CarModel, ...]:
    """The models of `assets.cars` that belong to `assets.split`, in the order given.

    Raises UserError naming the file, or RunError.
    """
    found = _told_apart(
        [item for place in assets.cars for item in _described(Path(place), assets.held_out, say)]
    )
    models = tuple(_model(item) for item in found if assets.split in ("all", item.entry.split))
    if assets.cars and not models:
        raise UserError(f"assets.cars=[{','.join(assets.cars)}]: {_why_none(assets.split, len(found))}")
    return models


def _why_none(split: Split, found: int) -> str:
    if not found:
        return f"there is no car model there ({', '.join(SUFFIXES)})"
    return (
        f"none of the {found} car models there is of the split {split!r}: "
        f"give some `split: {split}` in a sidecar or in {MANIFEST}, or change assets.held_out"
    )


def _described(place: Path, held_out: float, say: Say) -> list[Found]:
    folder = folder_of(place)
    manifest = read_manifest(folder)
    found = survey(place, held_out, say)
    if manifest is None:
        return found
    listed = {(entry.file, entry.part): entry for entry in manifest}
    there = {(item.entry.file, item.entry.part) for item in found}
    for file, part in listed:
        if place.is_dir() and (file, part) not in there:
            what = f"{part} of {file}" if part else file
            raise UserError(f"{folder / MANIFEST} lists {what}, which is not there: {again(folder)}")
    return [_obeying(listed, item, folder) for item in found]


def _obeying(listed: Mapping[tuple[str, str], Entry], item: Found, folder: Path) -> Found:
    """The model as the manifest describes it. Raises UserError where file or sidecar are at odds with it."""
    entry = listed.get((item.entry.file, item.entry.part))
    if entry is None:
        raise UserError(f"{item.path} is not in {folder / MANIFEST}: {again(folder)}")
    if entry.sha256 != item.entry.sha256:
        raise UserError(f"{item.path} has changed since {folder / MANIFEST} was written: {again(folder)}")
    for key in DESCRIPTIVE:
        told, listed_as = getattr(item.sidecar, key), getattr(entry, key)
        if told not in (None, listed_as):
            raise UserError(
                f"{item.path}: {key} is {told!r} in its sidecar and {listed_as!r} in {folder / MANIFEST}: "
                f"change one of them, or {again(folder)}"
            )
    return replace(item, entry=entry)


def _told_apart(found: Sequence[Found]) -> list[Found]:
    """The models with their folder's name before their own where two folders use the same one.

    Raises UserError where that is not enough.
    """
    alike = Counter(item.entry.name for item in found)
    named = [_in_folder(item) if alike[item.entry.name] > 1 else item for item in found]
    paths: dict[str, Path] = {}
    for item in named:
        name = item.entry.name
        if name in paths:
            raise UserError(
                f"assets.cars: {paths[name]} and {item.path} both hold a model called {name!r}: "
                "give one of them another `name` in its sidecar or manifest"
            )
        paths[name] = item.path
    return named


def _in_folder(item: Found) -> Found:
    folder = item.path.resolve().parents[item.entry.file.count("/")].name
    return replace(item, entry=msgspec.structs.replace(item.entry, name=f"{folder}/{item.entry.name}"))


def _model(item: Found) -> CarModel:
    """As scenes draw it."""
    entry, stored = item.entry, item.stored
    shape = ModelParams(
        name=entry.name,
        key=item.key,
        style=entry.style,
        length_m=stored.length_m,
        width_m=stored.width_m,
        height_m=stored.height_m,
    )
    origin = ModelOrigin(
        file=entry.file,
        part=entry.part,
        sha256=entry.sha256,
        source=entry.source,
        licence=entry.licence,
        split=entry.split,
    )
    return CarModel(shape=shape, weight=entry.weight, origin=origin)
