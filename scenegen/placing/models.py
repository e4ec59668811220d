"""Car models: the Surfaces of the slots that only they have."""

from dataclasses import replace

from assets.models.dress import Look
from assets.models.params import ModelParams
from assets.models.store import looks_of
from assets.textures.params import TextureParams
from scenegen.scene import Surface


def own_surfaces(model: ModelParams, paint: Surface) -> dict[str, Surface]:
    """The Surface of each slot "own:NAME" of a model, as its file says but for the body's `paint`.

    Raises ValueError where the cache lacks the model.
    """
    folder = model.key.rpartition("/")[0]
    return {slot: _surface(look, paint, folder) for slot, look in looks_of(model.key).items()}


def _surface(look: Look, paint: Surface, folder: str) -> Surface:
    picture = TextureParams(kind="model", path=f"{folder}/{look.image}") if look.image else None
    if not look.painted:
        return Surface(look.color, look.roughness, look.metallic, texture=picture, dirt=paint.dirt)
    if paint.texture is None:
        return replace(paint, texture=picture, texture_scale_m=1.0)
    # A texture covers all of the picture, and is laid out by the UVs that the picture has.
    return replace(paint, texture_scale_m=paint.texture_scale_m / look.uv_m)
