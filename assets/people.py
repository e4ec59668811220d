"""People of smooth tubes around a skeleton of joints: pedestrians, riders, and who else has a body.

All lengths are fractions of the body height after Drillis and Contini, "Body segment parameters" (1966), as
tabulated in Winter, "Biomechanics and Motor Control of Human Movement". x is forward, y left, z up.
"""

from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import blobs, boxes, tube

Floats = NDArray[np.float64]

HIP, NECK, SHOULDER = 0.53, 0.845, 0.804  # heights of a person who stands
THIGH, SHANK, UPPER_ARM, FOREARM = 0.245, 0.246, 0.186, 0.146
_HIP_HALF, _SHOULDER_HALF = 0.046, 0.1
_LEFT_RIGHT = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])

Headgear = Literal["short_hair", "long_hair", "cycle_helmet", "full_helmet"]

_SHOE_STEPS = np.array([-0.04, -0.036, 0.0, 0.05, 0.09, 0.108, 0.112])  # from below the ankle, forward
_SHOE_RADII = np.array(
    [
        (0.008, 0.008),
        (0.022, 0.018),
        (0.027, 0.026),
        (0.03, 0.02),
        (0.027, 0.015),
        (0.018, 0.011),
        (0.005, 0.004),
    ]
)


class Joints(NamedTuple):
    """Where a body's joints are, in body heights; pairs are (2, 3), left and right."""

    pelvis: Floats
    neck: Floats  # where the collar is
    elbows: Floats
    wrists: Floats
    knees: Floats
    ankles: Floats
    feet_pitch: tuple[float, float]  # degrees, toes up
    head_pitch: float  # degrees, forward

    @property
    def hips(self) -> Floats:
        """(2, 3)"""
        return hips(self.pelvis)

    @property
    def shoulders(self) -> Floats:
        """(2, 3)"""
        return shoulders(self.pelvis, self.neck)


class Looks(NamedTuple):
    """What a body wears."""

    build: float = 1.0  # girth against the average
    head: float = 1.0  # size of the head against an adult's
    coat: float = 0.0  # how far the jacket reaches below the hip
    stride: float = 0.0  # tangent of the wider thigh's angle, for which the coat leaves room
    headgear: Headgear = "short_hair"
    backpack: bool = False


def hips(pelvis: Floats) -> Floats:
    """(2, 3) hip joints."""
    joints: Floats = pelvis + _HIP_HALF * _LEFT_RIGHT
    return joints


def shoulders(pelvis: Floats, neck: Floats) -> Floats:
    """(2, 3) shoulder joints of a spine from `pelvis` to `neck`."""
    middle = pelvis + (neck - pelvis) * (SHOULDER - HIP) / (NECK - HIP)
    joints: Floats = middle + _SHOULDER_HALF * _LEFT_RIGHT
    return joints


def bend(start: Floats, end: Floats, upper: float, lower: float, towards: Floats) -> Floats:
    """(2, 3) knees or elbows of limbs from `start` to `end`, (2, 3) each, bent towards a direction.

    Limbs too short for their end are stretched: a foot beside its pedal would be seen sooner.
    """
    line = end - start
    reach = np.linalg.norm(line, axis=1, keepdims=True)
    along = line / reach
    first = np.clip((upper**2 - lower**2 + reach**2) / (2 * reach), 0, None)  # law of cosines
    first = np.where(reach < upper + lower, first, reach * upper / (upper + lower))
    out = np.sqrt(np.clip(upper**2 - first**2, 0, None))
    across = towards - (along * towards).sum(axis=1, keepdims=True) * along
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    joints: Floats = start + first * along + out * across
    return joints


def build_person(joints: Joints, looks: Looks) -> Mesh:
    """A body 1 tall where it stands upright; about 1,500 triangles.

    Slots: "clothes" (the jacket), "trousers", "skin", "hair", "trim" (shoes, bag, visor) and "helmet".
    """
    parts = [_torso(joints, looks), *_head(joints, looks), *_legs(joints, looks), *_arms(joints, looks)]
    if looks.backpack:
        bag = boxes((-0.14, -0.07, 0.07), (-0.05, 0.07, 0.27), "trim")
        parts.append(_turned(bag, joints.pelvis, _lean_deg(joints)))
    return merge(parts)


def _torso(joints: Joints, looks: Looks) -> Mesh:
    """Jacket from its hem to the collar; columns are height, half width and half depth."""
    hem = HIP - looks.coat
    flare = looks.coat * looks.stride  # room for the stride
    profile = np.array(
        [
            (hem, 0.102 + 0.2 * flare, 0.072 + flare),
            (hem + 0.004, 0.107 + 0.3 * flare, 0.078 + flare),
            (0.57, 0.097, 0.07),
            (0.63, 0.084, 0.06),
            (0.7, 0.094, 0.066),
            (0.76, 0.107, 0.068),
            (0.8, 0.111, 0.06),
            (0.825, 0.098, 0.05),
            (0.845, 0.06, 0.042),
            (0.862, 0.034, 0.034),
        ]
    )
    spine = joints.neck - joints.pelvis
    share = (profile[:, :1] - HIP) / (NECK - HIP)
    lean = np.linalg.norm(spine[:2]) / np.linalg.norm(spine)
    arched = 0.05 * lean * np.sin(np.pi * np.clip(share, 0, 1))  # a rider's back is round
    path = joints.pelvis + spine * share + arched * np.array([-spine[2], 0.0, spine[0]])
    return tube(path, profile[:, 1:] * looks.build, 14, "clothes")


