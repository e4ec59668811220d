"""A car of boxes, as an importer would have read it: facing +x, z up, in metres, 4.2 × 1.8 × 1.45 m."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.models.raw import RawFile, RawMaterial, RawPart

LENGTH, WIDTH, HEIGHT = 4.2, 1.8, 1.45
MATERIALS = ("body_paint", "window", "tyre", "light_rear", "light_front")
PLAIN = tuple(f"material.{number:03d}" for number in range(5))  # names that tell nothing

BOXES = (  # name, material, lowest and highest corner
    ("body", 0, (-2.1, -0.9, 0.3), (2.1, 0.9, 0.85)),
    ("cabin", 1, (-1.9, -0.75, 0.85), (0.5, 0.75, 1.45)),
    ("wheel", 2, (1.0, -0.9, 0.0), (1.6, -0.7, 0.6)),
    ("wheel", 2, (1.0, 0.7, 0.0), (1.6, 0.9, 0.6)),
    ("wheel", 2, (-1.6, -0.9, 0.0), (-1.0, -0.7, 0.6)),
    ("wheel", 2, (-1.6, 0.7, 0.0), (-1.0, 0.9, 0.6)),
    ("lamp", 3, (-2.1, -0.8, 0.6), (-2.09, 0.8, 0.75)),
    ("lamp", 4, (2.09, -0.8, 0.6), (2.1, 0.8, 0.75)),
)
_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
_QUADS = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))
_FACES = np.array([[q[0], q[a], q[a + 1]] for q in _QUADS for a in (1, 2)], np.int32)


def box(name: str, material: int, low: Sequence[float], high: Sequence[float]) -> RawPart:
    """One closed box of twelve triangles, its normals outward."""
    low_, high_ = np.array(low, float), np.array(high, float)
    return RawPart(
        names=(name,),
        vertices=low_ + _CORNERS * (high_ - low_),
        faces=_FACES,
        uv=np.zeros((12, 3, 2), np.float32),
        material=np.full(12, material, np.int32),
        smooth=np.zeros(12, bool),
    )


def box_car(materials: Sequence[str] = MATERIALS, name: str = "") -> RawFile:
    """The car; `name` stands before its parts' names."""
    parts = [box(f"{name}{part}", *rest) for part, *rest in BOXES]
    return RawFile(parts, [RawMaterial(material) for material in materials])


def atlas_car(paint: tuple[int, int, int]) -> RawFile:
    """The left half of the body's picture is its paint, darker in one stripe, the right half black trim."""
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, :32] = paint
    image[20:24, :32] = np.array(paint) // 3
    raw = box_car()
    uv = np.zeros((12, 3, 2), np.float32)
    uv[:10] = [[0.02, 0.02], [0.45, 0.02], [0.02, 0.98]]
    uv[10:] = [[0.6, 0.1], [0.9, 0.1], [0.6, 0.9]]
    body = replace(raw.parts[0], uv=uv)
    materials = [replace(raw.materials[0], image="atlas"), *raw.materials[1:]]
    return RawFile([body, *raw.parts[1:]], materials, {"atlas": image})


def moved(raw: RawFile, matrix: NDArray[np.float64], offset: Sequence[float] = (0, 0, 0)) -> RawFile:
    """The file with all its vertices under a (3, 3) matrix and then moved."""
    parts = [replace(part, vertices=part.vertices @ matrix.T + offset) for part in raw.parts]
    return replace(raw, parts=parts)


def turn(degrees: float) -> NDArray[np.float64]:
    """The rotation about z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # from z up to y up


def obj_text(raw: RawFile) -> str:
    """The file as a Wavefront OBJ."""
    lines = ["mtllib car.mtl"]
    first = 1
    for part in raw.parts:
        lines.append(f"o {part.names[-1]}")
        lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in part.vertices]
        lines.append(f"usemtl {raw.materials[part.material[0]].name}")
        lines += [f"f {a} {b} {c}" for a, b, c in part.faces + first]
        first += len(part.vertices)
    return "\n".join(lines) + "\n"


def mtl_text(raw: RawFile) -> str:
    """Its material library."""
    return "".join(f"newmtl {material.name}\nKd 0.5 0.5 0.5\n" for material in raw.materials)
