"""Wipers at rest on the windscreen's base and on the rear window of cars without a boot."""

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Floats, Frame
from assets.cars.livery import TRIM
from assets.cars.parts import Part, joined, mirrored, pipe

_BLADE_RADIUS_M = 0.007
_BLADE_HEIGHT_M = 0.045  # above the glass's base
_LIFT_M = 0.007  # of blade and arm from the glass
_REAR_STYLES = ("hatchback", "estate", "suv", "minivan", "city")


def wipers(frame: Frame, body: Bodywork) -> list[Part]:
    """A pair in front that opens from the middle; one behind where there is a rear door."""
    blade_line, base = body.around(_BLADE_HEIGHT_M), body.cabin[:, 0]
    half = base[len(base) // 2, 1]
    blade = _on_glass(blade_line, half * np.array([0.10, 0.42, 0.74]), 1)
    root = _on_glass(base, half * np.array([0.66]), 1)
    parts = [mirrored(joined([_rod(blade), _rod(_arm(root, blade, 1))]))]
    if frame.params.style in _REAR_STYLES:
        blade = _on_glass(blade_line[::-1], np.array([-0.2, 0.0, 0.2]), -1)
        root = _on_glass(base[::-1], np.array([0.0]), -1)
        parts += [_rod(blade), _rod(_arm(root, blade, -1), side=1)]
    return parts


def _on_glass(line: Floats, y: Floats, ahead: int) -> Floats:
    """(points, 3) just off the glass, on a line around the cabin that begins in the middle of that glass."""
    reach = int(line[: len(line) // 2, 1].argmax()) + 1
    x, z = (np.interp(np.abs(y), line[:reach, 1], line[:reach, axis]) for axis in (0, 2))
    return np.column_stack([x + ahead * _LIFT_M, y, z + _LIFT_M])


def _arm(root: Floats, blade: Floats, ahead: int) -> Floats:
    """(2, 3) from its root at the glass's base to the middle of the blade, on which it lies."""
    return np.stack([root[0] - (0, 0, 0.02), blade[1] + (ahead * _BLADE_RADIUS_M, 0, _BLADE_RADIUS_M)])


def _rod(path: Floats, side: int = 2) -> Part:
    return pipe(path, np.full(len(path), _BLADE_RADIUS_M), TRIM, side, corners=4)
