"""Wheels: a turned tyre, a rim as deep as a real one around a brake disc, and a face of bars on a hub."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assets.cars.frame import Floats, Frame
from assets.cars.livery import CHROME, RIM, TRIM, TYRE
from assets.cars.params import RimDesign
from assets.cars.parts import Indices, Part, box_projected, joined

_TYRE_STEPS = 24  # around; a multiple of 4, so that the tyre touches the ground
_RIM_STEPS = 18
_REAR_TURN_RAD = 0.4  # the rear wheels stand turned against the front ones

# The rim's cup and hub in a section: radius over the rim's, y in metres from the tyre's outer wall inwards.
_CUP = ((0.50, -0.100), (0.84, -0.110), (0.90, -0.016), (1.03, -0.006), (1.03, -0.125))
_HUB_STEPS = 8


@dataclass(frozen=True)
class _Face:
    """What one sees from outside; radii and widths over the rim's radius, angles in degrees, depth in metres.

    A group of bars runs from the hub to the lip; `bars` gives each bar's angle at the hub and at the lip.
    """

    groups: int
    bars: tuple[tuple[float, float], ...]
    widths: tuple[float, float]  # half, at the hub and at the lip
    hub: float
    dish_m: float  # how far the hub lies behind the lip
    cap: float = 0.15  # radius of the hub cap
    slot: int = RIM  # of bars, hub and lip
    cap_slot: int = TRIM


_FACES: dict[RimDesign, _Face] = {
    "spokes_5": _Face(5, ((0, 0),), (0.13, 0.19), 0.24, 0.022),
    "spokes_6": _Face(6, ((0, 0),), (0.10, 0.085), 0.26, 0.030),
    "spokes_10": _Face(10, ((0, 0),), (0.052, 0.045), 0.22, 0.026),
    "twin_5": _Face(5, ((-11, -11), (11, 11)), (0.050, 0.070), 0.26, 0.020),
    "mesh": _Face(6, ((-14, 20), (14, -20)), (0.042, 0.038), 0.26, 0.024),
    "cover": _Face(9, ((0, 0),), (0.22, 0.285), 0.66, 0.000, cap=0.20, cap_slot=CHROME),
    "steel": _Face(8, ((0, 0),), (0.18, 0.26), 0.64, 0.034, cap=0.30, slot=TRIM, cap_slot=CHROME),
}
_BAR_DEPTH_M = 0.030
_BAR_BEVEL = 0.72  # width of a bar's front over that of its back


def wheels(frame: Frame) -> Part:
    """All four wheels."""
    p = frame.params
    rim_radius = p.wheel_radius_m * p.rim_ratio
    tyre = _tyre(p.wheel_radius_m, rim_radius, p.tyre_width_m)
    left = []
    for x, turn in ((frame.front_axle, 0.0), (frame.rear_axle, _REAR_TURN_RAD)):
        rim = _scaled(_rim(p.rim, turn), rim_radius)
        offset = np.array([x, frame.wheel_outside, p.wheel_radius_m])
        left += [Part(part.vertices + offset, part.faces, part.slot, part.uv) for part in (tyre, rim)]
    side = joined(left)
    return joined([side, _across(side)])


def _across(part: Part) -> Part:
    """The part on the other side of the car."""
    return Part(part.vertices * (1, -1, 1), part.faces[:, ::-1], part.slot, part.uv[:, ::-1])


def _scaled(unit: Part, radius: float) -> Part:
    """A rim of radius 1 at another radius; depths stay."""
    return Part(unit.vertices * (radius, 1, radius), unit.faces, unit.slot, unit.uv * radius)


def _tyre(radius: float, rim: float, width: float) -> Part:
    """Around the y axis, the outer wall's widest point at y = 0: bead, wall, shoulder, tread, inner wall."""
    wall = radius - rim
    profile = np.array(
        [
            (rim, -width + 0.015),
            (rim, -0.015),
            (rim + 0.45 * wall, 0.0),
            (rim + 0.86 * wall, -0.012),
            (radius, -0.040),
            (radius, -width + 0.030),
        ]
    )
    vertices = _turned(profile, _TYRE_STEPS)
    faces = _ring_faces(len(profile), _TYRE_STEPS)
    tread = faces[:, 0] // _TYRE_STEPS == 4
    upright = np.abs(np.cos((np.arange(_TYRE_STEPS) + 0.5) * (2 * np.pi / _TYRE_STEPS))) > 0.7
    axis = np.where(tread, np.where(np.tile(np.repeat(upright, 2), len(profile)), 2, 0), 1)
    slot = np.full(len(faces), TYRE, np.int16)
    return Part(vertices, faces, slot, box_projected(vertices, faces, axis.astype(np.int32)))


