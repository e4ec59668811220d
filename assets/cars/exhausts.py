"""Exhausts: bright tail pipes below the rear bumper."""

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Frame
from assets.cars.livery import CHROME, TRIM
from assets.cars.parts import Part, mirrored, pad

_RADIUS_M, _WALL_M = 0.032, 0.006
_FROM_MIDDLE = 0.29  # over the car's width


def exhausts(frame: Frame, body: Bodywork) -> list[Part]:
    """A pipe on the left, or one on each side."""
    p = frame.params
    if p.exhausts == 0:
        return []
    y, z = _FROM_MIDDLE * p.width_m, float(body.wall[-1, 0, 2]) - 0.006
    rear = max(float(body.rear(y, z)) - 0.012, -p.length_m / 2)
    x = rear + np.array([0.22, 0.0, 0.0, 0.06])  # out, over the rim, and back inside
    outer, inner = 2 * _RADIUS_M, 2 * (_RADIUS_M - _WALL_M)
    centres = np.column_stack([x, np.full(4, y), np.full(4, z)])
    pipe = pad(
        centres, np.repeat([[outer], [outer], [inner], [inner]], 2, axis=1), 0, (CHROME, CHROME, TRIM), 10
    )
    return [pipe if p.exhausts == 1 else mirrored(pipe)]
