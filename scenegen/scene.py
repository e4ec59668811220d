"""Scene: a SceneSpec's sections joined into placed, numbered instances under one camera, without chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from assets.params import Params
from assets.textures.params import TextureParams
from randomizers.spec import Lighting, Rgb, Sensor

Semantic = Literal[
    "sky",
    "road",
    "pavement",
    "ground",
    "building",
    "vegetation",
    "pole",
    "barrier",
    "car",
    "truck",
    "bus",
    "motorcyclist",
    "cyclist",
    "pedestrian",
    "sign",
    "distractor",
]
SEMANTICS: tuple[Semantic, ...] = get_args(Semantic)  # a class's value in a semantic image

NEAR_M = 0.1  # near plane, the same in Blender and in the labels


@dataclass(frozen=True)
class Surface:
    """How one material slot of an instance looks.

    emission: radiance (W/m² sr) that it gives off in its own colour. coat: of clear lacquer over it, 0..1.
    dirt: 0 clean to 1 caked, most of it low down. wetness: 0 dry to 1 with puddles.
    """

    color: Rgb
    roughness: float = 0.6
    metallic: float = 0.0
    texture: TextureParams | None = None
    texture_scale_m: float = 1.0
    coat: float = 0.0
    emission: float = 0.0
    dirt: float = 0.0
    wetness: float = 0.0


@dataclass(frozen=True)
class Instance:
    """One object: `shape` builds its mesh (`assets.build`), `matrix` (4, 4) places it in the world."""

    id: int  # pass index in the id image, from 1
    semantic: Semantic
    shape: Params
    matrix: NDArray[np.float64]
    surfaces: Mapping[str, Surface]  # per material slot; slots not named use the shared materials
    car_slot: int | None = None
    traffic_slot: int | None = None


@dataclass(frozen=True)
class View:
    """A pinhole camera.

    K: (3, 3) intrinsics in pixels; pixel (i, j) covers [i, i+1) × [j, j+1), so the principal point of a
    centred sensor is (width / 2, height / 2).
    pose: (4, 4) camera to world, camera axes x right, y down, z forward (KITTI / OpenCV).
    """

    K: NDArray[np.float64]
    pose: NDArray[np.float64]
    width: int
    height: int


@dataclass(frozen=True)
class Scene:
    """What Blender builds and what the labels measure."""

    instances: tuple[Instance, ...]
    view: View
    lighting: Lighting
    sensor: Sensor
    backdrop: Surface | None  # None: the sky itself is seen
