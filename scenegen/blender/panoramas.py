"""Panoramas: equirectangular skies, checked and measured once, loaded for the frame that shows one."""

from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from assets.panoramas import read_panorama
from assets.textures.cache import commit, place
from conf.errors import UserError
from scenegen.panorama_light import PanoramaLight, measure

WIDEST_PX = 2048  # wider ones are loaded from a smaller copy in the cache


class Panoramas:
    """Loads panoramas of a folder as Blender images and drops them with the frame."""

    def __init__(self, folder: Path | None, cache: Path) -> None:
        self._folder, self._cache = folder, cache
        self._known: dict[str, tuple[Path, PanoramaLight]] = {}
        self._images: list[bpy.types.Image] = []

    def load(self, path: str) -> tuple[bpy.types.Image, PanoramaLight]:
        """The picture and its light. Raises UserError naming a file that is no panorama or is too large."""
        if self._folder is None:
            raise UserError(f"panorama {path!r} needs a folder of panoramas: set assets.panoramas")
        if path not in self._known:
            try:
                self._known[path] = self._prepare(self._folder, path)
            except (ValueError, RuntimeError) as error:  # Blender's own complaints are RuntimeErrors
                raise UserError(f"panorama {self._folder / path} cannot be used: {error}") from error
        file, light = self._known[path]
        return self._open(file), light

    def clear(self) -> None:
        """Remove every picture loaded since the last clear."""
        bpy.data.batch_remove(self._images)
        self._images.clear()

    def _prepare(self, folder: Path, path: str) -> tuple[Path, PanoramaLight]:
        """The file to load and its light, measured in that file: the same whichever worker made the copy."""
        data, file = read_panorama(folder, path), folder / path
        image = self._open(file)
        width, height = image.size
        if not width or not image.has_data:
            raise ValueError("it does not decode")
        if width != 2 * height:
            raise ValueError(
                f"it has {width} × {height} pixels; an equirectangular one is twice as wide as high"
            )
        if width > WIDEST_PX:
            file = place(self._cache, b"panorama/%d/" % WIDEST_PX + data, ".hdr")
            if not file.exists():
                image.scale(WIDEST_PX, WIDEST_PX // 2)
                commit(file, encode_rgbe(_pixels(image)))
            image = self._open(file)
        return file, measure(_pixels(image))

    def _open(self, file: Path) -> bpy.types.Image:
        self._images.append(bpy.data.images.load(str(file)))
        return self._images[-1]


def _pixels(image: bpy.types.Image) -> NDArray[np.float32]:
    """(height, width, 3) as stored, row 0 at the top."""
    width, height = image.size
    flat = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(flat)
    return flat.reshape(height, width, -1)[::-1, :, :3]


def encode_rgbe(pixels: NDArray[np.float32]) -> bytes:
    """A Radiance .hdr file of (height, width, 3), without run lengths (G. Ward, "Real Pixels", 1991)."""
    largest = pixels.max(axis=-1)
    mantissa, exponent = np.frexp(largest)
    scale = np.where(largest > 1e-32, mantissa * 256 / np.maximum(largest, 1e-32), 0)
    rgbe = np.zeros((*largest.shape, 4), np.uint8)
    rgbe[..., :3] = np.clip(pixels * scale[..., None], 0, 255)
    rgbe[..., 3] = np.where(largest > 1e-32, exponent + 128, 0)
    height, width = largest.shape
    return b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % (height, width) + rgbe.tobytes()
