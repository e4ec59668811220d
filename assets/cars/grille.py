"""The grille between the headlamps with its bars, and the air intake in the bumper."""

from dataclasses import dataclass

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.cutting import Cut, Field
from assets.cars.livery import CHROME, PAINT, TRIM
from assets.cars.outline import polygon
from assets.cars.parts import Part, pad
from assets.cars.site import Site, from_front, grown
from assets.cars.topology import FRONT

_FRAME_M = 0.014
_BAR_M = (0.024, 0.012)  # depth and height
_BARS = {"bar": 2, "tall": 4, "none": 0}


@dataclass(frozen=True)
class Grille:
    """A trapezium: its half widths below and above, its lower and upper edge."""

    site: Site
    foot: float
    head: float
    low: float
    high: float

    def outline(self) -> Field:
        corners = [(-1.0, self.low), (self.foot, self.low), (self.head, self.high), (-1.0, self.high)]
        return from_front(polygon(corners, 0.02))

    def opening(self) -> list[Cut]:
        """The grille with its frame, and the intake; a tall grille takes the intake's place."""
        chrome, z = self.site.params.chrome, self.site.front_z
        cuts = [Cut(FRONT, PAINT, self.outline(), CHROME if chrome else TRIM)]
        if self.site.params.grille != "tall":
            reach, low, high = 0.62 * self.site.front_corner, z(0.13), z(0.30)
            intake = polygon([(-1, low), (reach, low), (reach - 0.08, high), (-1, high)], 0.02)
            cuts.append(Cut(FRONT, PAINT, from_front(intake), TRIM))
        return cuts

    def inside(self) -> list[Cut]:
        """The dark inside of a bright frame."""
        if not self.site.params.chrome:
            return []
        return [Cut(FRONT, CHROME, grown(self.outline(), -_FRAME_M), TRIM)]

    def bars(self, body: Bodywork) -> list[Part]:
        """Bright bars across the grille, half sunk into it."""
        if not self.site.params.chrome:
            return []
        return [self._bar(body, share) for share in _shares(_BARS[self.site.params.grille])]

    def _bar(self, body: Bodywork, share: float) -> Part:
        z = self.low + (self.high - self.low) * share
        half = self.foot + (self.head - self.foot) * share - 0.03
        y = half * np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
        foremost = self.site.params.length_m / 2 - _BAR_M[0] / 2
        x = np.minimum(body.front(np.abs(y), z), foremost)
        return pad(np.column_stack([x, y, np.full(5, z)]), [_BAR_M] * 5, 1, CHROME, 6)


def _shares(count: int) -> list[float]:
    return [(number + 1) / (count + 1) for number in range(count)]


def grille(site: Site) -> Grille:
    """The grille of a car."""
    p, z, half = site.params, site.front_z, site.params.grille_width * site.front_corner
    if p.grille == "tall":
        return Grille(site, 0.55 * half, 0.75 * half, z(0.36), z(0.85))
    if p.grille == "bar":
        return Grille(site, half - 0.02, half, z(0.60), z(0.82))
    return Grille(site, 0.8 * half, 0.8 * half, z(0.62), z(0.68))
