"""Lamps: headlamps, fog lamps and tail lamps with their indicators, as outlines on front and rear."""

from dataclasses import dataclass

from assets.cars.cutting import Cut, Field
from assets.cars.livery import HEADLAMP, INDICATOR, PAINT, TAILLAMP, TRIM
from assets.cars.outline import Outline, circle, polygon, rectangle
from assets.cars.site import Site, from_front, grown
from assets.cars.topology import FRONT, QUARTER, REAR, WING

_BEZEL_M = 0.010  # dark gap around a lamp


@dataclass(frozen=True)
class Lamp:
    """A lens and the part of it, or the lens beside it, that flashes."""

    zones: int
    lens: Field
    amber: Field
    slot: int
    apart: bool = False  # whether the indicator has a lens of its own

    def fields(self) -> list[Field]:
        """The outlines that need short edges."""
        return [self.lens, self.amber]

    def bezels(self) -> list[Cut]:
        """Dark outlines around the lenses."""
        lenses = [self.lens, self.amber] if self.apart else [self.lens]
        return [Cut(self.zones, PAINT, grown(lens, _BEZEL_M), TRIM) for lens in lenses]

    def lenses(self) -> list[Cut]:
        """The lenses in their bezels."""
        cuts = [Cut(self.zones, TRIM, self.lens, self.slot)]
        return [*cuts, Cut(self.zones, TRIM, self.amber, INDICATOR)] if self.apart else cuts

    def indicators(self) -> list[Cut]:
        """The amber part of a lens."""
        return [] if self.apart else [Cut(self.zones, self.slot, self.amber, INDICATOR)]


def headlamp(site: Site) -> Lamp:
    """The left headlamp, around the corner of the front."""
    p, corner, zones = site.params, site.front_corner, FRONT | WING
    low, high = site.front_z(0.56), site.front_z(0.87)
    if p.headlamp == "round":
        radius = min(0.5 * (high - low) + 0.015, 0.10)
        centre = corner - radius - 0.02
        lens = circle(centre, (low + high) / 2, radius)
        amber = circle(centre + radius + 0.055, (low + high) / 2, 0.035)
        return Lamp(zones, from_front(lens), from_front(amber), HEADLAMP, apart=True)
    inner = corner - p.headlamp_width * p.width_m / 2
    if p.headlamp == "box":
        lens = rectangle(inner, corner + 0.07, low, high, 0.025)
        return Lamp(zones, from_front(lens), lambda p: corner - p.u, HEADLAMP)
    rise, outer = p.lamp_sweep_m, min(corner + 0.08 + 2 * p.lamp_sweep_m, site.front_arch - 0.02)
    lens = polygon(
        [
            (inner, low + 0.035),
            (inner + 0.05, low),
            (corner - 0.03, low + 0.4 * rise),
            (outer, low + 0.06 + rise),
            (outer + 0.015, high + 0.8 * rise),
            (corner, high + 0.6 * rise),
            (inner + 0.03, high - 0.03),
        ],
        0.012,
    )
    flash = 0.55 * corner + 0.45 * outer
    return Lamp(zones, from_front(lens), lambda p: flash - p.u, HEADLAMP)


def tail_lamp(site: Site) -> Lamp:
    """The left tail lamp, around the corner of the rear."""
    corner = site.rear_corner
    low, middle, high = (site.rear_z(share) for share in (0.62, 0.69, 0.76))
    if site.params.style in ("pickup", "van"):
        amber = rectangle(corner - 1, corner + 1, low, high)
    else:
        amber = rectangle(corner - 0.13, corner + 0.04, low, middle)
    return Lamp(REAR | QUARTER, site.rear(_tail_lens(site)), site.rear(amber), TAILLAMP)


def _tail_lens(site: Site) -> Outline:
    """In (distance around from the rear's middle, z)."""
    corner, low, high = site.rear_corner, site.rear_z(0.565), site.rear_z(0.87)
    if site.params.style in ("pickup", "van"):
        return rectangle(corner - 0.13, corner + 0.04, site.rear_z(0.52), site.rear_z(0.95), 0.02)
    if site.params.tail_lamp == "upright":
        top = site.rear_z(0.985)
        corners = [(-0.18, low), (0.07, low + 0.01), (0.11, top), (-0.09, top), (-0.18, high)]
    elif site.params.tail_lamp == "wide":
        top = site.rear_z(0.83)
        corners = [(-0.45, low + 0.03), (-0.42, top), (0.16, top + 0.02), (0.10, low + 0.01), (-0.05, low)]
    else:
        corners = [(-0.28, low + 0.03), (-0.25, high), (0.14, high + 0.02), (0.16, high - 0.05)]
        corners += [(0.06, low + 0.01), (-0.20, low)]
    return polygon([(corner + across, up) for across, up in corners], 0.018)


def fog_lamp(site: Site) -> tuple[list[Cut], list[Cut]]:
    """A round lamp in a dark nook of the bumper: the nook, then the lamp."""
    if not site.params.fog_lamps:
        return [], []
    across, up = 0.80 * site.front_corner, site.front_z(0.26)
    nook = rectangle(across - 0.085, across + 0.075, up - 0.052, up + 0.052, 0.03)
    lamp = circle(across, up, 0.037)
    return [Cut(FRONT, PAINT, from_front(nook), TRIM)], [Cut(FRONT, TRIM, from_front(lamp), HEADLAMP)]
