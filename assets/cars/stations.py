"""Stations: the cross-sections along a car where its shape or material changes."""

from dataclasses import dataclass

import numpy as np

from assets.cars.frame import Floats, Frame

_ARCH_STEPS = 10
_APART_M = 0.002
_COWL_BOW_M = 0.14  # how far the windscreen's base is ahead of its corners, at most
_BOOT_BOW_M = 0.10


@dataclass(frozen=True, eq=False)
class Stations:
    """x: (N,) of the bottom edge, from the front corner back; at: the index of each named station.

    bow: (N,) how far the middle of the top is ahead of its edge.

    Names: cowl and deck bound the cabin; door_1 to door_3 are the doors' shut lines, below the
    pillars b and c; front_arch is the foremost point of the wheel arches, rear_arch the rearmost; bed_1 to
    bed_4 are the edges of a pickup's load floor.
    """

    x: Floats
    bow: Floats
    at: dict[str, int]


def lay_out(frame: Frame) -> Stations:
    """The stations of a car; a pickup has four more than other cars."""
    p = frame.params
    nose, tail = frame.nose_corner, frame.tail_corner
    nose_bow, tail_bow = frame.nose_end[-1] - nose[-1], tail[-1] - frame.tail_end[-1]
    boot = max(p.boot_m - (frame.tail_end[-1] + p.length_m / 2), 0.01)
    deck_bow = tail_bow + (min(_BOOT_BOW_M, tail_bow) - tail_bow) * min(boot / 0.4, 1.0)
    cowl_bow = min(_COWL_BOW_M, nose_bow)
    cowl = p.length_m / 2 - p.bonnet_m - cowl_bow
    deck = frame.tail_end[-1] + boot + deck_bow
    named = {name: _to_bottom(frame, x) for name, x in _cabin(frame, cowl, deck).items()}
    named |= _fill(frame, named)
    if p.style == "pickup":
        named |= _bed(frame, deck)

    angles = np.cos(np.linspace(0, np.pi, _ARCH_STEPS + 1)) * frame.arch_radius
    front, rear = frame.front_axle + angles, frame.rear_axle + angles
    thirds = np.array([1 / 3, 2 / 3])
    middle = _ARCH_STEPS // 2
    named |= {"front_arch": front[0], "front_axle": front[middle]}
    named |= {"rear_axle": rear[middle], "rear_arch": rear[-1]}
    corners = [end + (arch - end) * thirds for end, arch in ((nose[0], front[0]), (tail[0], rear[-1]))]
    free = np.concatenate(
        [[nose[0], tail[0]], np.delete(front, [0, middle]), np.delete(rear, [middle, -1]), *corners]
    )
    x = np.concatenate([list(named.values()), free])
    order = np.argsort(-x, kind="stable")
    place = np.empty(len(x), int)
    place[order] = np.arange(len(x))
    x = spread(x[order], _APART_M)
    knots = [tail[0], named["deck"], named["cowl"], nose[0]]
    bow = np.interp(x, knots, [-tail_bow, -deck_bow, cowl_bow, nose_bow])
    return Stations(x, bow, {name: int(i) for name, i in zip(named, place, strict=False)})


def spread(x: Floats, apart: float) -> Floats:
    """Falling x with those moved back that are less than `apart` behind their neighbour."""
    steps = np.arange(len(x)) * apart
    return np.asarray(np.minimum.accumulate(x + steps) - steps)


def _cabin(frame: Frame, cowl: float, deck: float) -> dict[str, float]:
    """Pillars and door gaps as x at the belt."""
    p = frame.params
    rise = p.height_m - p.cowl_height_m
    span = cowl - deck
    pillar = 0.065 / np.sin(np.radians(p.windscreen_rake_deg))
    header = cowl - rise / np.tan(np.radians(p.windscreen_rake_deg)) - pillar
    share = {("pickup", 4): 0.56, ("van", 2): 0.40}.get((p.style, p.doors), 0.60 if p.doors == 2 else 0.49)
    b = min(cowl - span * share, header - 0.25)
    rear_pillar = {"sedan": 0.30, "coupe": 0.24, "pickup": 0.14, "van": 0.10}.get(p.style, 0.17)
    last = min(deck + rear_pillar * (0.6 if p.quarter_window else 1.0), b - 0.2)
    quarter = (b - last) * (0.24 if p.style == "sedan" else 0.38)
    c = last + (quarter if p.quarter_window else 0.09)
    door_1 = max(min(cowl - 0.10, frame.front_axle - frame.arch_radius - 0.06), header)
    return {
        "cowl": cowl,
        "a_rear": cowl - pillar,
        "door_1": door_1,
        "door_2": b,
        "door_3": c,
        "d_front": last,
        "deck": deck,
    }


def _bed(frame: Frame, deck: float) -> dict[str, float]:
    tail = frame.tail_corner[0]
    return {"bed_1": deck - 0.012, "bed_2": deck - 0.05, "bed_3": tail + 0.075, "bed_4": tail + 0.055}


def _fill(frame: Frame, named: dict[str, float]) -> dict[str, float]:
    """Four more stations where the others stand far apart."""
    door = (named["door_1"] + named["door_2"]) / 2
    rear_door = (named["door_2"] + named["door_3"]) / 2
    bonnet = (frame.front_axle + frame.arch_radius + 0.02) * 0.5 + named["cowl"] * 0.5
    sill = (named["door_2"] * 2 + frame.rear_axle + frame.arch_radius) / 3
    return {"fill_1": door, "fill_2": rear_door, "fill_3": bonnet, "fill_4": sill}


def _to_bottom(frame: Frame, x: float) -> float:
    """The bottom edge's x of the station that meets the belt at x; beyond an axle higher rows shrink."""
    for axle, corner in ((frame.front_axle, frame.nose_corner), (frame.rear_axle, frame.tail_corner)):
        if (x - axle) * (corner[0] - axle) > 0:
            return float(axle + (x - axle) * (corner[0] - axle) / (corner[-1] - axle))
    return x
