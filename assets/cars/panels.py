"""Panels: the shut lines of doors, bonnet, boot and bumpers, and what is left unpainted.

A shut line takes two cuts: the panel with its gap is set aside under a slot of its own, then the panel
without the gap is painted again. What remains of the panel's slot becomes the line.
"""

import functools

import numpy as np

from assets.cars.cutting import Cut, Field, HalfShell, Points
from assets.cars.frame import Floats
from assets.cars.livery import PAINT, SLOTS, TRIM
from assets.cars.outline import polygon
from assets.cars.site import Site, from_side, grown
from assets.cars.topology import (
    BACK,
    BONNET,
    COLUMNS,
    DECK,
    FLANK,
    FRONT,
    QUARTER,
    REAR,
    ROWS,
    SHOULDER,
    SIDE,
    WING,
)

_GAP_M = 0.009  # shut lines
_HIGH_M = 3.0  # above every car
_ARCH_EXPONENT = 2.6  # as the wheel arches'

_BONNET, _BUMPER, _SILL, _DOORS, _LID, _BUMPER_SKIN = range(len(SLOTS), len(SLOTS) + 6)
FINISH = np.array([*range(len(SLOTS)), *[TRIM] * 5, PAINT], np.int16)  # slots after the last cut


def leave_unpainted(shell: HalfShell, site: Site) -> None:
    """Black plastic at the bottom of the bumpers and, on a clad car, of the sides; a pickup's bed."""
    lowest = shell.corner_chart[2].mean(axis=0) < 1 / ROWS
    ends = FRONT | REAR | (WING | SIDE | QUARTER if site.params.cladding else 0)
    shell.slot[((shell.zone & ends) != 0) & lowest] = TRIM
    if site.params.style == "pickup":
        in_bed = shell.vertices[2][shell.faces].min(axis=0) < site.frame.bed_floor + 0.001
        shell.slot[(shell.zone == DECK) & in_bed] = TRIM


def arches(site: Site) -> list[Cut]:
    """Black borders around the wheel arches of a clad car."""
    if not site.params.cladding:
        return []
    frame, sill = site.frame, site.params.clearance_m
    rise = frame.arch_top - sill

    def field(p: Points) -> Floats:
        up = (np.maximum(p.z - sill, 0) / rise) ** _ARCH_EXPONENT
        rings = (
            (np.abs(p.x - axle) / frame.arch_radius) ** _ARCH_EXPONENT + up
            for axle in (frame.front_axle, frame.rear_axle)
        )
        return np.asarray((np.minimum(*rings) ** (1 / _ARCH_EXPONENT) - 1) * frame.arch_radius - 0.055)

    return [Cut(FRONT | WING | SIDE | QUARTER | REAR, PAINT, field, TRIM)]


def shut_lines(site: Site) -> list[list[Cut]]:
    """The gaps around everything that opens and around the bumpers, in five steps."""
    bonnet, bumpers, lid = _bonnet(site), _bumpers(site), _lid(site)
    gaps = [
        Cut(BONNET | FRONT, PAINT, grown(bonnet, _GAP_M), _BONNET),
        *(Cut(zones, PAINT, grown(bumper, _GAP_M), _BUMPER) for zones, bumper in bumpers),
    ]
    skins = [
        Cut(BONNET | FRONT, _BONNET, bonnet, PAINT),
        *(Cut(zones, _BUMPER, bumper, _BUMPER_SKIN) for zones, bumper in bumpers),
    ]
    lids = [Cut(REAR | DECK, PAINT, grown(lid, _GAP_M), _LID)]
    if site.params.style not in ("sedan", "coupe", "pickup"):
        end = site.ring_u("deck") - _GAP_M
        lids.append(Cut(FLANK, PAINT, lambda p: end - p.u, TRIM))
    lid_skins = [Cut(REAR | DECK, _LID, lid, PAINT)]
    if site.params.style == "van":
        lid_skins.append(Cut(BACK, PAINT, lambda p: p.y - _GAP_M / 2, TRIM))
    if site.params.style == "pickup":  # between cab and bed; two stations are that far apart
        cab, bed = site.belt_x("deck"), site.belt_x("bed_1")
        gaps.append(Cut(SIDE | QUARTER | SHOULDER, PAINT, lambda p: np.maximum(p.x - cab, bed - p.x), TRIM))
    above, sill, outside, front_door, rear_door = _door_cuts(site)
    return [
        [above],
        [*gaps, sill],
        [*skins, *outside],
        [*lids, front_door],
        [*lid_skins, *rear_door],
    ]


