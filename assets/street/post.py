"""Posts: poles, street lamps, road signs and traffic lights."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge, transform
from assets.signs import CATALOGUE, OUTLINES, Outline, sign_number
from assets.solids import boxes, prism, revolve, rods, tube
from assets.stream import Stream
from assets.street.params import PostParams

_SIGN_SIZES_M: dict[Outline, tuple[float, float]] = {  # width of a plate (VwV-StVO: sizes 1 and 2)
    "round": (0.5, 0.65),
    "triangle": (0.7, 0.95),
    "yield": (0.7, 0.95),
    "octagon": (0.75, 0.95),
    "diamond": (0.65, 0.9),
    "square": (0.5, 0.65),
    "board": (0.9, 1.6),
}


def build_post(params: PostParams) -> Mesh:
    """A post height_m high on z = 0 around the origin; a lamp's arm reaches +y, signs and lights face -x.

    Slots: "post" on all; "box" (a lamp's head, a traffic light's housing); "sign_face" and "plate_back" of
    signs, whose seed says which sign it is (`assets.signs`); "red", "amber" and "green" of traffic lights.
    Closed, at most 1,000 triangles.
    """
    rng = Stream(params.seed)
    match params.kind:
        case "pole":
            return _pole(rng, params.height_m)
        case "lamp":
            return _lamp(rng, params.height_m)
        case "sign":
            return _sign(rng, params.seed, params.height_m)
        case "light":
            return _light(rng, params.height_m)


def _shaft(bottom_radius: float, top_radius: float, height: float) -> Mesh:
    return revolve([(0, 0), (bottom_radius, 0), (top_radius, height), (0, height)], 12, "post")


def _pole(rng: Stream, height: float) -> Mesh:
    """A telegraph pole, with a cross-arm on some, or a short bollard with a rounded head."""
    if height < 1.6:
        r = rng.uniform(0.05, 0.11)
        profile = [
            (0, 0),
            (r, 0),
            (r, height - r),
            (0.87 * r, height - 0.5 * r),
            (0.5 * r, height - 0.13 * r),
        ]
        return revolve([*profile, (0, height)], 12, "post")
    r = rng.uniform(0.09, 0.15)
    shaft = _shaft(r, 0.65 * r, height)
    if rng.chance(0.5):
        return shaft
    arm, z = rng.uniform(0.6, 1.0), height - rng.uniform(0.3, 0.7)
    y = np.array([-0.9, -0.45, 0.45, 0.9]) * arm
    pegs = np.column_stack([np.full(4, -0.1), y, np.full(4, z)])
    insulators = rods(pegs, pegs + np.array([0, 0, 0.18]), 0.035, 0.025, 6, "post")
    return merge([shaft, boxes((-0.15, -arm, z - 0.1), (-0.05, arm, z), "post"), insulators])


def _lamp(rng: Stream, height: float) -> Mesh:
    """A mast with a curved arm and a flat head, or a post with a lantern on top."""
    r = 0.05 + 0.006 * height
    if height < 4.5:
        stem = height - 0.55
        profile = [
            (0, stem),
            (0.11, stem),
            (0.19, stem + 0.42),
            (0.22, stem + 0.42),
            (0.05, height - 0.02),
            (0, height),
        ]
        return merge([_shaft(r, 0.7 * r, stem), revolve(profile, 10, "box")])
    reach, rise = rng.uniform(0.8, 2.2), rng.uniform(0.1, 0.9)
    t = np.linspace(0, 1, 7)
    path = np.column_stack([np.zeros(7), reach * t, height - 0.06 - rise * (1 - t) ** 2])
    arm = tube(path, np.linspace(0.5 * r, 0.032, 7), 8, "post", side=(1.0, 0.0, 0.0))
    low, high = (-0.14, reach - 0.15, height - 0.12), (0.14, reach + 0.55, height)
    return merge([_shaft(r, 0.5 * r, height - 0.06 - rise), arm, boxes(low, high, "box")])


def _sign(rng: Stream, seed: int, height: float) -> Mesh:
    """A plate of the sign's own outline on a thin tube; the UVs of its face are the unit square."""
    outline = OUTLINES[CATALOGUE[sign_number(seed)].outline]
    width = rng.uniform(*_SIGN_SIZES_M[CATALOGUE[sign_number(seed)].outline])
    plate = prism((outline - [0.5, outline[:, 1].max()]) * width, 0.03, 0.05, ("sign_face", "plate_back"))
    face = len(outline) - 2
    uv = plate.uv.copy()
    uv[:face] = outline[plate.faces[:face] % len(outline)]
    plate = transform(replace(plate, uv=uv), _facing(height))
    return merge([_shaft(0.03, 0.03, height - 0.04), plate])


def _facing(z: float) -> NDArray[np.float64]:
    """4×4 that stands an upright drawing (x right, y up, z to the viewer) at height z, facing -x."""
    return np.array([[0, 0, -1, 0], [-1, 0, 0, 0], [0, 1, 0, z], [0, 0, 0, 1.0]])


def _light(rng: Stream, height: float) -> Mesh:
    """A housing with three lamps under visors, on a post beside the road or at the end of an arm over it."""
    overhead = height > 4.5
    reach = rng.uniform(2.0, 4.0) if overhead else 0.0
    top = height - 0.05 if overhead else height
    face = -0.3 if overhead else -0.28
    box = boxes((face, reach - 0.17, top - 1.0), (-0.09, reach + 0.17, top), "box")
    parts = [_shaft(0.07, 0.06, height - 0.02), box]
    if overhead:
        parts.append(rods((0, 0, height - 0.3), (0, reach, height - 0.3), 0.05, 0.04, 8, "post"))
        parts.append(boxes((-0.1, reach - 0.05, height - 0.35), (0.0, reach + 0.05, height - 0.25), "post"))
    else:
        parts.append(boxes((-0.1, -0.03, top - 0.85), (0.0, 0.03, top - 0.15), "post"))
    for slot, drop in (("red", 0.18), ("amber", 0.5), ("green", 0.82)):
        centre = np.array([face, reach, top - drop])
        parts.append(rods(centre, centre - np.array([0.02, 0, 0]), 0.1, 0.085, 14, slot))
        visor = np.array([(-0.14, -0.12, 0.1), (0.0, 0.12, 0.12)]) + centre
        parts.append(boxes(visor[0], visor[1], "box"))
    return merge(parts)
