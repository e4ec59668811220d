"""A box truck: a cab with or without a bonnet, a box body, and the chassis that carries both."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, merge
from assets.solids import boxes, rods
from assets.stream import Stream
from assets.traffic.hull import Arch, Grid, Level, arch_stations, cut_arches, grid, hull, rings
from assets.traffic.params import TruckParams
from assets.traffic.parts import Corners, mirrored, panels, plate, truck_wheels

Floats = NDArray[np.float64]

_ENDS = (0.12, 0.5, 0.62, 1.0)
_LAMPS, _GRILLE, _BELT = 2, 3, 5  # rows of the wall: what lies between two levels
_FRONT_RADIUS_M, _REAR_RADIUS_M = 0.2, 0.04
_CAB_GAP_M = 0.12  # between cab and box
_PROUD_M = 0.02  # number plates and grilles stand out before the hull
_DOOR_LINE_M = 0.012
_RAIL_M = 0.07  # of the box's frame


class Layout(NamedTuple):
    """Where things are along the truck (m): x, from the middle of its length."""

    front: float
    cab_rear: float
    front_axle: float
    rear_axle: float
    floor: float  # height of the box's underside


def build_truck(params: TruckParams) -> Mesh:
    """The truck in its own frame; its mirrors stand up to 0.2 m beyond the width.

    Slots: "body" (the cab), "load" (the box), "glass", "trim", "tyre", "rim", "chrome", "headlamp",
    "taillamp", "indicator", "plate", "interior", "seat".
    """
    at = _lay_out(params)
    radius, half = params.wheel_radius_m, params.width_m / 2
    wide = 0.6 * radius
    parts = [_cab(params, at), *_cab_fixtures(params, at), *_box(params, at), *_chassis(params, at)]
    parts += [
        truck_wheels(at.front_axle, _cab_half(params) - 0.03, radius, wide, dished=False),
        truck_wheels(at.rear_axle, half - 0.06, radius, 2 * wide, dished=True),
    ]
    return merge(parts)


def _lay_out(params: TruckParams) -> Layout:
    front = params.length_m / 2
    overhang = 0.98 if params.bonnet_m else 0.72 * params.cab_m
    axle = front - overhang
    return Layout(
        front=front,
        cab_rear=front - params.cab_m,
        front_axle=axle,
        rear_axle=axle - params.wheelbase_m,
        floor=2 * params.wheel_radius_m + 0.08,
    )


def _cab_half(params: TruckParams) -> float:
    """Half the cab's width: boxes are wider than vans' cabs, and a little wider than trucks'."""
    return params.width_m / 2 - (0.07 if params.bonnet_m else 0.03)


def _levels(params: TruckParams, at: Layout) -> list[Level]:
    """From the bumper's lower edge to the roof."""
    roof, half, low = params.cab_height_m, _cab_half(params), 0.6 * params.wheel_radius_m
    if params.bonnet_m:
        cowl = 1.22
        rake = 0.75 * (roof - cowl)
        rows = [
            (low, 0.05, 0.03),
            (low + 0.12, 0.0, 0.0),
            (0.62, 0.0, 0.0),
            (0.84, 0.06, 0.0),
            (0.98, 0.2, 0.0),
        ]
        rows += [(cowl, params.bonnet_m, 0.02), (roof - 0.22, params.bonnet_m + rake, 0.12)]
        rows += [
            (roof - 0.06, params.bonnet_m + rake + 0.25, 0.2),
            (roof, params.bonnet_m + rake + 0.5, 0.36),
        ]
    else:
        belt, lamp = 0.58 * roof, 0.24 * roof
        rows = [(low, 0.05, 0.03), (low + 0.1, 0.0, 0.0), (lamp, 0.0, 0.0), (lamp + 0.2, 0.01, 0.0)]
        rows += [(belt - 0.16, 0.06, 0.0), (belt, 0.09, 0.0), (roof - 0.24, 0.27, 0.08)]
        rows += [(roof - 0.07, 0.38, 0.14), (roof, 0.62, 0.3)]
    front, rear = at.front - _PROUD_M, at.cab_rear
    radius = _FRONT_RADIUS_M if params.bonnet_m else 0.14
    return [
        Level(z, front - back, rear + 0.3 * inset, half - inset, radius, _REAR_RADIUS_M, bow=0.12)
        for z, back, inset in rows
    ]


