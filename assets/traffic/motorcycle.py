"""A motorcycle without fairing: tank, engine, telescopic fork, and where it takes its rider."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import blobs, boxes, rods, tube
from assets.stream import Stream
from assets.traffic.params import TwoWheelerParams
from assets.traffic.parts import mirrored, plate, shifted, spoked_wheel
from assets.traffic.rider import Seat

Floats = NDArray[np.float64]

_TYRE_M = 0.065  # half its thickness
_SADDLE_TO_PELVIS_M = 0.09
_HEAD_COT = 1 / np.tan(np.radians(65.0))  # of the fork's angle
_PLATE_M = (0.20, 0.16)


def build_motorcycle(params: TwoWheelerParams, pelvis_z: float, rng: Stream) -> tuple[Mesh, Seat]:
    """The motorcycle of a rider whose pelvis is at `pelvis_z` (m), wheels on z = 0, and the rider's seat.

    Slots: "body" (tank, tail and mudguards), "seat", "trim", "tyre", "rim", "chrome", "headlamp",
    "taillamp", "indicator", "plate".
    """
    radius = params.wheel_radius_m
    rear, front = -params.length_m / 2 + radius + 0.02, params.length_m / 2 - radius
    saddle = np.array([rear + 0.56, 0.0, pelvis_z - _SADDLE_TO_PELVIS_M])
    bar = shifted(saddle, rng.uniform(0.5, 0.56), 0.0, rng.uniform(0.2, 0.28))
    grip = shifted(bar, -0.06, params.width_m / 2 - 0.07, 0.02)
    peg = np.array([rear + 0.6, 0.2, 0.36])
    parts = [
        spoked_wheel(rear, radius, _TYRE_M, 8, 0.07),
        spoked_wheel(front, radius, 0.85 * _TYRE_M, 8, 0.07),
        *_front(front, radius, bar, grip),
        *_bodywork(saddle, bar),
        *_engine(rear, radius, saddle, peg),
        *_rear_end(params, rear, radius, saddle),
    ]
    seat = Seat(
        pelvis=shifted(saddle, 0.0, 0.0, _SADDLE_TO_PELVIS_M),
        grips=np.array([grip, grip * [1, -1, 1]]),
        pedals=shifted(np.array([peg, peg * [1, -1, 1]]), 0.06, 0, 0.015),
    )
    return merge(parts), seat


def _front(axle: float, radius: float, bar: Floats, grip: Floats) -> list[Mesh]:
    """Fork, mudguard, headlamp, handlebar, mirrors and indicators."""
    crown = np.array([axle - (bar[2] - 0.05 - radius) * _HEAD_COT, 0.0, bar[2] - 0.05])
    leg = rods(
        np.array([(axle, 0.1, radius), shifted(crown, 0, 0.1, 0)]),
        np.array([shifted(crown, 0, 0.1, 0), shifted(bar, 0, 0.06, 0)]),
        [0.03, 0.015],
        [0.024, 0.015],
        8,
        "chrome",
    )
    handle = [
        rods(shifted(bar, 0, 0.05, 0.0), grip - [-0.05, 0.12, 0], 0.013, 0.013, 7, "trim"),
        rods(grip - [-0.05, 0.12, 0], shifted(grip, 0, 0.06, 0), 0.018, 0.018, 7, "trim"),
        rods(grip - [-0.03, 0.1, 0], shifted(grip, 0.03, -0.03, 0.2), 0.008, 0.008, 5, "trim"),
        blobs(shifted(grip, 0.03, -0.03, 0.23), (0.015, 0.06, 0.04), 1, "trim"),
        blobs(shifted(crown, 0.05, 0.17, -0.12), (0.03, 0.035, 0.025), 1, "indicator"),
    ]
    lamp = shifted(crown, 0.12, 0.0, -0.08)
    tie = rods(shifted(crown, 0, -0.12, 0), shifted(crown, 0, 0.12, 0), 0.04, 0.04, 8, "trim")
    guard = _arc(axle, radius, radius + 0.02, 60.0, 150.0)
    return [
        mirrored(merge([leg, *handle])),
        tie,
        blobs(lamp, (0.09, 0.095, 0.095), 1, "trim"),
        blobs(shifted(lamp, 0.045, 0, 0), (0.055, 0.084, 0.084), 1, "headlamp"),
        guard,
    ]


def _arc(axle: float, centre_z: float, radius: float, start_deg: float, end_deg: float) -> Mesh:
    """A mudguard around the wheel at `axle`, between two angles from the front over the top."""
    angle = np.radians(np.linspace(start_deg, end_deg, 9))
    path = np.column_stack([axle + radius * np.cos(angle), np.zeros(9), centre_z + radius * np.sin(angle)])
    return tube(path, np.column_stack([np.full(9, 0.07), np.full(9, 0.012)]), 8, "body")


def _bodywork(saddle: Floats, bar: Floats) -> list[Mesh]:
    """Tank ahead of the saddle, the saddle itself, and the tail behind it."""
    tank_x = saddle[0] + np.array([0.14, 0.16, 0.24, 0.36, 0.46, 0.52, 0.53])
    tank_z = saddle[2] + np.array([0.0, 0.0, 0.03, 0.05, 0.05, 0.03, 0.03])
    half = [
        (0.04, 0.03),
        (0.09, 0.07),
        (0.13, 0.11),
        (0.155, 0.125),
        (0.14, 0.12),
        (0.08, 0.09),
        (0.03, 0.04),
    ]
    seat_x = saddle[0] + np.array([-0.48, -0.47, -0.3, -0.22, -0.1, 0.1, 0.2, 0.21])
    seat_z = saddle[2] + np.array([0.06, 0.06, 0.05, 0.03, -0.03, -0.03, -0.01, -0.01])
    seat_half = [
        (0.04, 0.01),
        (0.1, 0.03),
        (0.125, 0.045),
        (0.13, 0.045),
        (0.15, 0.04),
        (0.13, 0.04),
        (0.08, 0.04),
        (0.04, 0.02),
    ]
    tail_x = saddle[0] + np.array([-0.6, -0.58, -0.4, -0.1, 0.05, 0.06])
    tail_z = saddle[2] + np.array([0.04, 0.04, -0.01, -0.1, -0.12, -0.12])
    tail_half = [(0.03, 0.02), (0.06, 0.035), (0.11, 0.06), (0.11, 0.07), (0.08, 0.06), (0.03, 0.03)]
    return [
        tube(np.column_stack([tank_x, np.zeros(7), tank_z]), half, 12, "body"),
        tube(np.column_stack([seat_x, np.zeros(8), seat_z]), seat_half, 10, "seat"),
        tube(np.column_stack([tail_x, np.zeros(6), tail_z]), tail_half, 10, "body"),
        rods(shifted(bar, -0.02, 0, -0.06), shifted(saddle, 0.2, 0, -0.1), 0.045, 0.05, 8, "trim"),
    ]


def _engine(rear: float, radius: float, saddle: Floats, peg: Floats) -> list[Mesh]:
    """Engine block with cylinders, cradle, swing arm, pegs and exhaust."""
    middle = rear + 0.78
    block = boxes((middle - 0.24, -0.17, 0.22), (middle + 0.2, 0.17, 0.48), "trim")
    cylinder = rods((middle + 0.1, 0, 0.42), (middle + 0.2, 0, saddle[2] - 0.1), 0.14, 0.13, 10, "rim")
    cradle = rods(
        [(middle + 0.26, 0.12, 0.26), (middle + 0.5, 0.06, saddle[2] - 0.04)],
        [(middle + 0.5, 0.06, saddle[2] - 0.04), (middle - 0.1, 0.1, saddle[2] - 0.08)],
        0.02,
        0.02,
        6,
        "trim",
    )
    arm = rods((rear, 0.11, radius), (middle - 0.2, 0.11, 0.38), 0.03, 0.035, 6, "rim")
    shock = rods(
        (rear + 0.08, 0.12, radius + 0.05), (rear + 0.2, 0.1, saddle[2] - 0.06), 0.03, 0.03, 7, "chrome"
    )
    rest = rods(peg * [1, 0.5, 1], shifted(peg, 0, 0.05, 0), 0.014, 0.014, 6, "trim")
    pipe = rods(
        [(middle + 0.22, -0.1, 0.5), (middle + 0.27, -0.14, 0.25), (middle - 0.35, -0.2, 0.26)],
        [(middle + 0.27, -0.14, 0.25), (middle - 0.35, -0.2, 0.26), (rear - 0.05, -0.21, 0.42)],
        [0.024, 0.024, 0.045],
        [0.024, 0.024, 0.055],
        8,
        "chrome",
    )
    return [block, cylinder, mirrored(merge([cradle, arm, shock, rest])), pipe]


def _rear_end(params: TwoWheelerParams, rear: float, radius: float, saddle: Floats) -> list[Mesh]:
    """Mudguard, tail lamp, indicators and number plate, which ends the motorcycle."""
    end = -params.length_m / 2
    z = saddle[2] - 0.14
    holder = rods((saddle[0] - 0.5, 0, saddle[2] - 0.02), (end + 0.03, 0, z), 0.03, 0.02, 6, "trim")
    lamp = blobs((saddle[0] - 0.6, 0, saddle[2] + 0.03), (0.03, 0.06, 0.03), 1, "taillamp")
    indicator = blobs((end + 0.1, 0.14, z + 0.1), (0.03, 0.035, 0.025), 1, "indicator")
    stalk = rods((end + 0.1, 0, z + 0.1), (end + 0.1, 0.12, z + 0.1), 0.01, 0.01, 5, "trim")
    return [
        _arc(rear, radius, radius + 0.025, 70.0, 150.0),
        holder,
        lamp,
        mirrored(merge([indicator, stalk])),
        plate(end, z - 0.04, -1, _PLATE_M),
    ]
