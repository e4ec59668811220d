"""Outlines in the plane as signed distances: negative inside, in metres, vectorised over points."""

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np

from assets.cars.frame import Floats

Outline = Callable[[Floats, Floats], Floats]  # from two coordinates to the signed distance


def polygon(points: Sequence[tuple[float, float]], radius: float = 0.0) -> Outline:
    """A convex polygon, its corners rounded with `radius`; points in either sense.

    The distance is exact along the edges; at corners it is that of the rounded outline.
    """
    following = (*points[1:], points[0])
    area = sum(a * d - b * c for (a, b), (c, d) in zip(points, following, strict=True))
    planes = []  # normal and offset of every edge, moved inwards by the radius
    for (a, b), (c, d) in zip(points, following, strict=True):
        length = math.copysign(math.hypot(c - a, d - b), area)
        across, up = (d - b) / length, (a - c) / length
        planes.append((across, up, across * a + up * b - radius))

    def distance(a: Floats, b: Floats) -> Floats:
        beyond = [a * across + b * up - offset for across, up, offset in planes]
        most = functools.reduce(np.maximum, beyond)
        if not radius:
            return most
        around = functools.reduce(np.add, (np.square(np.maximum(one, 0)) for one in beyond))
        return np.asarray(np.where(most > 0, np.sqrt(around), most) - radius)

    return distance


def rectangle(left: float, right: float, low: float, high: float, radius: float = 0.0) -> Outline:
    """An upright rectangle with rounded corners."""
    return polygon([(left, low), (right, low), (right, high), (left, high)], radius)


def circle(across: float, up: float, radius: float) -> Outline:
    """A circle around (across, up)."""
    return lambda a, b: np.asarray(np.hypot(a - across, b - up) - radius)


def either(*outlines: Outline) -> Outline:
    """The union of outlines."""
    return lambda a, b: functools.reduce(np.minimum, (outline(a, b) for outline in outlines))
