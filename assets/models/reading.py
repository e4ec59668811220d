"""Reading: how a file of car models is to be read, as far as its owner says so."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from assets.params import Params

Axis = Literal["x", "y", "z", "-x", "-y", "-z"]
Positive = Annotated[float, Meta(gt=0, le=1e6)]  # no infinity, which YAML writes as .inf

Slot = Literal[
    "paint",
    "glass",
    "tyre",
    "rim",
    "headlamp",
    "taillamp",
    "lamp",  # a headlamp in the car's front half, a taillamp in the other
    "indicator",
    "chrome",
    "interior",
    "plate",
    "trim",
    "own",
]
OWN = "own"  # slots named "own:MATERIAL" look as the file says


class Reading(Params):
    """All that decides how a file's bytes become meshes; None and empty where heuristics are to find out.

    name: of the file, for the body style where nothing else tells it.
    up, forward: axes of the file as Blender shows it (where a glTF's or an FBX's up is z already).
    length_m: of the car, or `scale`: metres per unit of the file.
    materials: name or glob → slot; "own" keeps the file's look. parts: name of a car → glob of its parts.
    """

    name: str
    up: Axis | None = None
    forward: Axis | None = None
    length_m: Positive | None = None
    scale: Positive | None = None
    style: str | None = None
    materials: Mapping[str, Slot] = {}
    parts: Mapping[str, str] = {}

    def __post_init__(self) -> None:
        if self.up and self.forward and self.up[-1] == self.forward[-1]:
            raise ValueError(f"`up` {self.up} and `forward` {self.forward} lie along one axis")
        if self.length_m is not None and self.scale is not None:
            raise ValueError("`length_m` and `scale` exclude each other")
