"""Slots: what each material of a file is, by its owner's word, its name, or how much of the car it covers."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from assets.models.errors import Unusable
from assets.models.raw import RawMaterial
from assets.models.reading import Slot
from assets.models.words import listed, says

_BODY_SHARE = 0.25  # of the surface, from which the largest material that no name tells is the body

_LAMP = ("light", "lights", "lamp", "lamps", "optic", "optics", "indicator", "blinker")
_COLOR_WORDS = ("grey", "gray", "blue", "brown", "green", "metal", "plastic", "leather", "wood", "paint")
_LAMPS: tuple[tuple[Slot, tuple[str, ...]], ...] = (
    ("indicator", ("indicator", "blinker", "turn", "signal", "amber", "orange")),
    ("taillamp", ("tail", "rear", "back", "brake", "stop", "red")),
    ("headlamp", ("head", "front", "fog", "white")),
)
_NAMES: tuple[tuple[Slot, tuple[str, ...]], ...] = (  # the first that fits
    ("plate", ("plate", "numberplate", "licenseplate", "licenceplate")),
    ("tyre", ("tyre", "tire", "rubber", "reifen")),
    ("rim", ("rim", "alloy", "felge", "hubcap")),
    ("chrome", ("chrome", "chrom")),
    ("interior", ("interior", "seat", "leather", "dashboard", "dash", "cockpit", "carpet", "steering")),
    ("trim", ("trim", "plastic", "black", "grille", "grill", "chassis", "undercarriage", "underbody")),
    ("glass", ("glass", "window", "windows", "windshield", "windscreen", "scheibe")),
    ("paint", ("paint", "body", "carpaint", "lack", "karosserie", "bodywork", "coachwork")),
)


def check_told(materials: Sequence[RawMaterial], told: Mapping[str, Slot]) -> None:
    """Raises Unusable where a name or glob of `told` fits no material: it is mistyped."""
    names = [material.name for material in materials]
    for glob in told:
        if not any(fnmatchcase(name, glob) for name in names):
            raise Unusable(f"no material is called {glob!r}, as `materials` says: there are {listed(names)}")


def kind_of(material: RawMaterial, told: Mapping[str, Slot]) -> Slot:
    """What a material is; "own" where nothing tells. `told`: name or glob → slot, the first that fits."""
    slot = next((slot for glob, slot in told.items() if fnmatchcase(material.name, glob)), None)
    if slot is not None:
        return slot
    if material.see_through:
        return "glass"
    return _by_name(material.name)


def is_told(material: RawMaterial, told: Mapping[str, Slot]) -> bool:
    """Whether its owner says what a material is."""
    return any(fnmatchcase(material.name, glob) for glob in told)


def _by_name(name: str) -> Slot:
    if says(name, _LAMP) and not says(name, _COLOR_WORDS):
        return next((slot for slot, meanings in _LAMPS if says(name, meanings)), "lamp")
    return next((slot for slot, meanings in _NAMES if says(name, meanings)), "own")


def body_materials(
    kinds: Sequence[Slot], names: Sequence[str], share: NDArray[np.float64]
) -> tuple[list[int], str]:
    """The materials that carry the body's paint, and a note where that is a guess.

    share: of the car's surface, per material.
    """
    named = [index for index, kind in enumerate(kinds) if kind == "paint"]
    if share[named].sum() > 0:
        return named, ""
    unknown = [index for index, kind in enumerate(kinds) if kind == "own"]
    largest = max(unknown, key=lambda index: share[index], default=None)
    if largest is None or share[largest] < _BODY_SHARE:
        return [], "no paint found: say which material it is with `materials`"
    return [largest], f"material {names[largest] or 'without a name'} covers most of it: taken for paint"
