"""Colours of a model's faces, from their materials and from the pictures they carry."""

import numpy as np
from numpy.typing import NDArray

from assets.models.raw import RawFile, Soup

# Points inside a triangle, as weights of its corners.
INSIDE = np.array(
    [
        [4, 1, 1],
        [1, 4, 1],
        [1, 1, 4],
        [2, 2, 2],
        [3, 3, 0],
        [0, 3, 3],
        [3, 0, 3],
        [5, 0.5, 0.5],
        [0.5, 5, 0.5],
    ]
)
INSIDE /= INSIDE.sum(axis=1, keepdims=True)


def linear(srgb: NDArray[np.uint8] | NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB bytes (IEC 61966-2-1) as linear light, 0..1."""
    value = np.asarray(srgb, np.float64) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def texels(image: NDArray[np.uint8], uv: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The pixels of a repeated image (H, W, 3) at INSIDE's points of faces with UVs (F, 3, 2): (F, P, 3)."""
    height, width = image.shape[:2]
    points = np.einsum("pc,fcd->fpd", INSIDE, uv) % 1.0
    column = np.minimum((points[..., 0] * width).astype(int), width - 1)
    row = np.minimum(((1 - points[..., 1]) * height).astype(int), height - 1)
    colors: NDArray[np.uint8] = image[row, column]
    return colors


def face_colors(soup: Soup, raw: RawFile) -> NDArray[np.float64]:
    """(F, 3) linear mean colour of each face."""
    colors = np.array([material.color for material in raw.materials])[soup.material]
    for index, material in enumerate(raw.materials):
        faces = soup.material == index
        if material.image is not None and faces.any():
            colors[faces] = linear(texels(raw.images[material.image], soup.uv[faces])).mean(axis=1)
    return colors