def _cab(params: TruckParams, at: Layout) -> Mesh:
    """The cab's shell, its wheel arches cut out."""
    levels = _levels(params, at)
    arch = Arch(at.front_axle, params.wheel_radius_m + 0.1, 2 * params.wheel_radius_m + 0.09)
    start, end = (
        levels[0].front - levels[0].bow - levels[0].front_corner - 0.02,
        at.cab_rear + _REAR_RADIUS_M + 0.01,
    )
    door = np.array([end + 0.1, start - 0.1])
    edges = door[:, None] + _DOOR_LINE_M * np.array([-0.5, 0.5])
    marks = np.concatenate([arch_stations(arch), edges.ravel(), [end + 0.2, start - 0.02]])
    marks = np.sort(marks[(marks > end) & (marks < start)])[::-1]
    ring = cut_arches(rings(levels, _ENDS, marks), [arch], _BELT - 1)
    return hull(ring, _cab_slots(params, grid(ring, _ENDS), edges), top="body", bottom="trim")


def _cab_slots(params: TruckParams, cells: Grid, door_lines: Floats) -> NDArray[np.str_]:
    """The slot of every cell of the cab's shell; door_lines: (2, 2) x between which each line lies."""
    row = cells.row
    out = np.abs(cells.y) / _cab_half(params)
    slots = np.full(cells.x.shape, "body", dtype="<U9")
    line = ((cells.x[:1, :, None] > door_lines[:, 0]) & (cells.x[:1, :, None] < door_lines[:, 1])).any(
        axis=-1
    )
    slots[cells.side & line & (row >= 1) & (row < _BELT)] = "trim"
    slots[row == 0] = "trim"
    slots[cells.side & (row == _BELT)] = "glass"
    slots[cells.side & (row == _BELT) & _pillars(cells)] = "body"
    slots[cells.front & (row == _BELT)] = "glass"
    slots[cells.front & (row == _LAMPS) & (out > 0.55)] = "headlamp"
    slots[cells.front & (row == _LAMPS) & (out > 0.95)] = "indicator"
    grille = _LAMPS if params.bonnet_m else _GRILLE
    slots[cells.front & (row == grille) & (out < 0.55)] = "trim"
    return slots


def _pillars(cells: Grid) -> NDArray[np.bool_]:
    """The first and the last cell of each side in every row."""
    x = np.where(cells.side, cells.x, np.nan)
    ends = np.nanmax(x, axis=1, keepdims=True), np.nanmin(x, axis=1, keepdims=True)
    pillars: NDArray[np.bool_] = (x == ends[0]) | (x == ends[1])
    return pillars


def _cab_fixtures(params: TruckParams, at: Layout) -> list[Mesh]:
    """Dashboard and seats, mirrors, handles, grille bars, wipers and the front plate."""
    half, levels = _cab_half(params), _levels(params, at)
    belt, screen = levels[_BELT], levels[_BELT].front
    dash = (screen - 0.75, -half + 0.1, belt.z - 0.5), (screen - 0.22, half - 0.1, belt.z - 0.06)
    seats = [
        ((at.cab_rear + 0.15, y - 0.24, belt.z - 0.6), (at.cab_rear + 0.32, y + 0.24, belt.z + 0.35))
        for y in (0.5 * half, -0.5 * half)
    ]
    back = (at.cab_rear + 0.06, -half + 0.12, belt.z - 0.6), (at.cab_rear + 0.1, half - 0.12, belt.z + 0.5)
    mirror = (screen - 0.42, half + 0.08, belt.z + 0.05), (screen - 0.34, half + 0.24, belt.z + 0.48)
    stay = rods(
        (screen - 0.36, half - 0.06, belt.z + 0.3),
        (screen - 0.37, half + 0.1, belt.z + 0.3),
        0.02,
        0.02,
        5,
        "trim",
    )
    handle = (at.cab_rear + 0.16, half - 0.02, belt.z - 0.14), (at.cab_rear + 0.34, half + 0.02, belt.z - 0.1)
    feet = [(screen + 0.015, y, belt.z) for y in (0.05, -0.6)]
    tips = [(screen - 0.02, y, belt.z + 0.08) for y in (0.6, -0.05)]
    return [
        panels("interior", dash, back),
        panels("seat", *seats),
        mirrored(merge([panels("trim", mirror, handle), stay])),
        rods(feet, tips, 0.012, 0.01, 4, "trim"),
        plate(at.front, levels[1].z + 0.1, 1),
    ]


def _box(params: TruckParams, at: Layout) -> list[Mesh]:
    """The box body: walls and ribs, a frame of rails around its edges, rear doors with locking bars."""
    half, top, floor = params.width_m / 2, params.height_m, at.floor
    front, rear = at.cab_rear - _CAB_GAP_M, -at.front + _PROUD_M
    walls = (rear + 0.012, -half + 0.012, floor + 0.012), (front - 0.012, half - 0.012, top - 0.012)
    low, high = np.array([rear, -half, floor]), np.array([front, half, top])
    lock_y = np.array([-0.6, -0.14, 0.14, 0.6]) * half
    locks = [((rear - 0.01, y - 0.02, floor + 0.1), (rear + 0.03, y + 0.02, top - 0.1)) for y in lock_y]
    gap = (rear + 0.002, -0.012, floor + _RAIL_M), (rear + 0.03, 0.012, top - _RAIL_M)
    return [
        panels("load", walls, *_over_cab(params, at), *_ribs(params, front, rear, floor)),
        panels("rim", *locks),
        _edge_rails(low, high),
        panels("trim", gap),
    ]


