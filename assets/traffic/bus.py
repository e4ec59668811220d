"""A low-floor city bus: a hull with a band of windows, doors on the right, and what is fixed to it."""

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import rods
from assets.stream import Stream
from assets.traffic.hull import Arch, Grid, Level, arch_stations, cut_arches, grid, hull, rings
from assets.traffic.params import BusParams
from assets.traffic.parts import mirrored, panels, plate, truck_wheels

Floats = NDArray[np.float64]

_ENDS = (0.15, 0.55, 0.8, 1.0)
_SKIRT_M = 0.28  # ground clearance
_POD_M = 0.2  # air conditioning on the roof
_BELT, _HEADER = 6, 7  # levels between which the side windows are
_FRONT_RADIUS_M, _REAR_RADIUS_M = 0.28, 0.12
_DOOR_M, _PILLAR_M = 1.25, 0.09
_TYRE_M, _TWIN_M = 0.28, 0.56
_PROUD_M = 0.02  # number plates and wipers stand out before the hull


def build_bus(params: BusParams) -> Mesh:
    """The bus in its own frame; its mirrors stand 0.2 m beyond the width.

    Slots: "body", "glass", "trim", "tyre", "rim", "headlamp", "taillamp", "indicator", "plate", "interior",
    "seat".
    """
    front, half = params.length_m / 2, params.width_m / 2
    axles = front - params.front_overhang_m, front - params.front_overhang_m - params.wheelbase_m
    radius = params.wheel_radius_m
    arches = [Arch(x, radius + 0.12, 2 * radius + 0.08) for x in axles]
    doors = _doors(params, arches)
    pillars = _pillars(params, doors)
    marks = np.concatenate([*(arch_stations(arch) for arch in arches), doors.ravel(), pillars.ravel()])
    stations = _spaced(marks, -front + _REAR_RADIUS_M + 0.02, front - _FRONT_RADIUS_M - 0.06)
    ring = cut_arches(rings(_levels(params), _ENDS, stations), arches, _BELT)
    body = hull(ring, _slots(params, grid(ring, _ENDS), doors, pillars), top="body", bottom="trim")
    wheels = [
        truck_wheels(axles[0], half - 0.03, radius, _TYRE_M, dished=False),
        truck_wheels(axles[1], half - 0.03, radius, _TWIN_M, dished=True),
    ]
    return merge([body, *wheels, _door_frames(params, doors), *_inside(params, axles), *_fixtures(params)])


def _levels(params: BusParams) -> list[Level]:
    """From the skirt to the roof; the windscreen leans back a little, the sides lean in above the belt."""
    front, half, roof = params.length_m / 2, params.width_m / 2, params.height_m - _POD_M
    rows = (  # height, setback of the front, inset of the sides
        (_SKIRT_M, 0.06, 0.03),
        (_SKIRT_M + 0.08, 0.02, 0.01),
        (0.55, 0.0, 0.01),
        (0.72, 0.0, 0.01),
        (0.92, 0.01, 0.01),
        (1.12, 0.03, 0.01),
        (1.2, 0.04, 0.01),
        (roof - 0.42, 0.16, 0.03),
        (roof - 0.14, 0.2, 0.05),
        (roof - 0.04, 0.28, 0.12),
        (roof, 0.46, 0.3),
    )
    return [
        Level(
            z=z,
            front=front - _PROUD_M - back,
            rear=-front + _PROUD_M + 0.5 * inset,
            half_width=half - inset,
            front_corner=_FRONT_RADIUS_M,
            rear_corner=_REAR_RADIUS_M,
            bow=0.08,
        )
        for z, back, inset in rows
    ]


def _doors(params: BusParams, arches: list[Arch]) -> Floats:
    """(doors, 2): rear and front x of each door: ahead of the front axle, between the axles, behind them."""
    front, rear = (arch.x for arch in arches)
    nose = params.length_m / 2 - _FRONT_RADIUS_M - 0.12
    first = min(nose - _DOOR_M / 2, (nose + front + arches[0].radius) / 2)
    between, behind = (front + rear) / 2, (rear - arches[1].radius - params.length_m / 2 + 0.3) / 2
    middle = np.array([first, between, behind])[: params.doors]
    span = np.array([2 * (nose - first), _DOOR_M, _DOOR_M])[: params.doors]
    return np.column_stack([middle - span / 2, middle + span / 2])


def _pillars(params: BusParams, doors: Floats) -> Floats:
    """(pillars, 2): rear and front x of the dark posts between windows, clear of the doors' edges."""
    end = params.length_m / 2 - 0.5
    count = int(np.ceil(2 * end / 1.6))
    middle = np.linspace(-end, end, count + 1)
    clear = (np.abs(middle[:, None] - doors.ravel()) > 0.35).all(axis=1)
    inside = ((middle[:, None] > doors[:, 0]) & (middle[:, None] < doors[:, 1])).any(axis=1)
    spans: Floats = middle[clear & ~inside, None] + np.array([-0.5, 0.5]) * _PILLAR_M
    return spans


def _spaced(marks: Floats, low: float, high: float) -> Floats:
    """The marks between `low` and `high`, from front to rear, neighbours at least 5 mm apart."""
    inside = np.sort(marks[(marks > low) & (marks < high)])[::-1]
    apart: Floats = inside[np.concatenate([[True], -np.diff(inside) > 0.005])]
    return apart


