"""The people in a car: a driver whose hands are on the wheel, and a passenger."""

from functools import lru_cache

import numpy as np

from assets.cars.frame import Floats
from assets.cars.livery import CLOTHES, SKIN, TRIM
from assets.cars.parts import Part, blob, joined, moved, pad, pipe
from assets.cars.seating import STEERING_WHEEL, Seating

# Sections of the torso in a reclined seat: x and z from the hips, then depth and width.
_TORSO = np.array(
    [
        (0.05, -0.06, 0.20, 0.34),
        (0.01, 0.10, 0.24, 0.34),
        (-0.07, 0.30, 0.24, 0.38),
        (-0.12, 0.42, 0.22, 0.43),
        (-0.14, 0.50, 0.15, 0.34),
        (-0.15, 0.54, 0.09, 0.14),
    ]
)
_NECK, _HEAD, _HAIR = (-0.14, 0.50), (-0.11, 0.69), (-0.135, 0.725)
_HEAD_RADII_M = (0.098, 0.076, 0.118)
_HAIR_RADII_M = (0.092, 0.083, 0.098)
_SHOULDER = (-0.13, 0.18, 0.46)
_ELBOW = (0.08, 0.215, 0.22)
_LAP = (0.26, 0.08, 0.13)
_KNEE = (0.46, 0.12, 0.06)


def people(count: int, seats: Seating) -> list[Part]:
    """The driver and, where `count` is 2, a passenger."""
    hip = np.array([seats.front_x, seats.y, seats.hip_z])
    return [moved(_driver(), hip), moved(_passenger(), hip * (1, -1, 1))][:count]


@lru_cache(maxsize=1)
def _driver() -> Part:
    return _person(STEERING_WHEEL + np.array([-0.02, 0.165, 0.04]))


@lru_cache(maxsize=1)
def _passenger() -> Part:
    return _person(np.array(_LAP))


def _person(hand: Floats) -> Part:
    """Seated with the hips at the origin; `hand`: the left hand, the right one mirrored."""
    torso = pad(
        np.column_stack([_TORSO[:, 0], np.zeros(len(_TORSO)), _TORSO[:, 1]]), _TORSO[:, 2:], 2, CLOTHES
    )
    (neck_x, neck_z), (head_x, head_z), (hair_x, hair_z) = _NECK, _HEAD, _HAIR
    neck = pipe([(neck_x, 0, neck_z), (head_x - 0.01, 0, head_z - 0.06)], [0.062, 0.055], SKIN)
    head = blob((head_x, 0, head_z), _HEAD_RADII_M, SKIN)
    hair = blob((hair_x, 0, hair_z), _HAIR_RADII_M, TRIM)
    limbs = []
    for side in (1, -1):
        flip = np.array([1, side, 1])
        wrist = _ELBOW + 0.72 * (hand - _ELBOW)
        arm = np.array([_SHOULDER, _ELBOW, wrist, hand + 0.1 * (hand - _ELBOW)]) * flip
        limbs.append(pipe(arm, [0.062, 0.050, 0.036, 0.040], (CLOTHES, CLOTHES, SKIN)))
        limbs.append(pipe(np.array([(0.0, 0.09, 0.0), _KNEE]) * flip, [0.085, 0.065], CLOTHES))
    return joined([torso, neck, head, hair, *limbs])
