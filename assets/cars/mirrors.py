"""Wing mirrors: rounded housings on the doors, on some cars with an indicator wrapped around them."""

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Floats, Frame
from assets.cars.livery import CHROME, INDICATOR, PAINT, TRIM
from assets.cars.parts import Part, joined, mirrored, pad
from assets.cars.stations import Stations

_SIZE_M = (0.11, 0.19, 0.14)
_TALL_M = 0.20  # height on large cars
_TALL_STYLES = ("suv", "pickup", "van")
# Sections of a housing from front to rear: place and scale over its size; the glass lies a little inside.
_PLACE = np.array([0.5, 0.32, -0.2, -0.5, -0.43])
_SCALE = np.array([0.45, 0.85, 1.0, 0.97, 0.92])


def mirrors(frame: Frame, stations: Stations, body: Bodywork) -> Part:
    """Both mirrors."""
    x = float(stations.x[stations.at["a_rear"]])
    z = float(body.belt(x))
    root = np.array([x, float(body.flank(x, z)), z])
    size = np.array(_SIZE_M)
    if frame.params.style in _TALL_STYLES:
        size[2] = _TALL_M
    centre = root + np.array([-0.03, 0.02 + size[1] / 2, 0.02 + size[2] / 2])
    shell = TRIM if frame.params.cladding else PAINT
    housing = pad(
        centre + _PLACE[:, None] * size * (1, 0, 0),
        _SCALE[:, None] * size[1:],
        0,
        (shell, shell, TRIM, CHROME),
    )
    arm = root + np.array([(-0.02, -0.03, 0.01), (-0.03, 0.07, 0.045)])
    foot = pad(arm, [(0.10, 0.04), (0.06, 0.04)], 1, TRIM, 6)
    parts = [housing, foot]
    if frame.params.headlamp == "swept":
        parts.append(_indicator(centre, size))
    return mirrored(joined(parts))


def _indicator(centre: Floats, size: Floats) -> Part:
    """A strip of light around the housing's outer corner."""
    path = np.array([(0.42, 0.20, 0.0), (0.27, 0.43, 0.0), (-0.10, 0.50, 0.0)])
    return pad(centre + path * size, [(0.014, 0.014), (0.022, 0.018), (0.014, 0.014)], 1, INDICATOR, 6)
