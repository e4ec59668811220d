"""The interior, as seen through the windows: seats, dashboard, steering wheel, lining and parcel shelf."""

from functools import lru_cache

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Floats, Frame
from assets.cars.livery import INTERIOR, SEAT, TRIM
from assets.cars.parts import Indices, Part, box, box_projected, joined, mirrored, moved, pad, pipe, tube
from assets.cars.seating import STEERING_WHEEL, Seating

_GAP_M = 0.03  # between the interior and the body around it
_RAKE = 0.36  # of a seat's back: its run over its rise, 20° from upright
_BACK_M = 0.56  # height of a front seat's back
_BENCH_BACKS_M = (0.48, 0.42, 0.36, 0.30)  # of a bench's, from the most comfortable to the lowest
_RESTRAINT_M = 0.19  # from a back's top to the top of its head restraint
_WHEEL_RADIUS_M, _WHEEL_TUBE_M = 0.185, 0.015
_WHEEL_STEPS, _WHEEL_CORNERS = 12, 4
_WHEEL_TILT_RAD = 0.42  # of the steering wheel's plane against the vertical
_SHELVED = ("sedan", "hatchback", "estate", "suv", "coupe", "city")


def interior(frame: Frame, body: Bodywork, seats: Seating) -> list[Part]:
    """Everything inside but the people."""
    parts = [
        mirrored(_front_seat(seats)),
        *_dashboard(frame, body, seats),
        moved(_steering_wheel(), (seats.front_x, seats.y, seats.hip_z)),
        mirrored(_door_lining(frame, body, seats)),
        _headliner(body),
        _rear_view_mirror(body),
    ]
    if seats.rear_x is None:
        parts.append(_bulkhead(frame, body, seats))
    else:
        parts.append(mirrored(_half_bench(frame, body, seats, seats.rear_x)))
        if frame.params.style in _SHELVED:
            parts.append(_parcel_shelf(frame, body, seats.rear_x))
    return parts


def _front_seat(seats: Seating) -> Part:
    """The left one: cushion, back and head restraint."""
    hip = np.array([seats.front_x, seats.y, seats.hip_z])
    width = min(0.50, 2 * seats.y - 0.14)
    cushion = pad(
        hip + np.array([(-0.13, 0, -0.11), (-0.10, 0, -0.10), (0.36, 0, -0.06), (0.42, 0, -0.075)]),
        [(width - 0.10, 0.10), (width, 0.15), (width, 0.15), (width - 0.06, 0.09)],
        0,
        SEAT,
    )
    base = hip + np.array([-0.145, 0, -0.06])
    back = pad(
        _reclined(base, [0.0, 0.06, 0.30, _BACK_M - 0.05, _BACK_M]),
        [(0.10, width - 0.08), (0.15, width), (0.14, width), (0.11, width - 0.12), (0.06, width - 0.18)],
        2,
        SEAT,
    )
    return joined([cushion, back, moved(_head_restraint(), _reclined(base, [_BACK_M]))])


def _half_bench(frame: Frame, body: Bodywork, seats: Seating, hip_x: float) -> Part:
    """The left half of the rear bench, from near the middle to the wheel well or the lining."""
    inner = 0.006
    outer = min(float(body.window(hip_x - 0.2, seats.hip_z + 0.4)) - 2 * _GAP_M, frame.well_depth - _GAP_M)
    hip = np.array([hip_x, (inner + outer) / 2, seats.hip_z])
    width = outer - inner
    cushion = pad(
        hip + np.array([(-0.12, 0, -0.08), (0.34, 0, -0.05), (0.38, 0, -0.08)]),
        [(width, 0.17), (width, 0.17), (width, 0.10)],
        0,
        SEAT,
    )
    base = hip + np.array([-0.14, 0, -0.04])
    top = _bench_height(body, base)
    back = pad(
        _reclined(base, [0.0, top - 0.05, top]),
        [(0.15, width), (0.12, width), (0.07, width)],
        2,
        SEAT,
    )
    base[1] = min(seats.y, outer - 0.16)
    return joined([cushion, back, moved(_head_restraint(), _reclined(base, [top]))])


def _bench_height(body: Bodywork, base: Floats) -> float:
    """The height of a bench's back whose head restraints fit under the rear window."""
    for height in _BENCH_BACKS_M:
        x, _, z = _reclined(base, [height + _RESTRAINT_M])[0]
        if body.rear_window(0.45, z) < x - 0.05 - _GAP_M:
            break
    return height


