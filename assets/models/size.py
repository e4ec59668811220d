"""How long a car is: by its owner's word, by its format's unit, or as its proportions allow."""

import numpy as np
from numpy.typing import NDArray

from assets.models.errors import Unusable
from assets.models.reading import Reading

# Length, width and height in metres of common European cars of each style.
TYPICAL_M = {
    "sedan": (4.6, 1.82, 1.45),
    "hatchback": (4.1, 1.77, 1.48),
    "estate": (4.6, 1.82, 1.49),
    "suv": (4.5, 1.86, 1.67),
    "coupe": (4.4, 1.82, 1.36),
    "minivan": (4.6, 1.84, 1.66),
    "pickup": (5.3, 1.88, 1.80),
    "city": (3.5, 1.64, 1.50),
    "van": (5.2, 1.95, 2.00),
    "model": (4.3, 1.79, 1.50),
}
UNITS_M = {"centimetres": 0.01, "millimetres": 0.001, "feet": 0.3048, "inches": 0.0254}
LONGEST_M = 7.0
_LONGEST_UNITS = 100.0  # where the format has no unit: longer is no toy, and if no unit explains it, no car
_TOY = 0.72  # a car shorter than this, over its style's typical length, is a toy
_GUESSED_M = (3.2, 5.8)  # a unit is only taken for granted where the car is then of an ordinary length
_WIDTH_M, _HEIGHT_M = (1.1, 2.8), (0.8, 3.3)


def metres_per_unit(
    size: NDArray[np.float64], reading: Reading, style: str, metric: bool
) -> tuple[float, str]:
    """The scale of a car whose length, width and height in the file's units are `size`, and what was done.

    metric: the format says that a unit is a metre. Raises Unusable where no car could have that size.
    """
    scale, note = _scale(size, reading, TYPICAL_M.get(style, TYPICAL_M["model"]), metric)
    length, width, height = size * scale
    if not (0 < length <= LONGEST_M and _within(width, _WIDTH_M) and _within(height, _HEIGHT_M)):
        raise Unusable(
            f"it would be {length:.3g} m long, {width:.3g} m wide and {height:.3g} m high, which no car is: "
            "give `length_m` or `scale`, and `up` and `forward` if it lies or stands wrongly"
        )
    return scale, note


def _scale(
    size: NDArray[np.float64], reading: Reading, typical: tuple[float, float, float], metric: bool
) -> tuple[float, str]:
    length = float(size[0])
    if reading.scale is not None:
        return reading.scale, f"scale {reading.scale:g} as told"
    if reading.length_m is not None:
        return reading.length_m / length, f"length {reading.length_m:g} m as told"
    if _TOY * typical[0] <= length <= LONGEST_M:
        return 1.0, f"length {length:.2f} m kept"
    for unit, factor in UNITS_M.items():
        if not metric and _within(length * factor, _GUESSED_M):
            return factor, f"units taken for {unit}: length {length * factor:.2f} m"
    if length > (LONGEST_M if metric else _LONGEST_UNITS):
        return 1.0, ""  # refused by the caller
    scale = float((np.prod(typical) / np.prod(size)) ** (1 / 3))
    return scale, f"length {length:.3g} scaled to {length * scale:.2f} m, the volume of a typical car"


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]
