"""The vertices of the body shell as smooth functions of CarParams: wall, bonnet, boot, floor, cabin, roof."""

import numpy as np

from assets.cars.frame import Floats, Frame, smoothstep, superellipse
from assets.cars.stations import Stations, spread
from assets.cars.topology import CABIN_ROWS, COLUMNS, ROWS, Shell

# Heights of the wall's rows between bottom edge (0) and belt (1) at the front, along the side, at the rear.
_FRONT = np.array([0.0, 0.12, 0.30, 0.50, 0.66, 0.81, 0.94, 1.0])
_SIDE = np.array([0.0, 0.11, 0.27, 0.45, 0.62, 0.80, 0.93, 1.0])
_REAR = np.array([0.0, 0.14, 0.30, 0.46, 0.56, 0.78, 0.94, 1.0])
_SWAGE = 5  # the row of the swage line; those below it bend around the wheel arches
_ARCH_EXPONENT = 2.6  # a superellipse from sill to sill that clears a round tyre
_ARCH_SPREAD_M = 0.16  # the rows below the swage line bend around the arches as arcs, up to this far out
_HEADER_BOW_M = 0.07  # how far the roof's front edge is ahead of its corners
_CABIN_SHARES = np.array(
    [0.05, 0.36, 0.68, 1.0]
)  # heights of the cabin's inner rows; the last is set per car
_APART_M = 0.001  # of neighbouring stations at the roof
_ROOF_RAIL_M = 0.055  # of the frame above the windows
_SCREEN_SWELL_M = (0.020, 0.0, 0.030)  # how far the middle of each window stands out
_WINDOW_SWELL_M = (0.0, 0.022, 0.0)
_BACK_SWELL_M = (-0.022, 0.0, 0.012)


def half_body(frame: Frame, stations: Stations, shell: Shell) -> Floats:
    """(shell.vertex_count, 3): the left half of the body, to be indexed with the shell's patches."""
    half = np.zeros((shell.vertex_count, 3))
    half[shell.wall] = _wall(frame, stations)
    half[shell.top[1:-1, 1:]] = _top(frame, stations, half[shell.top])
    half[shell.bottom[1:-1, 1:]] = _bottom(frame, half[shell.bottom])
    _raise_cabin(frame, stations, shell, half)
    return half


def _wall(frame: Frame, stations: Stations) -> Floats:
    """(U, ROWS + 1, 3): the wall from the front's middle over the left side to the rear's middle."""
    p, k = frame.params, COLUMNS
    x, plan = _outline(frame, stations)
    nose = smoothstep((x[:, 0] - frame.front_axle) / (frame.nose_corner[0] - frame.front_axle))
    tail = smoothstep((x[:, 0] - frame.rear_axle) / (frame.tail_corner[0] - frame.rear_axle))
    nose[: k + 1], tail[-k - 1 :] = 1.0, 1.0
    side = 1 - nose - tail
    share = nose[:, None] * _FRONT + tail[:, None] * _REAR + side[:, None] * _SIDE

    bottom = p.clearance_m + 0.02 * nose + 0.06 * tail
    belt = _belt(frame, x[:, -1])
    belt[:k] += 0.025 * (1 - (plan[:k, -1] / plan[k, -1]) ** 2)
    belt[-k:] += _deck_crown(frame) * (1 - (plan[-k:, -1] / plan[-k - 1, -1]) ** 2)
    edge = np.maximum(bottom, _arch_ring(frame, x[:, :1], np.zeros((1, 1)), frame.arch_top)[:, 0])
    swage = np.maximum(bottom + (belt - bottom) * share[:, _SWAGE], edge + 0.45 * (belt - edge))
    rise = share / share[:, [_SWAGE]]
    spare = np.maximum(swage - frame.arch_top, 0.02)
    ring = _arch_ring(frame, x, rise, frame.arch_top + rise * spare[:, None])
    span = (swage - edge)[:, None]
    z = edge[:, None] + span * np.clip((ring - edge[:, None]) / span, rise, rise**0.4)  # rows stay in order
    upper = (share[:, _SWAGE:] - share[:, [_SWAGE]]) / (1 - share[:, [_SWAGE]])
    z[:, _SWAGE:] = swage[:, None] + (belt - swage)[:, None] * upper

    height = (z - bottom[:, None]) / (belt - bottom)[:, None]
    inset = p.side_bulge_m * np.clip((0.55 - height) / 0.55, 0, 1) ** 2
    inset += 0.035 * np.clip((height - 0.75) / 0.25, 0, 1) ** 2
    inset[:, _SWAGE] -= p.crease_m * side
    inset -= p.arch_flare_m * _near_arch(frame, x, z)
    y = plan * (p.width_m / 2 - inset)
    y *= p.width_m / 2 / y.max()
    y[[0, -1]] = 0.0
    return np.stack([x, y, z], axis=-1)


