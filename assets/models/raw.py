"""What an importer read from a file of models: parts, materials and pictures, as they stand there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rgb = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class RawPart:
    """One object's triangles in the file's world.

    names: of the object and all that it belongs to, outermost first.
    vertices: (V, 3) float64. faces: (F, 3). uv: (F, 3, 2), zeros where there is none.
    material: (F,) index into the file's materials. smooth: (F,) bool.
    """

    names: tuple[str, ...]
    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32]
    material: NDArray[np.int32]
    smooth: NDArray[np.bool_]


@dataclass(frozen=True)
class RawMaterial:
    """A material as far as we read it: linear base colour, and the name of its picture in RawFile.images."""

    name: str
    color: Rgb = (0.8, 0.8, 0.8)
    roughness: float = 0.5
    metallic: float = 0.0
    see_through: bool = False
    image: str | None = None


@dataclass(frozen=True)
class RawFile:
    """All of a file.

    images: (H, W, 3) uint8, sRGB, first row on top, by name. unread: names of those that do not load.
    has_conventions: the format says what is up and what a unit is; z is up and units are metres here.
    """

    parts: Sequence[RawPart]
    materials: Sequence[RawMaterial]
    images: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    unread: Sequence[str] = ()
    has_conventions: bool = True


@dataclass(frozen=True, eq=False)
class Soup:
    """The triangles of several parts together, with arrays as in RawPart.

    part: (F,) index of the part that each face came from.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32]
    material: NDArray[np.int32]
    smooth: NDArray[np.bool_]
    part: NDArray[np.int32]

    @property
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper corner, two (3,) arrays."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)


def join(parts: Sequence[RawPart]) -> Soup:
    """The parts' triangles in one set of arrays, vertices that no face uses left out."""
    offsets = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    faces = np.concatenate([part.faces + offset for part, offset in zip(parts, offsets, strict=True)])
    used, compact = np.unique(faces, return_inverse=True)
    return Soup(
        vertices=np.concatenate([part.vertices for part in parts])[used],
        faces=compact.reshape(-1, 3).astype(np.int32),
        uv=np.concatenate([part.uv for part in parts]),
        material=np.concatenate([part.material for part in parts]),
        smooth=np.concatenate([part.smooth for part in parts]),
        part=np.repeat(np.arange(len(parts), dtype=np.int32), [len(part.faces) for part in parts]),
    )


def areas(vertices: NDArray[np.float64], faces: NDArray[np.int32]) -> NDArray[np.float64]:
    """Area of each triangle, (F,)."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    doubled: NDArray[np.float64] = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return doubled / 2
