"""Site: where on a body the panels' outlines go, and the fields that put a plane outline on the surface."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assets.cars.cutting import Field
from assets.cars.frame import Floats, Frame
from assets.cars.outline import Outline
from assets.cars.params import CarParams
from assets.cars.stations import Stations
from assets.cars.topology import COLUMNS, Shell


@dataclass(frozen=True, eq=False)
class Site:
    """The finished grids of a body and their charts.

    wall: (U, ROWS + 1, 3) points; around: (U,) the wall's u; ring: (R,) the cabin's u; pillar_m: length of
    the side windows' pillars from belt to roof.
    """

    frame: Frame
    stations: Stations
    wall: Floats
    around: Floats
    ring: Floats
    pillar_m: float

    @property
    def params(self) -> CarParams:
        return self.frame.params

    @cached_property
    def front_corner(self) -> float:
        """From the front's middle around to where front turns into side."""
        return float(self.around[COLUMNS])

    @cached_property
    def front_arch(self) -> float:
        """From the front's middle around to the foremost point of the wheel arch."""
        return float(self.around[COLUMNS + self.stations.at["front_arch"]])

    @cached_property
    def rear_corner(self) -> float:
        """From the rear's middle around to where rear turns into side."""
        return float(self.around[-1] - self.around[-COLUMNS - 1])

    @cached_property
    def rear_arch(self) -> float:
        return float(self.around[-1] - self.around[COLUMNS + self.stations.at["rear_arch"]])

    def front_z(self, share: float) -> float:
        """Height at `share` of the front corner, from the bottom edge (0) to the belt (1)."""
        low, high = self.wall[COLUMNS, [0, -1], 2]
        return float(low + (high - low) * share)

    def rear_z(self, share: float) -> float:
        low, high = self.wall[-COLUMNS - 1, [0, -1], 2]
        return float(low + (high - low) * share)

    def belt_x(self, station: str) -> float:
        """x of a station at the belt."""
        return float(self.wall[COLUMNS + self.stations.at[station], -1, 0])

    def ring_u(self, station: str) -> float:
        """The cabin's u at a station between cowl and deck."""
        at = self.stations.at
        return float(self.ring[COLUMNS - 1 + at[station] - at["cowl"]])

    def rear(self, outline: Outline) -> Field:
        """An outline in (distance around from the rear's middle, z)."""
        total = float(self.around[-1])
        return lambda p: outline(total - p.u, p.z)

    def pane(self, outline: Outline) -> Field:
        """An outline in (the cabin's u, height above the belt along the pillars)."""
        return lambda p: outline(p.u, p.t * self.pillar_m)


def site_of(frame: Frame, stations: Stations, layout: Shell, half: Floats, chart: Floats) -> Site:
    """The site of a half body (see `body.half_body`) and its charts."""
    wall, cabin = half[layout.wall], half[layout.cabin]
    flank = cabin[COLUMNS - 1 : 1 - COLUMNS]
    around = chart[: layout.wall.size : layout.wall.shape[1], 0]
    cabin_start = len(chart) - layout.roof.size - layout.cabin.size
    ring = chart[cabin_start : cabin_start + layout.cabin.size : layout.cabin.shape[1], 0]
    pillar = float(np.linalg.norm(flank[:, -1] - flank[:, 0], axis=1).mean())
    return Site(frame, stations, wall, around, ring, pillar)


def from_front(outline: Outline) -> Field:
    """An outline in (distance around from the front's middle, z)."""
    return lambda p: outline(p.u, p.z)


def from_side(outline: Outline) -> Field:
    """An outline in (x, z)."""
    return lambda p: outline(p.x, p.z)


def grown(field: Field, by: float) -> Field:
    """The field of an outline `by` metres further out."""
    return lambda p: np.asarray(field(p) - by)
