"""Placed: something that stands in the scene, before it has its number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.params import Params
from scenegen.placing.footprint import Footprint
from scenegen.scene import Semantic, Surface


@dataclass(frozen=True)
class Placed:
    """Everything of a `scenegen.scene.Instance` but its id; `footprint` is None for ground."""

    semantic: Semantic
    shape: Params
    matrix: NDArray[np.float64]  # (4, 4) object to world
    surfaces: dict[str, Surface]
    footprint: Footprint | None = None
    car_slot: int | None = None
    traffic_slot: int | None = None
