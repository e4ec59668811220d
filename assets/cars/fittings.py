"""Fittings: mirrors, number plates, badges, door handles and roof rails, placed on the finished body."""

import numpy as np

from assets.cars.frame import Floats, Frame
from assets.cars.livery import GLASS, PAINT, PLATE, RIM, TRIM
from assets.cars.parts import Part, box, joined, mirrored, tube
from assets.cars.stations import Stations
from assets.cars.topology import COLUMNS

_PLATE_SIZE_M = (0.06, 0.52, 0.11)
_BADGE_SIZE_M = (0.04, 0.10, 0.07)
_HANDLE_SIZE_M = (0.17, 0.05, 0.028)
_RAIL_M = 0.028  # thickness of a roof rail


def fittings(frame: Frame, stations: Stations, wall: Floats, roof: Floats) -> list[Part]:
    """All fittings; `wall` is the left wall's (U, ROWS + 1, 3) grid, `roof` that of the roof's left half."""
    parts = [*_front(frame, wall), *_rear(frame, wall), mirrored(_mirror(frame, stations, wall))]
    parts += _handles(frame, stations, wall)
    if frame.params.roof_rails:
        parts.append(mirrored(_roof_rail(frame, stations, roof)))
    return parts


def _front(frame: Frame, wall: Floats) -> list[Part]:
    """Plate and badge; the plate's face is the foremost point of the car."""
    middle = wall[0]
    plate_x = frame.params.length_m / 2 - _PLATE_SIZE_M[0] / 2
    plate = box((plate_x, 0, (middle[2, 2] + middle[3, 2]) / 2), _PLATE_SIZE_M, PLATE)
    badge = box((float(middle[4:6, 0].mean()) - 0.01, 0, float(middle[4:6, 2].mean())), _BADGE_SIZE_M, RIM)
    return [plate, badge]


def _rear(frame: Frame, wall: Floats) -> list[Part]:
    middle = wall[-1]
    row = 3 if frame.params.style in ("pickup", "van") else 4
    parts = []
    for z, size, slot in (
        (middle[row, 2] + 0.075, _PLATE_SIZE_M, PLATE),
        (middle[6, 2] - 0.05, _BADGE_SIZE_M, RIM),
    ):
        surface = float(np.interp(z, middle[:, 2], middle[:, 0]))
        parts.append(box((surface - 0.012 + size[0] / 2, 0.0, float(z)), size, slot))
    return parts


def _mirror(frame: Frame, stations: Stations, wall: Floats) -> Part:
    """The left mirror: a rounded housing, its rear face of glass, on a foot sunk into the door."""
    root = wall[COLUMNS + stations.at["a_rear"], -1]
    size = np.array([0.11, 0.19, 0.20 if frame.params.style in ("suv", "pickup", "van") else 0.14])
    centre = root + np.array([-0.02, 0.015 + size[1] / 2, 0.02 + size[2] / 2])
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False) + np.pi / 10
    outline = np.stack([np.zeros(10), np.cos(turn), np.sin(turn)], axis=-1)
    outline[:, 1:] = np.sign(outline[:, 1:]) * np.abs(outline[:, 1:]) ** 0.5
    rings = outline * np.array([0.45, 0.85, 1.0, 0.97])[:, None, None] * (size / 2)
    rings[..., 0] += np.array([0.5, 0.32, -0.2, -0.5])[:, None] * size[0]
    housing = tube(rings + centre, TRIM if frame.params.cladding else PAINT, 0)
    housing.slot[-8:] = GLASS
    foot = box(root + np.array([-0.02, 0.0, 0.03]), (0.06, 0.14, 0.03), TRIM)
    return joined([housing, foot])


def _handles(frame: Frame, stations: Stations, wall: Floats) -> list[Part]:
    """One at the rear edge of each side door."""
    row = wall[COLUMNS : COLUMNS + len(stations.x), 6]
    handles = []
    for door in ("door_2", "door_3")[: frame.params.doors // 2]:
        x = row[stations.at[door], 0] + 0.13
        y, z = (np.interp(-x, -row[:, 0], row[:, i]) for i in (1, 2))
        handle = box((x, y, z - 0.02), _HANDLE_SIZE_M, TRIM if frame.params.cladding else PAINT)
        handles.append(mirrored(handle))
    return handles


def _roof_rail(frame: Frame, stations: Stations, roof: Floats) -> Part:
    """The left rail: a bar along the roof's edge whose ends are sunk into it, no higher than the roof."""
    at = stations.at
    path = roof[at["a_rear"] - at["cowl"] + 1 : at["d_front"] - at["cowl"] + 1, 1]
    lift = np.full(len(path), 0.012)
    lift[[0, -1]] = -_RAIL_M
    corners = np.array([[0, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1]]) * _RAIL_M
    rings = path[:, None] + corners
    rings[..., 2] = np.minimum(rings[..., 2] + lift[:, None], frame.params.height_m)
    return tube(rings, TRIM, 2)
