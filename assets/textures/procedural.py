"""make_texture: the picture that a procedural TextureParams stands for."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from assets.stream import Stream
from assets.textures import patterns
from assets.textures.dead_leaves import dead_leaves
from assets.textures.lettering import text
from assets.textures.palette import to_bytes
from assets.textures.params import TextureParams
from assets.textures.plate import plate
from assets.textures.sign import sign_face

GENERATOR_VERSION = 1  # raise it when any generator's pixels change: cached files carry it in their names

_GENERATORS = {
    "noise": patterns.noise,
    "voronoi": patterns.voronoi,
    "brick": patterns.brick,
    "checker": patterns.checker,
    "wood": patterns.wood,
    "stripes": patterns.stripes,
    "gradient": patterns.gradient,
    "text": text,
    "dead_leaves": dead_leaves,
    "plate": plate,
}


def make_texture(params: TextureParams, size: int = 256) -> NDArray[np.uint8]:
    """(size, size, 3) uint8 sRGB, the same on every machine; surfaces but "text" tile without a seam.

    The edges of letters may differ between versions of Pillow, which brings the font and its rasterizer.

    Raises ValueError for kind "photo", which is a file and no generator.
    """
    if params.kind == "sign":
        return to_bytes(
            sign_face(params.seed, size)
        )  # its seed is the sign's number, and the post's plate fits
    generator = _GENERATORS.get(params.kind)
    if generator is None:
        raise ValueError(
            f"texture kind {params.kind!r} is no generator; procedural kinds: {', '.join(_GENERATORS)}"
        )
    key = blake2b(f"{params.kind}/{params.seed}".encode(), digest_size=16).digest()
    return to_bytes(generator(Stream(int.from_bytes(key, "little")), size))