@lru_cache(maxsize=1)
def _head_restraint() -> Part:
    """From the middle of a back's upper edge."""
    heights = [-0.02, 0.05, _RESTRAINT_M - 0.03, _RESTRAINT_M]
    sizes = [(0.03, 0.10), (0.09, 0.25), (0.08, 0.24), (0.04, 0.17)]
    return pad(_reclined(np.zeros(3), heights), sizes, 2, SEAT)


def _reclined(base: Floats, heights: list[float]) -> Floats:
    """(heights, 3) points up a seat's back from its base."""
    return np.asarray(base + np.array(heights)[:, None] * (-_RAKE, 0, 1))


def _dashboard(frame: Frame, body: Bodywork, seats: Seating) -> list[Part]:
    """Across the car along the windscreen's base, with the instruments' hood and a console."""
    top = frame.params.cowl_height_m - 0.01
    rear = min(seats.front_x + 0.60, float(body.windscreen(0.5, top)) - 0.12)
    half = float(body.flank(rear, top - 0.12)) - 0.08
    share = np.array([1.0, 0.7, 0.35, 0.0, -0.35, -0.7, -1.0])
    front = body.windscreen(np.abs(half * share) * 0.86, top) - 0.04
    # Corners of a section from the front over the top to the rear, down and forward: x, then z.
    over = np.array([0.0, 0.05, 0.0, 0.02, 0.12, 0.0])
    rings = np.empty((len(share), len(over), 3))
    rings[..., 0] = rear + over
    rings[:, (0, 5), 0] = front[:, None]
    low = min(0.86, (frame.well_depth - _GAP_M) / half)  # between the wheel wells
    rings[..., 1] = half * share[:, None] * np.array([0.86, 1, 1, 1, low, low])
    rings[..., 2] = top + np.array([-0.02, 0.0, -0.05, -0.22, -0.36, -0.28])
    across = tube(rings[:, ::-1], INTERIOR, 2)
    hood = pad(
        [(rear - 0.02, seats.y, top - 0.03), (rear + 0.05, seats.y, top), (rear + 0.20, seats.y, top - 0.05)],
        [(0.26, 0.08), (0.30, 0.09), (0.28, 0.06)],
        0,
        INTERIOR,
    )
    console_rear = seats.front_x - 0.05
    height = seats.hip_z + 0.02 - seats.floor_z
    console = box(
        ((rear + console_rear) / 2 + 0.03, 0, seats.floor_z + height / 2),
        (rear - console_rear + 0.06, 0.14, height),
        INTERIOR,
    )
    return [across, hood, console]


@lru_cache(maxsize=1)
def _steering_wheel() -> Part:
    """Rim, spokes and column, from the driver's hips."""
    unit, faces = _torus()
    c, s = np.cos(_WHEEL_TILT_RAD), np.sin(_WHEEL_TILT_RAD)
    tilt = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])  # the wheel's axis from x down towards the dashboard
    centre = STEERING_WHEEL
    vertices = unit @ tilt.T + centre
    uv = box_projected(vertices, faces, 0)
    rim = Part(vertices, faces, np.full(len(faces), INTERIOR, np.int16), uv)
    reach = _WHEEL_RADIUS_M + 0.3 * _WHEEL_TUBE_M
    spokes = pad(
        centre + np.array([0.01, 0, -0.01]) + [(0, -reach, 0), (0, -0.05, 0), (0, 0.05, 0), (0, reach, 0)],
        [(0.012, 0.03), (0.05, 0.13), (0.05, 0.13), (0.012, 0.03)],
        1,
        INTERIOR,
        6,
    )
    column = pipe(centre + np.array([[0, 0, 0], [0.30, 0, -0.13]]), [0.03, 0.05], INTERIOR)
    return joined([rim, spokes, column])


def _torus() -> tuple[Floats, Indices]:
    """The steering wheel's rim around the x axis: vertices and faces."""
    turn = np.arange(_WHEEL_STEPS) * (2 * np.pi / _WHEEL_STEPS)
    around = np.arange(_WHEEL_CORNERS) * (2 * np.pi / _WHEEL_CORNERS)
    radius = _WHEEL_RADIUS_M + _WHEEL_TUBE_M * np.cos(around)
    x = np.broadcast_to(_WHEEL_TUBE_M * np.sin(around), (_WHEEL_STEPS, _WHEEL_CORNERS))
    rings = np.stack([x, radius * np.cos(turn)[:, None], radius * np.sin(turn)[:, None]], axis=-1)
    number = np.arange(_WHEEL_STEPS * _WHEEL_CORNERS).reshape(_WHEEL_STEPS, _WHEEL_CORNERS)
    ahead, above = np.roll(number, -1, axis=0), np.roll(number, -1, axis=1)
    corner = np.roll(ahead, -1, axis=1)
    quads = np.stack([number, above, corner, ahead], axis=-1).reshape(-1, 4)
    return rings.reshape(-1, 3), quads[:, [0, 2, 1, 0, 3, 2]].reshape(-1, 3).astype(np.int32)


