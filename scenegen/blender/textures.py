"""TextureImages: the image files that textures resolve to, loaded once a frame."""

from pathlib import Path

import bpy

from assets.textures.cache import texture_file
from assets.textures.params import TextureParams


class TextureImages:
    """Loads textures as Blender images and drops them with the frame."""

    def __init__(self, photos: Path | None, cache: Path) -> None:
        self._photos, self._cache = photos, cache
        self._images: dict[TextureParams, bpy.types.Image] = {}

    def load(self, texture: TextureParams) -> bpy.types.Image:
        """The image of a texture. Raises ValueError naming a photo that does not load."""
        if texture not in self._images:
            path = texture_file(texture, self._photos, self._cache)
            self._images[texture] = bpy.data.images.load(str(path))
        return self._images[texture]

    def clear(self) -> None:
        """Remove every image loaded since the last clear."""
        bpy.data.batch_remove(list(self._images.values()))
        self._images.clear()