def _door_cuts(site: Site) -> tuple[Cut, Cut, list[Cut], Cut, list[Cut]]:
    """All above the sill with its gap; above the sill; neither door; the doors, one after the other.

    The sill is cut before the doors' upright edges, because one cut through both would round their corners.
    """
    sides, sill = SIDE | QUARTER | SHOULDER, site.params.clearance_m + 0.085
    doors = _doors(site)

    def outside(p: Points) -> Floats:
        return np.asarray(_GAP_M - functools.reduce(np.minimum, (door(p) for door in doors)))

    return (
        Cut(sides, PAINT, lambda p: sill - _GAP_M - p.z, _SILL),
        Cut(sides, _SILL, lambda p: sill - p.z, _DOORS),
        [Cut(sides, slot, outside, PAINT) for slot in (_SILL, _DOORS)],
        Cut(sides, _DOORS, doors[0], PAINT),
        [Cut(sides, _DOORS, door, PAINT) for door in doors[1:]],
    )


def _bonnet(site: Site) -> Field:
    lead, half = site.front_z(0.925), site.params.width_m / 2
    axle, nose = site.frame.front_axle, float(site.wall[0, -1, 0])

    def field(p: Points) -> Floats:
        narrowing = 0.10 * np.clip((p.x - axle) / (nose - axle), 0, 1) ** 2
        return np.maximum(p.y - half * (0.86 - narrowing), lead - p.z)

    return field


def _bumpers(site: Site) -> list[tuple[int, Field]]:
    """What is below the lamps, as far as the wheel arches, to which the line falls."""
    front, rear, total = site.front_z(0.535), site.rear_z(0.53), float(site.around[-1])

    def ahead(p: Points) -> Floats:
        line = np.interp(p.u, [0, site.front_corner, site.front_arch + 0.1], [front, front, front - 0.05])
        return np.maximum(p.z - line, site.frame.front_axle - p.x)

    def behind(p: Points) -> Floats:
        line = np.interp(total - p.u, [0, site.rear_corner, site.rear_arch + 0.1], [rear, rear, rear - 0.05])
        return np.maximum(p.z - line, p.x - site.frame.rear_axle)

    return [(FRONT | WING, ahead), (REAR | QUARTER, behind)]


def _lid(site: Site) -> Field:
    """The boot lid or tailgate: all above the bumper nearer to the middle than the rear window's edge."""
    side = float(site.wall[1 - COLUMNS, -1, 1])
    return lambda p: p.y - side


def _doors(site: Site) -> list[Field]:
    """Front and rear door without their lower edge; the rear door's rear edge follows the wheel arch."""
    p, frame, front, middle = site.params, site.frame, site.belt_x("door_1"), site.belt_x("door_2")
    ahead = from_side(
        polygon([(front - 0.05, 0), (front, 0.6), (front, _HIGH_M), (middle, _HIGH_M), (middle, 0)])
    )
    if p.doors == 2 and p.style != "van":
        return [ahead]
    edge = middle - _GAP_M
    rear = max(edge - 1.0, frame.rear_axle - 0.1) if p.style == "van" else site.belt_x("door_3")
    radius = frame.arch_radius + 0.06

    def behind(p: Points) -> Floats:
        arch = radius - np.hypot(p.x - frame.rear_axle, p.z - frame.params.wheel_radius_m)
        return functools.reduce(np.maximum, (p.x - edge, rear - p.x, arch))

    return [ahead, behind]
