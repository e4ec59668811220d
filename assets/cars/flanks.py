"""What is mounted on a car's flanks: door handles, side indicators and mud flaps."""

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Frame
from assets.cars.livery import INDICATOR, PAINT, TRIM
from assets.cars.parts import Part, box, mirrored, pad
from assets.cars.stations import Stations

_HANDLE_M = 0.20  # length
_HANDLE_BELOW_BELT_M = 0.125
_HANDLE_FROM_GAP_M = 0.05  # ahead of the door's rear shut line
_LENS_M = (0.075, 0.032)  # length and height of a side indicator
_LENS_BELOW_BELT_M = 0.20
_FLAP_M = (0.012, 0.22)  # thickness, and height of which half hangs below the sills


def handles(frame: Frame, stations: Stations, body: Bodywork) -> list[Part]:
    """One near the rear edge of each side door: a bar that leaves the surface and returns to it."""
    slot = TRIM if frame.params.cladding else PAINT
    bars = []
    for gap in ("door_2", "door_3")[: frame.params.doors // 2]:
        rear = float(stations.x[stations.at[gap]]) + _HANDLE_FROM_GAP_M
        x = rear + np.array([0.0, 0.03, _HANDLE_M - 0.03, _HANDLE_M])
        z = float(body.belt(x).min()) - _HANDLE_BELOW_BELT_M
        y = body.flank(x, z) + np.array([-0.006, 0.028, 0.028, -0.006])
        centres = np.column_stack([x, y, np.full(4, z)])
        bars.append(mirrored(pad(centres, [(0.020, 0.024), (0.016, 0.032)] * 2, 0, slot, 6)))
    return bars


def side_indicators(frame: Frame, body: Bodywork) -> list[Part]:
    """Lenses on the front wings of cars whose mirrors have none."""
    if frame.params.headlamp == "swept":
        return []
    middle = frame.front_axle - frame.arch_radius - 0.07
    z = max(float(body.belt(middle)) - _LENS_BELOW_BELT_M, frame.arch_top - 0.02)
    x = middle + np.array([-0.5, 0.0, 0.5]) * _LENS_M[0]
    centres = np.column_stack([x, body.flank(x, z), np.full(3, z)])
    height = _LENS_M[1]
    return [
        mirrored(pad(centres, [(0.012, 0.5 * height), (0.020, height), (0.012, 0.5 * height)], 0, INDICATOR))
    ]


def mud_flaps(frame: Frame) -> list[Part]:
    """Behind each wheel of a car with cladding."""
    p = frame.params
    if not p.cladding:
        return []
    thickness, height = _FLAP_M
    width = p.tyre_width_m * 0.9
    size = (thickness, width, height)
    y, z = frame.wheel_outside - 0.02 - width / 2, p.clearance_m + 0.01
    return [
        mirrored(box((axle - frame.arch_radius - thickness, y, z), size, TRIM))
        for axle in (frame.front_axle, frame.rear_axle)
    ]