def _turned(profile: Floats, steps: int, turn: float = -np.pi / 2) -> Floats:
    """(points × steps, 3): a profile of (radius, y) turned about the y axis, from straight below."""
    angle = np.arange(steps) * (2 * np.pi / steps) + turn
    ring = np.stack([np.cos(angle), np.zeros(steps), np.sin(angle)], axis=-1)
    points = profile[:, None, :1] * ring
    points[..., 1] = profile[:, 1:]
    return np.asarray(points.reshape(-1, 3))


@lru_cache(maxsize=4)
def _ring_faces(points: int, steps: int) -> Indices:
    """Faces of a closed profile turned about y; the profile runs outward on the left, inward on the right."""
    here = np.arange(steps)
    after = (here + 1) % steps
    low = np.arange(points)[:, None] * steps
    high = np.roll(low, -1, axis=0)
    quads = np.stack([low + here, high + here, high + after, low + after], axis=-1)
    return np.asarray(quads[..., [0, 2, 1, 0, 3, 2]].reshape(-1, 3), np.int32)


@lru_cache(maxsize=16)
def _rim(design: RimDesign, turn: float) -> Part:
    """Everything inside the tyre, for a rim of radius 1, turned by `turn` radians."""
    face = _FACES[design]
    hub = ((face.hub, -face.dish_m), (face.hub + 0.03, -face.dish_m - 0.05))
    cap = ((face.cap * 0.8, 0.010 - face.dish_m), (face.cap, -face.dish_m - 0.02))
    part = joined(
        [
            # brake disc, shade behind it, barrel, lip, back
            _turned_solid(_CUP, _RIM_STEPS, (RIM, TRIM, face.slot, face.slot, TRIM, TRIM)),
            _turned_solid(hub, _RIM_STEPS if face.hub > 0.4 else _HUB_STEPS, (face.slot,) * 3),
            _turned_solid(cap, _HUB_STEPS, (face.cap_slot,) * 3),
            _bars(face),
        ]
    )
    c, s = np.cos(turn), np.sin(turn)
    return Part(part.vertices @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]), part.faces, part.slot, part.uv)


def _turned_solid(profile: tuple[tuple[float, float], ...], steps: int, slots: tuple[int, ...]) -> Part:
    """A body turned about y from its outer pole over `profile` to its inner pole; one slot for each band."""
    rings = _turned(np.array(profile), steps)
    poles = np.array([[0, profile[0][1], 0], [0, profile[-1][1], 0]])
    sides = _ring_faces(len(profile), steps)[: -2 * steps]
    here = np.arange(steps)
    after = (here + 1) % steps
    last = (len(profile) - 1) * steps
    outer, inner = len(rings), len(rings) + 1
    fans = [
        np.column_stack([np.full(steps, outer), after, here]),
        np.column_stack([np.full(steps, inner), last + here, last + after]),
    ]
    faces = np.concatenate([fans[0], sides, fans[1]]).astype(np.int32)
    bands = np.repeat(np.array(slots, np.int16), [steps, *[2 * steps] * (len(profile) - 1), steps])
    vertices = np.concatenate([rings, poles])
    return Part(vertices, faces, bands, box_projected(vertices, faces, 1))


_BAR_FACES = np.array(
    [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [0, 3, 2, 1], [4, 5, 6, 7]], np.int32
)[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


def _bars(face: _Face) -> Part:
    """All spokes: each a bar whose bevelled front runs from the hub out to the lip."""
    start = np.arange(face.groups) * 360 / face.groups + 90
    ends = np.radians(start[:, None, None] + np.array(face.bars)).reshape(-1, 2)
    radii = np.array([face.hub * 0.85, 0.94])
    point = np.stack([np.cos(ends), np.sin(ends)], axis=-1) * radii[:, None]  # (bars, 2 ends, xz)
    along = point[:, 1] - point[:, 0]
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    half = np.array(face.widths)[:, None] * np.array([-1, -_BAR_BEVEL, _BAR_BEVEL, 1])  # (ends, corners)
    xz = point[:, :, None] + across[:, None, None] * half[..., None]
    front = np.array([-face.dish_m - 0.004, -0.010])
    y = front[:, None] - np.array([_BAR_DEPTH_M, 0, 0, _BAR_DEPTH_M])
    bars = np.stack([xz[..., 0], np.broadcast_to(y, xz.shape[:-1]), xz[..., 1]], axis=-1)
    vertices = bars.reshape(-1, 3)
    faces = (_BAR_FACES + np.arange(len(bars), dtype=np.int32)[:, None, None] * 8).reshape(-1, 3)
    return Part(vertices, faces, np.full(len(faces), face.slot, np.int16), box_projected(vertices, faces, 1))
