"""TextureParams: which picture a surface carries, by kind and seed or by file, never as pixels."""

from typing import Literal

from assets.params import Params

ProceduralKind = Literal[
    "noise", "voronoi", "brick", "checker", "wood", "stripes", "gradient", "text", "dead_leaves"
]


class TextureParams(Params, tag="texture"):
    """Kind "photo" names a file of the photo catalogue by its path in it; the others a generator and seed."""

    kind: ProceduralKind | Literal["photo"]
    seed: int = 0
    path: str = ""
