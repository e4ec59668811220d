"""Wheels: tyre and rim turned as one closed body, with spokes pressed into its face."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assets.cars.frame import Floats, Frame
from assets.cars.livery import RIM, TRIM, TYRE
from assets.cars.params import RimDesign
from assets.cars.parts import Indices, Part

_STEPS = 30  # around; divisible by the number of spokes
_SPOKE_DEPTH_M = 0.055

# For each design: spokes, and which of a spoke's angular steps stand out (the others are pressed in).
_SPOKES: dict[RimDesign, tuple[int, tuple[int, ...]]] = {
    "spokes_5": (5, (0, 1, 2)),
    "spokes_6": (6, (0, 1, 2)),
    "spokes_10": (10, (0, 1)),
    "cover": (10, (0, 1, 2)),
    "steel": (10, (0, 1, 2)),
    "mesh": (10, (0, 1)),
    "twin_5": (5, (0, 1, 2)),
}
_RINGS = 8  # between the poles: hub, spokes' inner and outer end, lip, tyre's bulge, tread's edges, inner lip


def wheels(frame: Frame) -> Part:
    """All four wheels."""
    p = frame.params
    one = _wheel(p.wheel_radius_m, p.tyre_width_m, p.rim_ratio, p.rim)
    left = [
        one + np.array([x, frame.wheel_outside, p.wheel_radius_m])
        for x in (frame.front_axle, frame.rear_axle)
    ]
    vertices = np.concatenate([*left, *(wheel * (1, -1, 1) for wheel in left)])
    faces, slot, axis = _wheel_faces(p.rim)
    step = np.int32(len(one))
    flipped = faces[:, ::-1]
    return Part(
        vertices,
        np.concatenate([faces, faces + step, flipped + 2 * step, flipped + 3 * step]),
        np.tile(slot, 4),
        np.tile(axis, 4),
    )


def _wheel(radius: float, width: float, rim_ratio: float, design: RimDesign) -> Floats:
    """(2 + _RINGS _STEPS, 3) vertices around the y axis, the outer wall at y = 0, the inner at -width."""
    rim = radius * rim_ratio
    profile = np.array(
        [
            (rim * 0.20, -0.018),
            (rim * 0.34, -0.020),
            (rim * 0.88, -0.014),
            (rim, -0.008),
            (rim + (radius - rim) * 0.55, 0.0),
            (radius, -0.035),
            (radius, -width + 0.035),
            (rim, -width),
        ]
    )
    turn = np.arange(_STEPS) * (2 * np.pi / _STEPS) - np.pi / 2
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    points = np.empty((_RINGS, _STEPS, 3))
    points[..., [0, 2]] = profile[:, None, :1] * ring
    points[..., 1] = profile[:, 1:]
    pressed = ~_raised(design)
    points[1:3, pressed, 1] -= _SPOKE_DEPTH_M
    poles = np.array([[0, -0.010, 0], [0, -width + 0.02, 0]])
    return np.concatenate([poles, points.reshape(-1, 3)])


def _raised(design: RimDesign) -> NDArray[np.bool_]:
    count, raised = _SPOKES[design]
    return np.isin(np.arange(_STEPS) % (_STEPS // count), raised)


@lru_cache(maxsize=8)
def _wheel_faces(design: RimDesign) -> tuple[Indices, NDArray[np.int16], Indices]:
    """Faces, slots and UV axes of one left wheel."""
    here = np.arange(_STEPS)
    after = (here + 1) % _STEPS
    rings = 2 + np.arange(_RINGS)[:, None] * _STEPS
    outer, inner = rings[:-1], rings[1:]
    quads = np.stack([outer + here, inner + here, inner + after, outer + after], axis=-1)
    sides = quads[..., [0, 2, 1, 0, 3, 2]].reshape(-1, 3)
    hub = np.stack([np.zeros_like(here), 2 + after, 2 + here], axis=-1)
    back = np.stack([np.ones_like(here), rings[-1] + here, rings[-1] + after], axis=-1)
    slot = np.empty((_RINGS - 1, _STEPS), np.int16)
    slot[:3], slot[3:] = RIM, TYRE
    raised = _raised(design)
    slot[1, ~(raised & raised[after])] = TRIM
    if design == "steel":
        slot[0:3] = TRIM
    if design == "cover":
        slot[1, ::3] = TRIM
    faces = np.concatenate([sides, hub, back]).astype(np.int32)
    ends = np.full(_STEPS, RIM, np.int16), np.full(_STEPS, TYRE, np.int16)
    axis = np.full(len(faces), 1, np.int32)
    tread = slice(5 * _STEPS * 2, 6 * _STEPS * 2)
    axis[tread] = np.where(np.repeat(np.abs(np.cos((here + 0.5) * 2 * np.pi / _STEPS)) > 0.7, 2), 2, 0)
    return faces, np.concatenate([np.repeat(slot.ravel(), 2), *ends]), axis
