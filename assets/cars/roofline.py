"""What stands on a car's roof and boot lid: rails, aerials and spoilers."""

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Floats, Frame
from assets.cars.livery import PAINT, ROOF, TRIM
from assets.cars.parts import Part, joined, mirrored, pad, pipe, tube

_RAIL_SHARE = 0.92  # of the roof's half width
_RAIL_RADIUS_M, _RAIL_LIFT_M = 0.014, 0.034
_SPOILER_SHARES = np.array([1.0, 0.66, 0.0, -0.66, -1.0])  # of its half width
_WHIP = np.array([-0.24, 0.0, 0.33])  # a whip aerial's tip from its root


def rails(frame: Frame, body: Bodywork) -> list[Part]:
    """Bars along the roof's edges whose ends are sunk into it, no higher than the roof."""
    if not frame.params.roof_rails:
        return []
    line = body.roof_line(_RAIL_SHARE)
    x = np.linspace(line[0, 0] - 0.16, line[-1, 0] + 0.08, 8)
    x[1], x[-2] = x[0] - 0.07, x[-1] + 0.07
    y, z = (np.interp(-x, -line[:, 0], line[:, axis]) for axis in (1, 2))
    z += _RAIL_LIFT_M
    z[[0, -1]] -= _RAIL_LIFT_M + _RAIL_RADIUS_M
    z = np.minimum(z, frame.params.height_m - _RAIL_RADIUS_M - 0.001)
    bar = pipe(np.column_stack([x, y, z]), np.full(8, _RAIL_RADIUS_M), TRIM, corners=5)
    down = np.array([_RAIL_LIFT_M + _RAIL_RADIUS_M, 0.004])
    foot = np.column_stack([np.full((2, 2), (x[4], y[4])), z[4] - down])
    return [mirrored(joined([bar, pad(foot, [(0.10, 0.024), (0.06, 0.016)], 2, TRIM)]))]


def aerial(frame: Frame, body: Bodywork) -> list[Part]:
    """On the middle of the roof, above the height that counts."""
    kind = frame.params.aerial
    if kind == "none":
        return []
    front, rear = body.roof[[0, -1], -1, 0]
    x = float(rear) + 0.20 if kind == "fin" else float(front) - 0.14
    root = np.array([x, 0.0, float(body.above(x, 0.0))])
    if kind == "fin":
        path = root + np.array([(0, 0, -0.02), (-0.005, 0, 0.015), (-0.03, 0, 0.045), (-0.055, 0, 0.062)])
        return [pad(path, [(0.17, 0.055), (0.15, 0.046), (0.09, 0.026), (0.035, 0.012)], 2, ROOF)]
    base = pad(root + np.array([(0, 0, -0.015), (-0.01, 0, 0.022)]), [(0.07, 0.05), (0.03, 0.022)], 2, TRIM)
    return [base, pipe(root + np.array([[0.0], [1.0]]) * _WHIP, [0.006, 0.003], TRIM)]


def spoiler(frame: Frame, body: Bodywork) -> list[Part]:
    """Over the rear window, or a lip on the boot lid."""
    build = {"none": None, "roof": _roof_spoiler, "lip": _lip}[frame.params.spoiler]
    return [build(frame, body)] if build else []


def _roof_spoiler(frame: Frame, body: Bodywork) -> Part:
    """A wing that carries the roof on over the rear window."""
    y = 0.93 * float(body.roof[-1, 0, 1]) * _SPOILER_SHARES
    rear, edge = _along(body.roof[-1], y)
    root = np.array([body.above(x + 0.12, abs(at)) for x, at in zip(rear, y, strict=True)])
    reach = np.minimum(0.11, rear + frame.params.length_m / 2 - 0.01)
    x = rear[:, None] + np.column_stack([np.full_like(y, 0.12), 0 * y, -reach, -reach, np.full_like(y, 0.03)])
    z = np.column_stack([root - 0.01, edge + 0.008, edge - 0.010, edge - 0.034, edge - 0.07])
    return _across(x, y, z, ROOF)


def _lip(frame: Frame, body: Bodywork) -> Part:
    """A low ridge along the rear edge of the boot lid."""
    y = 0.72 * float(body.top[-1, 0, 1]) * _SPOILER_SHARES
    rear, _ = _along(body.top[-1], y)
    lid = np.array([body.lid(x + np.array([0.17, 0.06]), abs(at)) for x, at in zip(rear, y, strict=True)])
    x = rear[:, None] + np.array([0.17, 0.045, 0.025, 0.06])
    z = np.column_stack([lid[:, 0] - 0.006, lid[:, 1] + 0.034, lid[:, 1] + 0.028, lid[:, 1] - 0.02])
    return _across(x, y, z, PAINT)


def _along(line: Floats, y: Floats) -> tuple[Floats, Floats]:
    """x and z at ±y on a line from the left edge to the middle."""
    x, z = (np.interp(np.abs(y), line[::-1, 1], line[::-1, axis]) for axis in (0, 2))
    return x, z


def _across(x: Floats, y: Floats, z: Floats, slot: int) -> Part:
    """A body across the car from sections in x and z, (rings, corners) each, clockwise seen from its left."""
    rings = np.stack(np.broadcast_arrays(x, y[:, None], z), axis=-1)
    return tube(rings[:, ::-1], slot, 2)
