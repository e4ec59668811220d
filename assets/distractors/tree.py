"""A street tree shrunk to a distractor of 1 m."""

from dataclasses import replace
from typing import Literal

import numpy as np

from assets.mesh import Mesh
from assets.stream import Stream
from assets.street.params import TreeParams
from assets.street.tree import build_tree

_MODEL_HEIGHT_M = 8.0


def build_small_tree(seed: int) -> Mesh:
    """A leafy tree 1 m high on z = 0, at most 1 m wide; slots "surface" (the crown) and "trunk"."""
    rng = Stream(seed)
    kind: Literal["round", "conifer", "column"] = rng.weighted({"round": 2.0, "conifer": 1.0, "column": 1.0})
    crown = {"round": (0.5, 0.85), "conifer": (0.4, 0.6), "column": (0.22, 0.35)}[kind]
    tree = build_tree(
        TreeParams(
            kind=kind, height_m=_MODEL_HEIGHT_M, crown_m=_MODEL_HEIGHT_M * rng.uniform(*crown), seed=seed
        )
    )
    is_crown = np.array([name != "trunk" for name in tree.slots], np.int16)[tree.slot]
    vertices, uv = tree.vertices / _MODEL_HEIGHT_M, tree.uv / _MODEL_HEIGHT_M
    return replace(tree, vertices=vertices, uv=uv, slot=is_crown, slots=("trunk", "surface"))