def _edge_rails(low: Floats, high: Floats) -> Mesh:
    """Rails along the twelve edges of a box; each of the three sets ends inside the others."""
    starts, ends = [], []
    for axis in range(3):
        inset = 0.004 * axis  # no two faces in one plane
        for one in (0, 1):
            for other in (0, 1):
                first, last = low + inset, high - inset
                for across, far in zip([a for a in range(3) if a != axis], (one, other), strict=True):
                    first[across] = (high[across] - _RAIL_M if far else low[across]) + (0 if far else inset)
                    last[across] = first[across] + _RAIL_M - inset
                starts.append(first)
                ends.append(last)
    return boxes(starts, ends, "rim")


def _over_cab(params: TruckParams, at: Layout) -> list[Corners]:
    """The part of a high box that reaches over the roof of a van's cab."""
    if not params.bonnet_m or params.height_m < params.cab_height_m + 0.25:
        return []
    half = params.width_m / 2 - 0.02
    nose = at.cab_rear + 0.35 * (params.cab_m - params.bonnet_m)
    low = (at.cab_rear - _CAB_GAP_M - 0.3, -half, params.cab_height_m + 0.04)
    return [(low, (nose, half, params.height_m - 0.02))]


def _ribs(params: TruckParams, front: float, rear: float, floor: float) -> list[Corners]:
    """Upright ribs on the sides of boxes that have them: of sheet metal rather than of board."""
    if not Stream(params.seed).chance(0.5):
        return []
    wall, top = params.width_m / 2 - 0.02, params.height_m - 0.08
    places = np.linspace(rear, front, max(int((front - rear) / 0.6), 2) + 1)[1:-1]
    return [
        ((x - 0.03, side * wall - 0.016, floor + 0.08), (x + 0.03, side * wall + 0.016, top))
        for x in places
        for side in (1, -1)
    ]


def _chassis(params: TruckParams, at: Layout) -> list[Mesh]:
    """Frame, axles, rear underrun bar and plate, and what is alike on both sides."""
    half, radius, rear = params.width_m / 2, params.wheel_radius_m, -at.front + _PROUD_M
    bar = _underrun_z(params)
    frame = (rear + 0.2, -0.45, radius), (at.front - 0.5, 0.45, at.floor + 0.02)
    axles = [
        ((x - 0.15, -half + 0.4, radius - 0.12), (x + 0.15, half - 0.4, radius + 0.12))
        for x in (at.front_axle, at.rear_axle)
    ]
    underrun = (rear, -half + 0.08, bar), (rear + 0.12, half - 0.08, bar + 0.13)
    stays = [((rear + 0.05, y - 0.05, bar + 0.01), (rear + 0.15, y + 0.05, at.floor)) for y in (-0.5, 0.5)]
    return [
        panels("trim", frame, *axles, underrun, *stays),
        mirrored(_flank(params, at)),
        plate(-at.front, bar + 0.07, -1),
    ]


def _underrun_z(params: TruckParams) -> float:
    return 0.42 if params.bonnet_m else 0.5


def _flank(params: TruckParams, at: Layout) -> Mesh:
    """The left side below the box: mud flap, tank, side underrun rails, tail lamps."""
    half, radius, rear = params.width_m / 2, params.wheel_radius_m, -at.front + _PROUD_M
    flap_x = at.rear_axle - radius - 0.13
    flap = (flap_x, half - 0.06 - 1.2 * radius, 0.32), (flap_x + 0.02, half - 0.06, at.floor)
    end, start = at.cab_rear - 0.1, at.rear_axle + radius + 0.15
    tank_x = start + np.array([0.4, 0.75]) * (end - start)
    tank = (tank_x[0], half - 0.7, 0.42), (tank_x[1], half - 0.14, at.floor - 0.1)
    rails = [((start, half - 0.12, z), (end, half - 0.09, z + 0.1)) for z in (0.45, 0.36 + 0.3 * at.floor)]
    lamp_z = _underrun_z(params) + 0.15
    lamps = [
        ((rear - 0.01, y, lamp_z), (rear + 0.06, y + 0.18, lamp_z + 0.12)) for y in (half - 0.5, half - 0.3)
    ]
    return merge(
        [
            panels("trim", flap, tank),
            panels("rim", *rails),
            panels("taillamp", lamps[0]),
            panels("indicator", lamps[1]),
        ]
    )
