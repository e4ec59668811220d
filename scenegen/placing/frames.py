"""Coordinate frames: from the road's (or the plane's) to the world, and rotations about the axes."""

import math

import numpy as np
from numpy.typing import NDArray

from assets.street.params import RoadParams
from assets.street.road import half_widths, to_world

Matrix = NDArray[np.float64]


def locate(road: RoadParams | None, along: float, left: float) -> tuple[float, float, float]:
    """World x, y (m) and heading (rad) of road coordinates; without a road they are the world's own."""
    if road is None:
        return along, left, 0.0
    x, y, heading = to_world(road, along, left)
    return float(x), float(y), float(heading)


def ground_height(road: RoadParams | None, along: float, left: float) -> float:
    """Height (m) of the ground: the carriageway is z = 0, and beyond its kerbs all is one step higher."""
    if road is None:
        return 0.0
    kerb_left, kerb_right = half_widths(road)
    return 0.0 if kerb_right <= left <= kerb_left else road.kerb_height_m


def left_of_centreline(road: RoadParams, x: float, y: float) -> float:
    """The road coordinate d of a world point: the distance to the arc, written without a pole at κ = 0."""
    square = 1 - 2 * road.curvature * y + road.curvature**2 * (x * x + y * y)
    return (2 * y - road.curvature * (x * x + y * y)) / (1 + math.sqrt(square))


def upright(x: float, y: float, z: float, heading: float) -> Matrix:
    """(4, 4) object to world: turned about z by `heading` (rad), then moved."""
    cos, sin = math.cos(heading), math.sin(heading)
    return np.array([[cos, -sin, 0, x], [sin, cos, 0, y], [0, 0, 1, z], [0, 0, 0, 1]], np.float64)


def about_x(angle: float) -> Matrix:
    """(3, 3) rotation by `angle` (rad), counter-clockwise seen against the axis."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]], np.float64)


def about_y(angle: float) -> Matrix:
    """(3, 3) rotation by `angle` (rad), counter-clockwise seen against the axis."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float64)


def about_z(angle: float) -> Matrix:
    """(3, 3) rotation by `angle` (rad), counter-clockwise seen against the axis."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], np.float64)
