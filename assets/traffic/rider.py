"""Riders: a person seated on a two-wheeler, hands on its grips, feet on its pedals or pegs."""

from typing import NamedTuple

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
    bend,
    build_person,
    hips,
    shoulders,
)
from assets.traffic.parts import scaled

Floats = NDArray[np.float64]

_CROWN = 0.163  # from the collar to the top of hair or helmet
_ANKLE_TO_BALL = np.array([0.07, 0.0, -0.042])  # of the foot, on the sole
_WRIST_TO_GRIP = np.array([0.045, 0.0, -0.012])
_KNEES_OUT = np.array([[1.0, 0.12, 0.35], [1.0, -0.12, 0.35]])
_ELBOWS_OUT = np.array([[-0.5, 0.2, -1.0], [-0.5, -0.2, -1.0]])


class Seat(NamedTuple):
    """Where a vehicle takes its rider: metres in the vehicle's frame; pairs are (2, 3), left and right."""

    pelvis: Floats  # (3,)
    grips: Floats
    pedals: Floats


def pelvis_height(total_m: float, rider_m: float, lean_deg: float) -> float:
    """Height of the pelvis (m) of a rider of `rider_m` whose crown is at `total_m`."""
    return total_m - rider_m * ((NECK - HIP) * float(np.cos(np.radians(lean_deg))) + _CROWN)


def build_rider(seat: Seat, rider_m: float, lean_deg: float, looks: Looks) -> Mesh:
    """The rider in the vehicle's frame, the back `lean_deg` forward of upright; slots as of a person."""
    lean = np.radians(lean_deg)
    pelvis = seat.pelvis / rider_m
    neck = pelvis + (NECK - HIP) * np.array([np.sin(lean), 0.0, np.cos(lean)])
    ankles, wrists = seat.pedals / rider_m - _ANKLE_TO_BALL, seat.grips / rider_m - _WRIST_TO_GRIP
    joints = Joints(
        pelvis=pelvis,
        neck=neck,
        elbows=bend(shoulders(pelvis, neck), wrists, UPPER_ARM, FOREARM, _ELBOWS_OUT),
        wrists=wrists,
        knees=bend(hips(pelvis), ankles, THIGH, SHANK, _KNEES_OUT),
        ankles=ankles,
        feet_pitch=(0.0, 0.0),
        head_pitch=0.3 * lean_deg,
    )
    return scaled(build_person(joints, looks), rider_m)