def _outline(frame: Frame, stations: Stations) -> tuple[Floats, Floats]:
    """x and the share of the half width for every vertex of the wall, (U, ROWS + 1) each."""
    p, k, n = frame.params, COLUMNS, len(stations.x)
    x = np.repeat(np.pad(stations.x, k)[:, None], ROWS + 1, axis=1)
    plan = np.ones_like(x)
    ends = (
        (slice(k - 1, None, -1), frame.front_axle, frame.nose_taper, frame.nose_end, frame.nose_corner),
        (slice(k + n, None), frame.rear_axle, frame.tail_taper, frame.tail_end, frame.tail_corner),
    )
    for (cap, axle, taper, end, corner), exponent in zip(
        ends, (p.nose_squareness, p.tail_squareness), strict=True
    ):
        beyond = (stations.x - axle) * (end[0] - axle) > 0
        rows = x[k : k + n]
        rows[beyond] = axle + (rows[beyond] - axle) * (corner - axle) / (corner[0] - axle)
        fraction = np.clip((rows - taper) / (end - taper), 0, 1)
        plan[k : k + n] *= superellipse(fraction, exponent)
        turn = superellipse((corner[:1] - taper) / (end[:1] - taper), exponent)
        share = frame.columns[1:, None] * turn
        x[cap] = taper + (end - taper) * superellipse(share, exponent)
        plan[cap] = share
    return x, plan


def _belt(frame: Frame, x: Floats) -> Floats:
    """Height of the belt: the bonnet's edge, the windows' base and the boot's edge."""
    p = frame.params
    cowl = p.length_m / 2 - p.bonnet_m - 0.1
    fender = p.nose_height_m + 0.66 * (p.cowl_height_m - p.nose_height_m)
    fender = min(max(fender, frame.arch_top + 0.13), p.cowl_height_m - 0.005)
    knots = [frame.tail_end[-1], frame.rear_axle, cowl, frame.front_axle + 0.15, frame.nose_corner[-1]]
    heights = [p.tail_height_m - 0.02, p.tail_height_m, p.cowl_height_m, fender, p.nose_height_m]
    if knots[2] > knots[3] - 0.1:  # a bonnet so short that the screen's base is above the axle
        del knots[3], heights[3]
    return _hermite(x, np.array(knots), np.array(heights))


