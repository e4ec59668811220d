"""Seating: where a car's seats and steering wheel are, which its interior and its people share."""

from dataclasses import dataclass

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Frame

_HEAD_BEHIND_HEADER_M = 0.38  # the driver's head behind the windscreen's header ...
_HIP_AHEAD_OF_HEAD_M = 0.20  # ... and the hips ahead of the head, in a reclined seat
_HIP_TO_ROOF_M = 0.96
_HIP_ABOVE_FLOOR_M = (0.18, 0.42)  # a sports car's and a van's
_FLOOR_M = 0.07  # above the sills' lower edge
_BETWEEN_ROWS_M = 0.80  # from hip to hip, at most
_BETWEEN_ROWS_MIN_M = 0.62
_BENCH_TO_WINDOW_M = 0.48  # from the rear seats' hips to the rear window at its base
STEERING_WHEEL = np.array([0.42, 0.0, 0.31])  # its centre from the driver's hips, in metres


@dataclass(frozen=True)
class Seating:
    """Hips and floor in the car's frame, in metres: the left seats' hips at y = `y`, the right ones' at -`y`.

    rear_x: x of the rear bench's hips, None for a car without one.
    """

    front_x: float
    rear_x: float | None
    y: float
    hip_z: float
    floor_z: float


def seating(frame: Frame, body: Bodywork) -> Seating:
    """The seats that the cabin has room for."""
    p = frame.params
    head_x = float(body.roof[0, -1, 0]) - _HEAD_BEHIND_HEADER_M
    front_x = head_x + _HIP_AHEAD_OF_HEAD_M
    floor_z = p.clearance_m + _FLOOR_M
    low, high = _HIP_ABOVE_FLOOR_M
    hip_z = float(np.clip(body.above(head_x, 0.3) - _HIP_TO_ROOF_M, floor_z + low, floor_z + high))
    inside = float(body.flank(front_x, p.cowl_height_m - 0.1)) - 0.09
    rear_x = None
    if p.style != "van":
        window = float(body.rear_window(0.5, p.tail_height_m + 0.06))
        nearest = front_x - _BETWEEN_ROWS_MIN_M
        rear_x = min(max(front_x - _BETWEEN_ROWS_M, window + _BENCH_TO_WINDOW_M), nearest)
    return Seating(front_x, rear_x, inside / 2 + 0.02, hip_z, floor_z)
