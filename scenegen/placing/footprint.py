"""Footprint: the rectangle on the ground under a thing, and whether two rectangles overlap."""

import math
from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A place on the ground (m, world)."""

    x: float
    y: float


@dataclass(frozen=True)
class Footprint:
    """A rectangle around (x, y), `length` along its heading and `width` across; metres and radians, world."""

    x: float
    y: float
    heading: float
    length: float
    width: float

    @property
    def radius(self) -> float:
        """Of the circle around the rectangle."""
        return math.hypot(self.length, self.width) / 2

    @property
    def corners(self) -> tuple[Point, ...]:
        """The four corners, counter-clockwise from the front left one."""
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        signs = ((1, 1), (-1, 1), (-1, -1), (1, -1))
        halves = ((a * self.length / 2, b * self.width / 2) for a, b in signs)
        return tuple(Point(self.x + u * cos - v * sin, self.y + u * sin + v * cos) for u, v in halves)

    def distance_to(self, x: float, y: float) -> float:
        """Metres from a point to the rectangle, 0 inside."""
        u, v = self._local(x, y)
        return math.hypot(max(abs(u) - self.length / 2, 0.0), max(abs(v) - self.width / 2, 0.0))

    def overlaps(self, other: "Footprint") -> bool:
        """Whether the rectangles share area: no side of either separates them."""
        if math.hypot(other.x - self.x, other.y - self.y) >= self.radius + other.radius:
            return False
        return not (self._separates(other) or other._separates(self))

    def _separates(self, other: "Footprint") -> bool:
        u, v = zip(*(self._local(*corner) for corner in other.corners), strict=True)
        half_length, half_width = self.length / 2, self.width / 2
        beside = min(v) >= half_width or max(v) <= -half_width
        return bool(beside or min(u) >= half_length or max(u) <= -half_length)

    def _local(self, x: float, y: float) -> tuple[float, float]:
        """A point along and across the rectangle's heading, from its middle."""
        cos, sin, dx, dy = math.cos(self.heading), math.sin(self.heading), x - self.x, y - self.y
        return dx * cos + dy * sin, dy * cos - dx * sin