def _slots(params: BusParams, cells: Grid, doors: Floats, pillars: Floats) -> NDArray[np.str_]:
    """The slot of every cell of the hull."""
    half, row = params.width_m / 2, cells.row
    out = np.abs(cells.y) / half
    slots = np.full(cells.x.shape, "body", dtype="<U9")
    slots[row == 0] = "trim"
    windows = cells.side & (row == _BELT)
    slots[windows] = "glass"
    slots[windows & _within(cells.x, pillars)] = "trim"
    slots[cells.side & (cells.y < 0) & _within(cells.x, doors) & (row >= 1) & (row <= _BELT)] = "glass"
    slots[cells.front & (row >= _BELT - 1) & (row <= _HEADER)] = "glass"  # windscreen, destination panel
    slots[cells.front & (row == 2) & (out > 0.52)] = "headlamp"
    slots[cells.front & (row == 2) & (out > 0.93)] = "indicator"
    slots[cells.front & (row == 3) & (out < 0.5)] = "trim"
    slots[cells.rear & (row == _BELT) & (out < 0.75)] = "glass"
    slots[cells.rear & (row == 2) & (out < 0.6)] = "trim"  # the engine's grille
    slots[cells.rear & ((row == 3) | (row == _HEADER)) & (out > 0.74)] = "taillamp"
    slots[cells.rear & (row == 4) & (out > 0.74)] = "indicator"
    return slots


def _within(x: Floats, spans: Floats) -> NDArray[np.bool_]:
    """Whether x (...) lies in any of the spans (N, 2)."""
    inside: NDArray[np.bool_] = ((x[..., None] > spans[:, 0]) & (x[..., None] < spans[:, 1])).any(axis=-1)
    return inside


def _fixtures(params: BusParams) -> list[Mesh]:
    """Air conditioning, destination, plates, wipers and mirrors."""
    front, half, roof = params.length_m / 2, params.width_m / 2, params.height_m - _POD_M
    pod = (
        (-0.28 * params.length_m, -0.62 * half, roof - 0.05),
        (0.12 * params.length_m, 0.62 * half, roof + _POD_M),
    )
    mirror = (front - 0.28, half + 0.02, 1.55), (front - 0.2, half + 0.2, 1.95)
    arm = rods(
        (front - 0.3, half - 0.1, roof - 0.35), (front - 0.24, half + 0.12, 1.9), 0.02, 0.02, 5, "trim"
    )
    wiper_feet = [(front - 0.04, 0.1, 1.1), (front - 0.05, -0.75, 1.1)]
    wiper_tips = [(front - 0.06, 0.75, 1.22), (front - 0.06, -0.12, 1.22)]
    return [
        panels("body", pod),
        mirrored(merge([panels("trim", mirror), arm])),
        rods(wiper_feet, wiper_tips, 0.014, 0.01, 4, "trim"),
        _destination(params.seed, front - 0.17, roof),
        plate(front, 0.45, 1),
        plate(-front, 0.64, -1),
    ]


def _inside(params: BusParams, axles: tuple[float, float]) -> list[Mesh]:
    """Wheel cases, floor, dashboard and rows of seats, as they are seen through the windows."""
    front, half, reach = params.length_m / 2, params.width_m / 2, params.wheel_radius_m + 0.2
    cases = [((x - reach, -half + 0.62, 0.2), (x + reach, half - 0.62, 1.15)) for x in axles]
    floor = (axles[1] + reach, -half + 0.06, 0.3), (axles[0] - reach, half - 0.06, 0.36)
    dashboard = (front - 0.8, -half + 0.15, 0.5), (front - 0.3, half - 0.15, 1.08)
    rows = np.arange(-front + 0.7, axles[0] - 0.6, 0.86)
    backs = [
        ((x, y - 0.42, 0.5), (x + 0.1, y + 0.42, 1.55)) for x in rows for y in (half - 0.55, -half + 0.55)
    ]
    driver = (front - 1.5, 0.2, 0.5), (front - 1.36, 0.75, 1.85)
    return [panels("trim", *cases, dashboard), panels("interior", floor), panels("seat", *backs, driver)]


def _door_frames(params: BusParams, doors: Floats) -> Mesh:
    """The edges of the doors' leaves, a centimetre before the glass."""
    side, roof = -params.width_m / 2, params.height_m - _POD_M
    frames = []
    for rear, ahead in doors:
        for x in (rear, (rear + ahead) / 2, ahead):
            frames.append(((x - 0.03, side, _SKIRT_M + 0.09), (x + 0.03, side + 0.1, roof - 0.43)))
        frames.append(((rear, side, roof - 0.47), (ahead, side + 0.1, roof - 0.4)))
    return panels("trim", *frames)


def _destination(seed: int, face: float, roof: float) -> Mesh:
    """A line number and a place as blocks of amber light behind the top of the windscreen."""
    rng = Stream(seed)
    letters, y = [], 0.72
    for width in [0.2, 0.0, *(rng.uniform(0.08, 0.3) for _ in range(4))]:
        letters.append(((face - 0.2, y - width, roof - 0.36), (face - 0.005, y, roof - 0.22)))
        y -= width + 0.06
    return panels("indicator", *(letters[:1] + letters[2:]))
