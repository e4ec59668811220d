"""Traffic signs: which there are, and the outline of each plate."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.solids import circle

Outline = Literal["round", "triangle", "yield", "octagon", "diamond", "square", "board"]

BOARD_ASPECT = 0.45  # height over width
_EIGHTHS = (np.arange(8) + 0.5) * (np.pi / 4)
_TALL = 3**0.5 / 2  # height of an equilateral triangle of side 1

OUTLINES: dict[Outline, NDArray[np.float64]] = {  # counter-clockwise in the unit square, y up
    "round": 0.5 + 0.5 * circle(28),
    "triangle": np.array([(0.0, 0.5 - _TALL / 2), (1.0, 0.5 - _TALL / 2), (0.5, 0.5 + _TALL / 2)]),
    "yield": np.array([(1.0, 0.5 + _TALL / 2), (0.0, 0.5 + _TALL / 2), (0.5, 0.5 - _TALL / 2)]),
    "octagon": 0.5 + np.column_stack([np.cos(_EIGHTHS), np.sin(_EIGHTHS)]) * (0.5 / np.cos(np.pi / 8)),
    "diamond": np.array([(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)]),
    "square": np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]),
    "board": 0.5 + np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * [1.0, BOARD_ASPECT],
}


class Sign(NamedTuple):
    """One sign: its plate, what is drawn on it, and the text or variant where it has one."""

    outline: Outline
    symbol: str
    text: str = ""


_LIMITS = ("30", "50", "60", "70", "80", "100")
_WARNINGS = (
    "attention",
    "crossroads",
    "bend_left",
    "bend_right",
    "bends",
    "children",
    "pedestrian",
    "lights",
)
_PLACES = ("Altstadt", "Centrum", "Nordhafen", "Bahnhof", "Lindau", "Weiler", "Marktplatz", "Schwarzach")

CATALOGUE: tuple[Sign, ...] = (
    *(Sign("round", "limit", text) for text in _LIMITS),
    *(
        Sign("round", name)
        for name in ("no_entry", "no_parking", "no_stopping", "no_vehicles", "end_of_limits")
    ),
    *(Sign("round", f"go_{way}") for way in ("straight", "left", "right", "past")),
    Sign("round", "roundabout"),
    *(Sign("triangle", name) for name in _WARNINGS),
    Sign("yield", "give_way"),
    Sign("octagon", "stop"),
    Sign("diamond", "priority"),
    *(Sign("square", name) for name in ("parking", "crosswalk", "dead_end")),
    Sign("board", "one_way"),
    *(Sign("board", "direction", text) for text in _PLACES),
    *(Sign("board", "town", text) for text in _PLACES[::2]),
)


def sign_number(seed: int) -> int:
    """The place in the catalogue of the sign that a post of this seed carries."""
    return seed % len(CATALOGUE)
