"""Library: the user's own material that scenes draw from, as names in a fixed order, never as pixels."""

from typing import Annotated, Literal

from msgspec import Meta

from assets.models.params import ModelParams
from assets.params import Params

Split = Literal["all", "train", "held_out"]


def in_split(sha256: str, split: Split, held_out: float) -> bool:
    """Whether a file of this content (SHA-256, hexadecimal) belongs to `split` of a library.

    A file's own bytes decide, so that it stays on its side under another name, in another folder and beside
    any other files. held_out: the share held out, 0 to 1.
    """
    if split == "all":
        return True
    place = int(sha256[:13], 16) / 16**13  # 52 bits: exact as a float
    return (place < held_out) == (split == "held_out")


class ModelOrigin(Params):
    """Where a car model comes from.

    file: in the user's folder. part: which car of it, empty where it is the only one. sha256: of all the
    files it was read from.
    """

    file: str = ""
    part: str = ""
    sha256: str = ""
    source: str = ""
    licence: str = ""
    split: Literal["train", "held_out"] = "train"


class CarModel(Params):
    """A car model and how often it is drawn against the others."""

    shape: ModelParams
    weight: Annotated[float, Meta(ge=0)] = 1.0
    origin: ModelOrigin = ModelOrigin()


class Library(Params):
    """What the job's folders hold, after the split.

    photos, panoramas: relative POSIX paths in their folders. models: those whose meshes lie in the cache.
    """

    photos: tuple[str, ...] = ()
    panoramas: tuple[str, ...] = ()
    models: tuple[CarModel, ...] = ()


NOTHING = Library()