def _hermite(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Monotone cubic through the knots (increasing), constant outside.

    The slope at a knot is the harmonic mean of its neighbours' (Fritsch and Butland 1984).
    """
    step, rise = np.diff(knots), np.diff(values)
    slope = rise / step
    product = slope[:-1] * slope[1:]
    total = slope[:-1] + slope[1:]
    inner = np.where(product > 0, 2 * product / np.where(total == 0, 1, total), 0.0)
    tangent = np.concatenate([[slope[0]], inner, [slope[-1]]])
    i = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(step) - 1)
    t = np.clip((x - knots[i]) / step[i], 0, 1)
    start, end = tangent[i] * step[i], tangent[i + 1] * step[i]
    curve = t * (start + t * (3 * rise[i] - 2 * start - end + t * (start + end - 2 * rise[i])))
    return np.asarray(values[i] + curve)


def _arch_ring(frame: Frame, x: Floats, out: Floats, top: Floats | float) -> Floats:
    """Height at x of arcs around the wheels, from the arch's edge (`out` 0) outwards, up to `top`; else 0."""
    height = np.zeros_like(x)
    sill = frame.params.clearance_m
    for axle in (frame.front_axle, frame.rear_axle):
        fraction = np.abs(x - axle) / (frame.arch_radius + _ARCH_SPREAD_M * out)
        arc = sill + (top - sill) * superellipse(fraction, _ARCH_EXPONENT)
        height = np.maximum(height, (fraction < 1) * arc)
    return height


def _near_arch(frame: Frame, x: Floats, z: Floats) -> Floats:
    """1 on the edge of a wheel arch, falling to 0 within about a decimetre."""
    near = np.zeros_like(x)
    rise = frame.arch_top - frame.params.clearance_m
    for axle in (frame.front_axle, frame.rear_axle):
        ring = (np.abs(x - axle) / frame.arch_radius) ** 2 + ((z - frame.params.clearance_m) / rise) ** 2
        distance = (np.sqrt(ring) - 1) * frame.arch_radius
        near += np.exp(-((np.clip(distance, 0, 1) / 0.07) ** 2))
    return near


def _deck_crown(frame: Frame) -> float:
    return 0.0 if frame.params.style == "pickup" else 0.02


def _top(frame: Frame, stations: Stations, top: Floats) -> Floats:
    """(N - 2, COLUMNS, 3): bonnet and boot from ledge to middle; in the cabin only the ledge counts."""
    p, at = frame.params, stations.at
    edge = top[1:-1, :1]
    column = frame.columns[1:]
    ahead = stations.bow[1:-1, None] > 0
    bows = [(end[:, 0] - end[0, 0]) / (end[-1, 0] - end[0, 0]) for end in (top[0, 1:], top[-1, 1:])]
    for bow in bows:
        bow -= bow[0] * (1 - np.arange(COLUMNS) / (COLUMNS - 1))
    x = edge[..., 0] + stations.bow[1:-1, None] * np.where(ahead, bows[0], bows[1])
    station = np.arange(1, len(stations.x) - 1)
    on_bonnet = np.clip(station / at["cowl"], 0, 1)
    crown = np.interp(station, [0, at["cowl"]], [0.025, p.bonnet_crown_m]) + 0.015 * np.sin(np.pi * on_bonnet)
    crown = np.where(station >= at["deck"], _deck_crown(frame), crown)
    z = edge[..., 2] + crown[:, None] * (1 - column**2.4)
    if p.style == "pickup":
        z[at["bed_2"] - 1 : at["bed_3"], 1:] = frame.bed_floor
    y = edge[..., 1] * column
    return np.stack([x, y, z], axis=-1)


def _bottom(frame: Frame, bottom: Floats) -> Floats:
    """(N - 2, FLOOR, 3): the arch's roof, its inner wall, and the floor."""
    edge = bottom[1:-1, 0]
    inside = bottom[1:-1, 1:].copy()
    inside[..., 0] = edge[:, :1]
    inside[:, :2, 1] = np.minimum(frame.well_depth, edge[:, 1] * 0.9)[:, None]
    inside[:, 2, 1] = 0.0
    inside[..., 2] = frame.params.clearance_m + 0.04
    inside[:, 0, 2] = np.maximum(edge[:, 2], frame.params.clearance_m + 0.041)
    return inside


def _raise_cabin(frame: Frame, stations: Stations, shell: Shell, half: Floats) -> None:
    """Set the vertices of the cabin's walls and of the roof."""
    base = half[shell.cabin[:, 0]]
    roof = _roof(frame, stations, base)
    roof[..., 2] += frame.params.height_m - roof[..., 2].max()
    half[shell.roof] = roof
    rise = half[shell.cabin[:, CABIN_ROWS]] - base
    share = np.repeat(_CABIN_SHARES[None], len(base), axis=0)
    share[:, -1] = 1 - _ROOF_RAIL_M / np.linalg.norm(rise, axis=1)
    swell = np.empty_like(base)
    swell[:COLUMNS], swell[COLUMNS:-COLUMNS], swell[-COLUMNS:] = (
        _SCREEN_SWELL_M,
        _WINDOW_SWELL_M,
        _BACK_SWELL_M,
    )
    share = share[..., None]
    walls = base[:, None] + rise[:, None] * share + swell[:, None] * 4 * share * (1 - share)
    half[shell.cabin[:, 1:CABIN_ROWS]] = walls


def _roof(frame: Frame, stations: Stations, base: Floats) -> Floats:
    """(cabin's stations, COLUMNS, 3): the roof from edge to middle, over the cabin's base (ring, 3)."""
    p, k, at = frame.params, COLUMNS, stations.at
    screen, back = base[0], base[-1]
    side = base[k - 1 : len(base) - k + 1]
    front_z, rear_z = p.height_m - p.roof_rise_m, p.height_m - p.roof_fall_m
    front_x = screen[0] - (front_z - screen[2]) / np.tan(np.radians(p.windscreen_rake_deg))
    rear_x = back[0] + (rear_z - back[2]) / np.tan(np.radians(p.rear_rake_deg))
    rear_bow = min(side[-1, 0] - back[0], _HEADER_BOW_M)

    names = ["cowl", "a_rear", "door_2", "d_front", "deck"]
    low = np.array([side[at[name] - at["cowl"], 0] for name in names])
    start, stop = front_x - _HEADER_BOW_M, rear_x + rear_bow
    pillar = (low[0] - low[1]) * 0.8
    b_top = np.clip(low[2] - 0.04, stop + 0.15, start - pillar - 0.05)
    d_top = stop + np.clip((low[3] - low[4]) * 0.55, 0.02, (b_top - stop) * 0.8)
    x = spread(np.interp(-side[:, 0], -low, [start, start - pillar, b_top, d_top, stop]), _APART_M)

    span = (x - (start + stop) / 2) / ((start - stop) / 2)
    peak = front_x - 0.38 * (front_x - rear_x)
    rise = np.where(x > peak, p.roof_rise_m * ((x - peak) / (front_x - peak)) ** 2, 0.0)
    fall = np.where(x > peak, 0.0, p.roof_fall_m * ((peak - x) / (peak - rear_x)) ** 2)
    ridge = p.height_m - rise - fall
    edge_z = ridge - p.roof_crown_m - 0.015
    lean = np.tan(np.radians(p.tumblehome_deg))
    widest = p.width_m / 2 - p.shoulder_m - 0.035
    taper = np.where(span > 0, 0.06, 0.07 if p.tail_squareness < 5 else 0.02)
    edge_y = widest * (1 - taper * span**2) - (edge_z - (p.cowl_height_m + p.tail_height_m) / 2) * lean
    share = frame.columns[1:] / frame.columns[1]
    share[1] = 0.90
    bow = np.interp(-x, [-start, -stop], [_HEADER_BOW_M, -rear_bow])
    return np.stack(
        np.broadcast_arrays(
            x[:, None] + bow[:, None] * (1 - share**2),
            edge_y[:, None] * share,
            edge_z[:, None] + (ridge - edge_z)[:, None] * (1 - share**2.6),
        ),
        axis=-1,
    )
