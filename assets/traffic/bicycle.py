"""A bicycle: diamond or step-through frame, spoked wheels, and where it takes its rider."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import boxes, rods, tube
from assets.stream import Stream
from assets.traffic.params import TwoWheelerParams
from assets.traffic.parts import mirrored, shifted, spoked_wheel
from assets.traffic.rider import Seat

Floats = NDArray[np.float64]

_TYRE_M = 0.019  # half its thickness
_HUB_M = 0.028  # radius
_BRACKET_Z_M, _CHAINSTAY_M = 0.28, 0.44
_CRANK_M, _PEDAL_Y_M = 0.17, 0.12
_HEAD_COT = 1 / np.tan(np.radians(71.0))  # of the head tube's and the fork's angle
_SEAT_COT = 1 / np.tan(np.radians(72.0))
_TRAIL_M = 0.045  # the front axle is this far ahead of the steering axis
_SADDLE_TO_PELVIS_M = 0.09
_STEP_THROUGH_Z_M, _TOP_TUBE_Z_M = 0.5, 0.78
_SIDES = 7  # of a tube
_LEFT_RIGHT = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]])


class _Points(NamedTuple):
    """The ends of the frame's tubes, in the plane y = 0 (but the grip: left); metres."""

    rear_axle: Floats
    front_axle: Floats
    bracket: Floats
    saddle: Floats
    seat_tube: Floats  # its upper end
    top_tube: Floats  # where it meets the seat tube
    head_low: Floats
    head_high: Floats
    stem: Floats
    grip: Floats
    crank: Floats  # from the bracket to the left pedal's axle


def build_bicycle(params: TwoWheelerParams, pelvis_z: float, rng: Stream) -> tuple[Mesh, Seat]:
    """The bicycle of a rider whose pelvis is at `pelvis_z` (m), wheels on z = 0, and the rider's seat.

    Slots: "body" (the frame), "trim", "tyre", "rim".
    """
    at = _points(params, pelvis_z, rng)
    pedals = at.bracket + np.array([at.crank, -at.crank]) + _PEDAL_Y_M * _LEFT_RIGHT
    radius = params.wheel_radius_m
    parts = [
        spoked_wheel(at.rear_axle[0], radius, _TYRE_M, 12, _HUB_M),
        spoked_wheel(at.front_axle[0], radius, _TYRE_M, 12, _HUB_M),
        *_frame(at),
        *_handlebar(at),
        *_drive(at, pedals),
        _saddle(at.saddle),
    ]
    seat = Seat(
        pelvis=shifted(at.saddle, 0.0, 0.0, _SADDLE_TO_PELVIS_M),
        grips=np.array([at.grip, at.grip * [1, -1, 1]]),
        pedals=shifted(pedals, 0, 0, 0.012),
    )
    return merge(parts), seat


def _points(params: TwoWheelerParams, pelvis_z: float, rng: Stream) -> _Points:
    radius = params.wheel_radius_m
    rear, front = -params.length_m / 2 + radius, params.length_m / 2 - radius
    bracket = np.array([rear + _CHAINSTAY_M, 0.0, _BRACKET_Z_M])
    saddle = _on_axis(bracket, _SEAT_COT, pelvis_z - _SADDLE_TO_PELVIS_M)
    foot = np.array([front - _TRAIL_M, 0.0, radius])
    head_low, head_high = (_on_axis(foot, _HEAD_COT, radius + rise) for rise in (0.4, 0.56))
    stem = _on_axis(foot, _HEAD_COT, max(head_high[2] + 0.08, saddle[2] + rng.uniform(-0.02, 0.12)))
    turn, step_through = rng.uniform(0.0, 2 * np.pi), rng.chance(0.4)
    seat_tube = saddle[2] - 0.12
    return _Points(
        rear_axle=np.array([rear, 0.0, radius]),
        front_axle=np.array([front, 0.0, radius]),
        bracket=bracket,
        saddle=saddle,
        seat_tube=_on_axis(bracket, _SEAT_COT, seat_tube),
        top_tube=_on_axis(
            bracket, _SEAT_COT, _STEP_THROUGH_Z_M if step_through else min(_TOP_TUBE_Z_M, seat_tube)
        ),
        head_low=head_low,
        head_high=head_high,
        stem=stem,
        grip=shifted(stem, -0.12, params.width_m / 2 - 0.05, 0.02),
        crank=_CRANK_M * np.array([np.cos(turn), 0.0, np.sin(turn)]),
    )


def _on_axis(foot: Floats, cotangent: float, z: float) -> Floats:
    """The point at height z of an axis through `foot` that leans back."""
    return np.array([foot[0] - (z - foot[2]) * cotangent, 0.0, z])


def _frame(at: _Points) -> list[Mesh]:
    """The main tubes in one, fork and stays in pairs."""
    tubes = [
        (at.bracket, at.seat_tube, 0.016),
        (at.seat_tube, at.saddle, 0.013),
        (at.bracket, at.head_low, 0.02),
        (at.top_tube, at.head_high, 0.016),
        (at.head_high, at.head_low, 0.021),
        (at.head_high, at.stem, 0.013),
    ]
    start, end, radius = zip(*tubes, strict=True)
    out = np.array([[0.0, 0.05, 0.0]])
    fork_start, fork_end = (
        np.array([at.front_axle, at.bracket, at.top_tube]),
        np.array([at.head_low, at.rear_axle, at.rear_axle]),
    )
    starts, ends = fork_start + out * [[1.0], [0.6], [0.3]], fork_end + out * [[0.7], [1.1], [1.1]]
    return [
        rods(start, end, radius, radius, _SIDES, "body"),
        mirrored(rods(starts, ends, 0.011, 0.01, _SIDES, "body")),
    ]


def _handlebar(at: _Points) -> list[Mesh]:
    """A swept bar from the stem to the grips."""
    bend = shifted(at.stem, 0.03, float(0.5 * at.grip[1]), 0.02)
    bar = rods([at.stem, bend], [bend, at.grip], 0.012, 0.012, _SIDES, "trim")
    grip = rods(at.grip - [-0.05, 0.02, 0], shifted(at.grip, -0.04, 0.03, 0), 0.017, 0.017, _SIDES, "trim")
    return [mirrored(merge([bar, grip]))]


def _drive(at: _Points, pedals: Floats) -> list[Mesh]:
    """Chain ring, cranks and pedals."""
    inner = at.bracket + 0.07 * _LEFT_RIGHT
    cranks = rods(inner, inner + np.array([at.crank, -at.crank]), 0.013, 0.01, 5, "trim")
    ring = rods(shifted(at.bracket, 0, -0.05, 0), shifted(at.bracket, 0, -0.042, 0), 0.095, 0.095, 16, "rim")
    half = np.array([0.045, 0.045, 0.012])
    return [cranks, ring, boxes(pedals - half, pedals + half, "trim")]


def _saddle(top: Floats) -> Mesh:
    """A saddle whose seat is at `top`, narrow in front."""
    x = np.array([-0.14, -0.13, -0.06, 0.04, 0.13, 0.14])
    path = top + np.column_stack([x, np.zeros(6), [-0.015, -0.015, -0.02, -0.02, -0.02, -0.02]])
    return tube(
        path,
        [(0.05, 0.01), (0.075, 0.022), (0.07, 0.025), (0.025, 0.02), (0.02, 0.016), (0.01, 0.006)],
        10,
        "trim",
    )
