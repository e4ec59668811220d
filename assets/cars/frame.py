"""The measures of a car that several of its parts share, derived from CarParams."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assets.cars.params import CarParams, Style

Floats = NDArray[np.float64]

_TAPER_M = 0.10  # the plan's taper to the nose (tail) begins this far behind (before) the front (rear) axle
_ARCH_TO_CORNER_M = 0.07  # at least, from a wheel arch to the corner of the front or rear
_TYRE_INSET_M = 0.03  # from the widest point of the body to the tyre's outer wall
_PLATE_M = 0.007  # a plate stands this far out from the bumper

# How far each row of the wall stands back from the bumper's foremost (rearmost) point, bottom edge to belt.
_NOSE_M = np.array([0.050, 0.013, 0.000, 0.009, 0.026, 0.050, 0.092, 0.150])
_TAIL_M = np.array([0.060, 0.014, 0.000, 0.010, 0.037, 0.046, 0.056, 0.072])
_UPRIGHT: dict[Style, float] = {"suv": 0.7, "pickup": 0.55, "van": 0.8}  # scale of the nose's setbacks


@dataclass(frozen=True)
class Frame:
    """Where things are on one car; x forward, y left, z up, in metres."""

    params: CarParams

    @cached_property
    def front_axle(self) -> float:
        return self.params.length_m / 2 - self.params.front_overhang_m

    @cached_property
    def rear_axle(self) -> float:
        return self.front_axle - self.params.wheelbase_m

    @cached_property
    def arch_radius(self) -> float:
        return self.params.wheel_radius_m + self.params.arch_gap_m

    @cached_property
    def arch_top(self) -> float:
        return self.params.wheel_radius_m + self.arch_radius

    @cached_property
    def wheel_outside(self) -> float:
        """y of the left tyres' outer wall."""
        return self.params.width_m / 2 - _TYRE_INSET_M

    @cached_property
    def well_depth(self) -> float:
        """y of the left wheel wells' inner wall."""
        return self.wheel_outside - self.params.tyre_width_m - 0.04

    @cached_property
    def nose_end(self) -> Floats:
        """x of each row on the centreline at the front, (ROWS + 1,)."""
        return self.params.length_m / 2 - _PLATE_M - _NOSE_M * _UPRIGHT.get(self.params.style, 1.0)

    @cached_property
    def tail_end(self) -> Floats:
        """x of each row on the centreline at the rear, (ROWS + 1,)."""
        plate = 0.0 if self.params.plate_on_lid else _PLATE_M
        return -self.params.length_m / 2 + plate + _TAIL_M

    @cached_property
    def nose_taper(self) -> float:
        """x where the plan's taper to the nose begins."""
        return self.front_axle - _TAPER_M

    @cached_property
    def tail_taper(self) -> float:
        return self.rear_axle + _TAPER_M

    @cached_property
    def nose_corner(self) -> Floats:
        """x of each row where front turns into side."""
        reach = self.nose_end - self.nose_taper
        return self.nose_taper + reach * self._corner(reach[0], self.params.nose_squareness)

    @cached_property
    def tail_corner(self) -> Floats:
        """x of each row where side turns into rear."""
        reach = self.tail_taper - self.tail_end
        return self.tail_taper - reach * self._corner(reach[0], self.params.tail_squareness)

    def _corner(self, reach: float, exponent: float) -> float:
        """The corner on the unit superellipse: its diagonal, or further out where the arch needs it."""
        beyond_arch = (_TAPER_M + self.arch_radius + _ARCH_TO_CORNER_M) / reach
        return float(np.clip(beyond_arch, 0.5 ** (1 / exponent), 0.95))

    @cached_property
    def columns(self) -> Floats:
        """The columns' share of the half width, from the edge (1) to the middle (0).

        The second is the shoulder's ledge, the third the edge of windscreen and rear window.
        """
        ledge = 1 - self.params.shoulder_m / (self.params.width_m / 2)
        pillar = 0.93 if self.params.style == "pickup" else 0.86
        return np.array([1.0, ledge, pillar, 0.66, 0.44, 0.22, 0.0])

    @cached_property
    def bed_floor(self) -> float:
        """z of a pickup's load floor: just above the wheel arches."""
        return self.arch_top + 0.02


def superellipse(fraction: Floats, exponent: float) -> Floats:
    """The other coordinate on the unit superellipse, for fractions in [0, 1]."""
    return np.asarray((1 - np.clip(fraction, 0, 1) ** exponent) ** (1 / exponent), float)


def smoothstep(t: Floats) -> Floats:
    """0 below 0, 1 above 1, a cubic with level ends between."""
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)
