"""A person of smooth tubes, walking or standing, 1 m high.

Lengths are fractions of the body height after Drillis and Contini, "Body segment parameters" (1966), as
tabulated in Winter, "Biomechanics and Motor Control of Human Movement".
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import boxes, tube
from assets.stream import Stream

Floats = NDArray[np.float64]

_HIP, _SHOULDER, _CHIN = 0.53, 0.818, 0.87  # heights
_THIGH, _SHANK, _UPPER_ARM, _FOREARM = 0.245, 0.246, 0.186, 0.146
_HIP_HALF, _SHOULDER_HALF = 0.046, 0.1

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


class Figure(NamedTuple):
    """Who the person is and how they stand; angles in degrees, forward positive."""

    build: float  # girth against the average
    coat: float  # how far the jacket reaches below the hip
    long_hair: bool
    backpack: bool
    thighs: tuple[float, float]  # left, right
    knees: tuple[float, float]
    arms: tuple[float, float]
    elbows: tuple[float, float]


def build_pedestrian(seed: int) -> Mesh:
    """The person facing +x, feet on z = 0, 1 m high; slots "surface" (jacket), "skin" and "trousers"."""
    figure = _pose(Stream(seed))
    parts = [_torso(figure), *_head(figure), *_legs(figure), *_arms(figure)]
    if figure.backpack:
        parts.append(boxes((-0.155, -0.07, 0.6), (-0.05, 0.07, 0.8), "trousers"))
    body = merge(parts)
    low, high = body.bounds
    scale = 1 / (high[2] - low[2])
    vertices = (body.vertices - np.array([0, 0, low[2]], np.float32)) * scale
    return replace(body, vertices=vertices.astype(np.float32), uv=body.uv * scale)


def _pose(rng: Stream) -> Figure:
    walks = rng.chance(0.65)
    stride = rng.uniform(14.0, 30.0) if walks else rng.uniform(0.0, 5.0)
    phase = rng.choice((1, -1)) * stride
    swing = phase * rng.uniform(0.5, 1.0)
    bend = rng.uniform(5.0, 30.0)
    trailing = stride * rng.uniform(0.4, 1.1)
    arm_rest = rng.uniform(-4.0, 8.0)
    return Figure(
        build=rng.uniform(0.88, 1.2),
        coat=rng.choice((0.03, 0.06, 0.16)),
        long_hair=rng.chance(0.4),
        backpack=rng.chance(0.2),
        thighs=(phase, -0.7 * phase),
        knees=(3.0 if phase > 0 else trailing, 3.0 if phase < 0 else trailing),
        arms=(arm_rest - swing, arm_rest + swing),
        elbows=(bend, bend + rng.uniform(-5.0, 15.0)),
    )


def _down(angle_deg: float) -> Floats:
    """Unit vector that hangs down, swung forward by the angle."""
    a = np.radians(angle_deg)
    return np.array([np.sin(a), 0.0, -np.cos(a)])


def _torso(figure: Figure) -> Mesh:
    """Jacket from its hem to the collar; radii are half width and half depth."""
    hem = _HIP - figure.coat
    flare = figure.coat * np.tan(np.radians(max(np.abs(figure.thighs))))  # room for the stride
    profile = np.array(
        [
            (hem, 0.102, 0.072 + flare),
            (hem + 0.004, 0.107, 0.076 + flare),
            (0.57, 0.097, 0.07),
            (0.63, 0.083, 0.06),
            (0.7, 0.094, 0.066),
            (0.76, 0.107, 0.068),
            (0.8, 0.112, 0.06),
            (0.825, 0.098, 0.05),
            (0.845, 0.06, 0.04),
            (0.862, 0.034, 0.034),
        ]
    )
    path = np.column_stack([np.zeros(len(profile)), np.zeros(len(profile)), profile[:, 0]])
    return tube(path, profile[:, 1:] * figure.build, 14, "surface")


def _head(figure: Figure) -> list[Mesh]:
    """Neck and head in one, and hair around its upper back."""
    profile = np.array(
        [
            (0.84, 0.026, 0.026, 0.0),
            (0.872, 0.027, 0.029, 0.004),
            (0.882, 0.033, 0.042, 0.014),
            (0.905, 0.04, 0.052, 0.01),
            (0.935, 0.044, 0.056, 0.006),
            (0.965, 0.042, 0.054, 0.003),
            (0.985, 0.03, 0.04, 0.0),
            (0.995, 0.004, 0.005, 0.0),
        ]
    )
    path = np.column_stack([profile[:, 3], np.zeros(len(profile)), profile[:, 0]])
    head = tube(path, profile[:, 1:3], 12, "skin")
    drop = 0.85 if figure.long_hair else 0.915
    z = np.array([drop, drop + 0.01, 0.94, 0.97, 0.99, 1.0])
    width = np.array([0.03, 0.042, 0.047, 0.046, 0.034, 0.006])
    depth = np.array([0.02, 0.032, 0.045, 0.052, 0.043, 0.006])
    back = np.array([-0.03, -0.03, -0.016, -0.006, -0.004, -0.004])
    hair = tube(np.column_stack([back, np.zeros(6), z]), np.column_stack([width, depth]), 10, "trousers")
    return [head, hair]


def _legs(figure: Figure) -> list[Mesh]:
    """Trouser legs and shoes, left and right."""
    legs, feet = [], []
    for side, thigh_deg, knee_deg in zip((1, -1), figure.thighs, figure.knees, strict=True):
        hip = np.array([0.0, side * _HIP_HALF, _HIP])
        thigh, shank = _down(thigh_deg), _down(thigh_deg - knee_deg)
        knee = hip + _THIGH * thigh
        ankle = knee + _SHANK * shank
        knee_rings = [knee - 0.03 * thigh, knee + 0.03 * shank, knee + 0.35 * _SHANK * shank]
        legs.append([hip, hip + 0.4 * _THIGH * thigh, *knee_rings, ankle])
        pitch = np.radians(0.8 * (thigh_deg - knee_deg))
        forward = np.array([np.cos(pitch), 0.0, np.sin(pitch)])
        feet.append(ankle + [0.0, 0.0, -0.018] + _SHOE_STEPS[:, None] * forward)
    trousers = tube(legs, np.array([0.05, 0.048, 0.036, 0.034, 0.034, 0.027]) * figure.build, 10, "trousers")
    return [trousers, tube(feet, _SHOE_RADII, 8, "trousers")]


def _arms(figure: Figure) -> list[Mesh]:
    """Sleeves and hands, left and right."""
    sleeves, hands = [], []
    for side, arm_deg, elbow_deg in zip((1, -1), figure.arms, figure.elbows, strict=True):
        shoulder = np.array([0.0, side * _SHOULDER_HALF * figure.build, _SHOULDER - 0.014])
        outward = np.array([0.0, side * 0.14, 0.0])
        upper = _down(arm_deg) + outward
        fore = _down(arm_deg + elbow_deg) + 0.3 * outward
        elbow = shoulder + _UPPER_ARM * upper
        wrist = elbow + _FOREARM * fore
        top = [shoulder - 0.022 * upper, shoulder, shoulder + 0.5 * _UPPER_ARM * upper]
        sleeves.append([*top, elbow - 0.02 * upper, elbow + 0.02 * fore, wrist])
        hands.append([wrist + step * fore for step in (-0.01, 0.02, 0.05, 0.075)])
    sleeve = tube(sleeves, np.array([0.016, 0.033, 0.03, 0.026, 0.025, 0.02]) * figure.build, 8, "surface")
    return [sleeve, tube(hands, [(0.012, 0.015), (0.013, 0.021), (0.012, 0.02), (0.006, 0.008)], 7, "skin")]
