"""Glazing: windscreen, side windows and rear window with their frames, and the line beneath them.

The functions return cuts in the order of their making; those of one list stay apart.
"""

import functools

import numpy as np

from assets.cars.cutting import Cut, Field, Points
from assets.cars.frame import Floats
from assets.cars.livery import CHROME, GLASS, PAINT, ROOF, TRIM
from assets.cars.outline import Outline, rectangle
from assets.cars.site import Site, grown
from assets.cars.topology import BACK, COLUMNS, FLANK, SCREEN

_SEAL_M = 0.012  # black edge of a side window
_FRIT_M = 0.022  # black edge of windscreen and rear window
_WIPERS_M = 0.05  # of black panel at the windscreen's base
_LINE = 0.05  # share of the pillars' length that the line beneath the windows covers
_RAIL = 0.895  # share from which the roof's frame begins
_PILLAR_M = 0.04  # half the width of the pillars b and c


def roof_frame(site: Site) -> list[Cut]:
    """The frame above the windows has the colour of the roof."""
    height = site.pillar_m
    return [Cut(FLANK | SCREEN | BACK, PAINT, lambda p: (_RAIL - p.t) * height, ROOF)]


def edges(site: Site) -> list[Cut]:
    """The black edges of windscreen and rear window, and the line beneath the side windows."""
    p = site.params
    first, last = site.ring_u("a_rear"), _sides(site)[-1][1]
    line = rectangle(first - 0.6, last + 0.012, -0.1, _LINE * site.pillar_m)
    return [
        Cut(SCREEN, PAINT, lambda p: p.u - 10.0, TRIM),
        Cut(BACK, PAINT, grown(site.pane(_rear_window(site)), _FRIT_M), TRIM),
        Cut(FLANK, PAINT, site.pane(line), CHROME if p.chrome else TRIM),
    ]


def screens(site: Site) -> list[Cut]:
    """Windscreen and rear window; the black beside the side windows."""
    width, top = float(site.ring[COLUMNS - 1]), _RAIL * site.pillar_m
    screen = rectangle(-width, width - _FRIT_M, _WIPERS_M, top - _FRIT_M, 0.06)
    sides = _sides(site)
    dark = [(sides[0][0], sides[-1][1])] if site.params.black_pillars else sides
    return [
        Cut(SCREEN, TRIM, site.pane(screen), GLASS),
        Cut(BACK, TRIM, site.pane(_rear_window(site)), GLASS),
        Cut(FLANK, PAINT, _between(dark), TRIM),
    ]


def panes(site: Site) -> list[Cut]:
    """The side windows, and the roof's colour on the pillar before them."""
    sides, line = _sides(site), (_LINE + 0.001) * site.pillar_m
    glass = _between([(left + _SEAL_M, right - _SEAL_M) for left, right in sides])

    def above_line(p: Points) -> Floats:
        return np.maximum(glass(p), line - p.t * site.pillar_m)

    return [Cut(FLANK, TRIM, above_line, GLASS), Cut(FLANK, PAINT, lambda p: p.u - sides[0][0], ROOF)]


def seals(site: Site) -> list[Cut]:
    """The side windows' upper black edge."""
    edge = _RAIL * site.pillar_m - _SEAL_M
    return [Cut(FLANK, GLASS, lambda p: edge - p.t * site.pillar_m, TRIM)]


def _between(ends: list[tuple[float, float]]) -> Field:
    """The parts of the cabin between two values of its u.

    Their lower and upper edge are cut on their own: one cut through both would round off the corners.
    """

    def field(p: Points) -> Floats:
        u = p.u
        return functools.reduce(np.minimum, (np.maximum(left - u, u - right) for left, right in ends))

    return field


def _rear_window(site: Site) -> Outline:
    end, reach = float(site.ring[-1]), float(site.ring[-1] - site.ring[-COLUMNS])
    top = _RAIL * site.pillar_m - _FRIT_M - 0.005
    if site.params.style == "pickup":
        return rectangle(end - 0.88 * reach, end + 1, 0.14, top, 0.06)
    return rectangle(end - reach + 0.015 + _FRIT_M, end + 1, 0.07, top, 0.06)


def _sides(site: Site) -> list[tuple[float, float]]:
    """The cabin's u where each side window begins and ends, from the A pillar back; a van has one."""
    front, b, c, rear = (site.ring_u(name) for name in ("a_rear", "door_2", "door_3", "d_front"))
    if site.params.style == "van":
        return [(front, b - _PILLAR_M)]
    if site.params.quarter_window:
        return [(front, b - _PILLAR_M), (b + _PILLAR_M, c - _PILLAR_M), (c + _PILLAR_M, rear)]
    return [(front, b - _PILLAR_M), (b + _PILLAR_M, c)]
