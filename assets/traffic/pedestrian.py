"""A pedestrian, standing or walking: how they hold themselves, and what they wear."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh
from assets.people import (
    FOREARM,
    HIP,
    NECK,
    SHANK,
    THIGH,
    UPPER_ARM,
    Joints,
    Looks,
    build_person,
    hips,
    shoulders,
)
from assets.stream import Stream
from assets.traffic.params import PedestrianParams
from assets.traffic.parts import fit

Floats = NDArray[np.float64]

_SHOE, _STEP = 0.17, 1.05  # length covered = _SHOE + _STEP × sine of the stride, in body heights
_CHILD_M, _ADULT_M = 1.1, 1.6  # between these heights the head's share of the body falls to an adult's
_CHILD_HEAD = 1.3


def build_pedestrian(params: PedestrianParams) -> Mesh:
    """The person facing +x, feet on z = 0. Slots "clothes" (jacket), "trousers", "skin", "hair", "trim".

    The stride follows from the length that the body covers, the rest of pose and clothes from the seed.
    """
    sine = max(params.length_m / params.height_m - _SHOE, 0.0) / _STEP
    stride = float(np.degrees(np.arcsin(min(sine, 0.6))))
    child = np.interp(params.height_m, [_CHILD_M, _ADULT_M], [_CHILD_HEAD, 1.0])
    body = stand(params.seed, stride, float(child))
    return fit(body, params.length_m, params.width_m, params.height_m)


def stand(seed: int, stride_deg: float, head: float = 1.0) -> Mesh:
    """A person about 1 tall, whose thighs are up to `stride_deg` from upright.

    head: size of the head against an adult's.
    """
    rng = Stream(seed)
    phase = rng.choice((1, -1)) * stride_deg
    trailing = stride_deg * rng.uniform(0.5, 1.1)
    lean = 0.05 * np.sin(np.radians(stride_deg)) + rng.uniform(-0.005, 0.01)
    pelvis, neck = np.array([0.0, 0.0, HIP]), np.array([lean, 0.0, NECK])
    thighs = np.array([phase, -0.75 * phase])
    knees = thighs - np.where(thighs > 0, 4.0, trailing)
    thigh_end = hips(pelvis) + THIGH * _down(thighs)
    elbows, wrists = _arms(rng, shoulders(pelvis, neck), phase * rng.uniform(0.5, 1.0))
    joints = Joints(
        pelvis=pelvis,
        neck=neck,
        elbows=elbows,
        wrists=wrists,
        knees=thigh_end,
        ankles=thigh_end + SHANK * _down(knees),
        feet_pitch=(0.8 * knees[0], 0.8 * knees[1]),
        head_pitch=rng.uniform(-5.0, 12.0),
    )
    return build_person(
        joints,
        Looks(
            build=rng.uniform(0.88, 1.2),
            head=head,
            coat=rng.choice((0.03, 0.06, 0.16)),
            stride=float(np.tan(np.radians(stride_deg))),
            headgear="long_hair" if rng.chance(0.4) else "short_hair",
            backpack=rng.chance(0.2),
        ),
    )


def _arms(rng: Stream, shoulder: Floats, swing_deg: float) -> tuple[Floats, Floats]:
    """Elbows and wrists, (2, 3) each, of arms that swing against the legs."""
    rest, bent = rng.uniform(-4.0, 8.0), rng.uniform(5.0, 30.0)
    angles = np.array([rest - swing_deg, rest + swing_deg])
    outward = 0.16 * np.array([1.0, -1.0])[:, None] * [0.0, 1.0, 0.0]
    elbow = shoulder + UPPER_ARM * (_down(angles) + outward)
    fore = _down(angles + np.array([bent, bent + rng.uniform(-5.0, 15.0)])) + 0.3 * outward
    return elbow, elbow + FOREARM * fore


def _down(angle_deg: Floats) -> Floats:
    """(N, 3) unit vectors that hang down, swung forward by the angles (N,)."""
    a = np.radians(angle_deg)
    return np.column_stack([np.sin(a), np.zeros_like(a), -np.cos(a)])
