"""Library: the user's own material that scenes draw from, as names in a fixed order, never as pixels."""

from typing import Annotated, Literal

from msgspec import Meta

from assets.models.params import ModelParams
from assets.params import Params

Split = Literal["all", "train", "held_out"]


class CarModel(Params):
    """A car model and how often it is drawn against the others."""

    shape: ModelParams
    weight: Annotated[float, Meta(ge=0)] = 1.0


class Library(Params):
    """What the job's folders hold, after the split.

    photos, panoramas: relative POSIX paths in their folders. models: those whose meshes lie in the cache.
    """

    photos: tuple[str, ...] = ()
    panoramas: tuple[str, ...] = ()
    models: tuple[CarModel, ...] = ()


NOTHING = Library()