def _head(joints: Joints, looks: Looks) -> list[Mesh]:
    """Neck and head in one with hair or a cap, or a helmet around both, in the frame of the collar."""
    rise = np.linspace(0.0, np.pi / 2, 6)[1:]
    crown = np.column_stack([0.074 + 0.078 * np.sin(rise), 0.0435 * np.cos(rise), 0.0555 * np.cos(rise)])
    crown[-1, 1:] = 0.003, 0.004
    below = np.array(
        [(-0.005, 0.026, 0.026), (0.027, 0.027, 0.029), (0.036, 0.033, 0.041), (0.06, 0.042, 0.054)]
    )
    profile = np.concatenate([below, crown])
    ahead = np.interp(profile[:, 0], [-0.005, 0.027, 0.036, 0.15], [0.0, 0.004, 0.014, 0.0])
    path = np.column_stack([ahead, np.zeros(len(profile)), profile[:, 0]])
    bare = [] if looks.headgear == "full_helmet" else [tube(path, profile[:, 1:], 12, "skin")]
    head = merge([*bare, *_headgear(looks)])
    head = replace(head, vertices=(head.vertices * looks.head).astype(np.float32))
    return [_turned(head, joints.neck, joints.head_pitch)]


def _headgear(looks: Looks) -> list[Mesh]:
    match looks.headgear:
        case "full_helmet":
            shell = blobs((0.008, 0, 0.082), (0.082, 0.071, 0.083), 2, "helmet")
            visor = blobs((0.024, 0, 0.084), (0.073, 0.066, 0.036), 2, "trim")
            return [shell, visor]
        case "cycle_helmet":
            return [blobs((-0.004, 0, 0.122), (0.072, 0.056, 0.045), 2, "helmet"), _hair(0.07)]
        case "long_hair":
            return [_hair(0.005)]
        case _:
            return [_hair(0.07)]


def _hair(drop: float) -> Mesh:
    """Hair around the upper back of the head, down to `drop` above the collar."""
    z = np.array([drop, drop + 0.012, 0.095, 0.125, 0.145, 0.157, 0.161])
    width = np.array([0.03, 0.042, 0.0475, 0.0445, 0.034, 0.018, 0.003])
    depth = np.array([0.02, 0.032, 0.045, 0.05, 0.043, 0.022, 0.004])
    back = np.array([-0.03, -0.03, -0.016, -0.006, -0.004, -0.004, -0.004])
    path = np.column_stack([back, np.zeros(len(z)), z])
    return tube(path, np.column_stack([width, depth]), 10, "hair")


def _legs(joints: Joints, looks: Looks) -> list[Mesh]:
    """Trouser legs and shoes, left and right."""
    legs, feet = [], []
    for hip, knee, ankle, pitch_deg in zip(
        joints.hips, joints.knees, joints.ankles, joints.feet_pitch, strict=True
    ):
        thigh, shank = _unit(knee - hip), _unit(ankle - knee)
        around = [knee - 0.03 * thigh, knee + 0.03 * shank, knee + 0.35 * (ankle - knee)]
        legs.append([hip, hip + 0.4 * (knee - hip), *around, ankle])
        pitch = np.radians(pitch_deg)
        forward = np.array([np.cos(pitch), 0.0, np.sin(pitch)])
        feet.append(ankle + [0.0, 0.0, -0.018] + _SHOE_STEPS[:, None] * forward)
    girth = np.array([0.052, 0.05, 0.038, 0.036, 0.036, 0.028]) * looks.build
    return [tube(legs, girth, 10, "trousers"), tube(feet, _SHOE_RADII, 8, "trim")]


def _arms(joints: Joints, looks: Looks) -> list[Mesh]:
    """Sleeves and hands, left and right."""
    sleeves, hands = [], []
    for shoulder, elbow, wrist in zip(joints.shoulders, joints.elbows, joints.wrists, strict=True):
        upper, fore = _unit(elbow - shoulder), _unit(wrist - elbow)
        top = [shoulder - 0.022 * upper, shoulder, shoulder + 0.5 * (elbow - shoulder)]
        sleeves.append([*top, elbow - 0.02 * upper, elbow + 0.02 * fore, wrist])
        hands.append([wrist + step * fore for step in (-0.01, 0.02, 0.05, 0.075)])
    sleeve = tube(sleeves, np.array([0.016, 0.034, 0.031, 0.027, 0.026, 0.021]) * looks.build, 8, "clothes")
    return [sleeve, tube(hands, [(0.012, 0.015), (0.013, 0.021), (0.012, 0.02), (0.006, 0.008)], 7, "skin")]


def _unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector)


def _lean_deg(joints: Joints) -> float:
    spine = joints.neck - joints.pelvis
    return float(np.degrees(np.arctan2(spine[0], spine[2])))


def _turned(mesh: Mesh, origin: Floats, pitch_deg: float) -> Mesh:
    """The mesh pitched forward about its own origin, then moved to `origin`."""
    cos, sin = np.cos(np.radians(pitch_deg)), np.sin(np.radians(pitch_deg))
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    return replace(mesh, vertices=(mesh.vertices @ turn.T + origin).astype(np.float32))
