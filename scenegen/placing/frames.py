"""Coordinate frames: from the road's (or the plane's) to the world, and rotations about the axes."""

import math

import numpy as np
from numpy.typing import NDArray

from assets.street.junction import on_side_road
from assets.street.params import RoadParams
from assets.street.road import elevation, half_widths, slope, to_road, to_world

Matrix = NDArray[np.float64]


def locate(road: RoadParams | None, along: float, left: float) -> tuple[float, float, float]:
    """World x, y (m) and heading (rad) of road coordinates; without a road they are the world's own."""
    if road is None:
        return along, left, 0.0
    x, y, heading = to_world(road, along, left)
    return float(x), float(y), float(heading)


def ground_height(road: RoadParams | None, along: float, left: float) -> float:
    """Height (m) of the ground: the road's elevation, and one step higher beyond its kerbs."""
    if road is None:
        return 0.0
    kerb_left, kerb_right = half_widths(road)
    driven_on = kerb_right <= left <= kerb_left or bool(on_side_road(road, along, left))
    return float(elevation(road, along)) + (0.0 if driven_on else road.kerb_height_m)


def left_of_centreline(road: RoadParams, x: float, y: float) -> float:
    """The road coordinate d of a world point."""
    return float(to_road(road, x, y)[1])


def on_road(road: RoadParams | None, along: float, left: float, turn: float) -> Matrix:
    """(4, 4) object to world of what stands on its wheels: heading `turn` (rad) against the road's direction,
    tilted with the slope, its origin on the ground. Seen from above it heads exactly there."""
    x, y, heading = locate(road, along, left)
    matrix = upright(x, y, ground_height(road, along, left), heading + turn)
    if road is None:
        return matrix
    rise = float(slope(road, along)) / (1 - road.curvature * left)
    up = np.array([-rise * math.cos(heading), -rise * math.sin(heading), 1.0])
    forward = matrix[:3, 0] + [0.0, 0.0, rise * math.cos(turn)]
    up, forward = up / np.linalg.norm(up), forward / np.linalg.norm(forward)
    matrix[:3, :3] = np.stack([forward, np.cross(up, forward), up], axis=1)
    return matrix


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