def _door_lining(frame: Frame, body: Bodywork, seats: Seating) -> Part:
    """The left doors' inner panels up to the windows, as one slab from the dashboard to the rear."""
    front = min(seats.front_x + 0.62, frame.front_axle - frame.arch_radius - _GAP_M)
    if seats.rear_x is None:
        rear = seats.front_x - 0.45
    else:
        rear = max(float(body.rear_window(0.5, frame.params.tail_height_m)) + 0.15, seats.rear_x - 0.9)
    x = np.linspace(front, rear, 5)
    belt = body.belt(x)
    low = np.maximum(belt.min() - 0.32, frame.arch_top + 0.05)
    outer_low = body.flank(x, float(low)) - _GAP_M - 0.01
    outer_top = np.minimum(body.window(x, float(belt.max()) + 0.02) - _GAP_M, outer_low)
    slab = np.array([0.0, 0.03, 0.03, 0.0])
    rings = np.empty((len(x), 4, 3))
    rings[..., 0] = x[:, None]
    rings[..., 1] = np.column_stack([outer_low, outer_low, outer_top, outer_top]) - slab
    rings[..., 2] = np.column_stack([np.full((len(x), 2), low), belt - 0.01, belt - 0.01])
    return tube(rings[:, ::-1], INTERIOR, 1)


def _headliner(body: Bodywork) -> Part:
    """The roof's lining."""
    lines = np.stack([body.roof_line(share) for share in (0.84, 0.45)], axis=1)
    first, last = lines[0].min(axis=0)[0] - 0.05, lines[-1].max(axis=0)[0] + 0.06
    x = np.linspace(first, last, 4)
    y, z = (
        np.column_stack([np.interp(-x, -lines[:, i, 0], lines[:, i, axis]) for i in range(2)])
        for axis in (1, 2)
    )
    top = np.concatenate([y, -y[:, ::-1]], axis=1)
    height = np.concatenate([z, z[:, ::-1]], axis=1) - 0.02
    rings = np.empty((len(x), 8, 3))
    rings[..., 0] = x[:, None]
    rings[..., 1] = np.concatenate([top, top[:, ::-1]], axis=1)
    rings[..., 2] = np.concatenate([height, height[:, ::-1] - 0.02], axis=1)
    return tube(rings, INTERIOR, 2)


def _rear_view_mirror(body: Bodywork) -> Part:
    z = float(body.roof[0, -1, 2]) - 0.10
    return box((float(body.windscreen(0.1, z)) - 0.12, 0, z), (0.03, 0.22, 0.06), TRIM)


def _parcel_shelf(frame: Frame, body: Bodywork, hip_x: float) -> Part:
    """From the bench's back to the rear window's base; an estate's load cover."""
    z = frame.params.tail_height_m - 0.035
    front, rear = hip_x - 0.14 - _RAKE * 0.35, float(body.rear_window(0.5, z)) + 0.05
    x = np.linspace(front, rear, 3)
    half = body.window(x, z + 0.035) - 0.05
    rings = np.empty((3, 4, 3))
    rings[..., 0] = x[:, None]
    rings[..., 1] = half[:, None] * np.array([1, -1, -1, 1])
    rings[..., 2] = z + np.array([0, 0, -0.03, -0.03])
    return tube(rings, INTERIOR, 2)


def _bulkhead(frame: Frame, body: Bodywork, seats: Seating) -> Part:
    """A van's wall behind the seats."""
    x = seats.front_x - 0.50
    belt, roof = frame.params.tail_height_m, float(body.above(x, 0.4)) - 0.06
    y = [
        float(body.flank(x, seats.floor_z + 0.15)) - 0.06,
        float(body.window(x, belt + 0.05)) - 0.05,
        float(body.window(x, roof - 0.10)) - 0.08,
    ]
    z = [seats.floor_z + 0.10, belt, roof]
    outline = np.array([*zip(y, z, strict=True), *((-a, b) for a, b in zip(y[::-1], z[::-1], strict=True))])
    rings = np.empty((2, len(outline), 3))
    rings[..., 0] = np.array([[x], [x - 0.02]])
    rings[..., 1:] = outline
    return tube(rings, INTERIOR, 0)
