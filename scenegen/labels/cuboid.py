"""The 3D box of a car in the camera frame, as KITTI's development kit defines it."""

import math

import numpy as np
from numpy.typing import NDArray

from scenegen.dataset.records import Cuboid

# Metres to a tenth of a millimetre; radians to five decimals, which keeps ±π within [−π, π].
LENGTH_DECIMALS = 4
ANGLE_DECIMALS = 5


def cuboid(
    car_to_world: NDArray[np.float64],
    camera_to_world: NDArray[np.float64],
    length: float,
    width: float,
    height: float,
) -> Cuboid:
    """The cuboid of a car of the given size (m).

    car_to_world: (4, 4) rigid, car frame x forward, y left, z up, origin at the bottom face's centre.
    camera_to_world: (4, 4) rigid, camera frame x right, y down, z forward.
    """
    car_to_camera = np.linalg.inv(camera_to_world) @ car_to_world
    corners = box_corners(length, width, height) @ car_to_camera[:3, :3].T + car_to_camera[:3, 3]
    x, y, z = (float(value) for value in car_to_camera[:3, 3])
    rotation_y = heading_angle(car_to_camera[:3, 0])
    return Cuboid(
        dimensions=_rounded(height, width, length),
        location=_rounded(x, y, z),
        rotation_y=round(rotation_y, ANGLE_DECIMALS),
        alpha=round(wrap_angle(rotation_y - math.atan2(x, z)), ANGLE_DECIMALS),
        corners=tuple(_rounded(*corner) for corner in corners.tolist()),
    )


def box_corners(length: float, width: float, height: float) -> NDArray[np.float64]:
    """(8, 3) corners in the car frame, in the order of KITTI's computeBox3D.m.

    Bottom face front left, front right, rear right, rear left, then the top face alike.
    """
    x = np.array([1, 1, -1, -1] * 2) * length / 2
    y = np.array([1, -1, -1, 1] * 2) * width / 2
    z = np.array([0] * 4 + [1] * 4) * height
    return np.stack([x, y, z], axis=1)


def heading_angle(forward: NDArray[np.float64]) -> float:
    """KITTI's rotation_y of a forward direction (3,) in the camera frame: 0 along +x, −π/2 along +z."""
    return math.atan2(-float(forward[2]), float(forward[0]))


def wrap_angle(angle: float) -> float:
    """The same angle in [−π, π]."""
    return math.remainder(angle, math.tau)


def _rounded(*metres: float) -> tuple[float, float, float]:
    a, b, c = (round(value, LENGTH_DECIMALS) + 0.0 for value in metres)  # + 0.0 turns −0.0 into 0.0
    return a, b, c
