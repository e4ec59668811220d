"""TextureParams: which picture a surface carries, by kind and seed or by file, never as pixels."""

from typing import Literal

from assets.params import Params

ProceduralKind = Literal[
    "noise", "voronoi", "brick", "checker", "wood", "stripes", "gradient", "text", "dead_leaves"
]

DetailKind = Literal["plate", "sign"]


class TextureParams(Params, tag="texture"):
    """Which picture: of a generator by its seed, or of a file by its path.

    "photo" is a file of the photo catalogue; "model" one that came with a car model, in the cache; "plate"
    (a number plate) and "sign" (a traffic sign's face) are details of a shape rather than surfaces at random.
    """

    kind: ProceduralKind | DetailKind | Literal["photo", "model"]
    seed: int = 0
    path: str = ""
