"""Chance for cars: a style by weight, then its proportions from that style's distributions."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from assets.cars.params import Aerial, CarParams, Grille, Headlamp, RimDesign, Spoiler, Style, TailLamp
from assets.stream import Stream

# Together with the sizes below these give KITTI's population: h 1.53 ± 0.13, w 1.63 ± 0.11, l 3.88 ± 0.41 m.
DEFAULT_STYLES: Mapping[Style, float] = MappingProxyType(
    {
        "hatchback": 0.30,
        "estate": 0.14,
        "sedan": 0.14,
        "city": 0.16,
        "minivan": 0.09,
        "suv": 0.09,
        "coupe": 0.04,
        "pickup": 0.01,
        "van": 0.03,
    }
)

Normal = tuple[float, float]  # mean and standard deviation

# What every style has unless _STYLES says otherwise. Lengths ending in _l are fractions of the car's length,
# those ending in _h of its height; the rest is in metres or degrees as in CarParams.
_COMMON: dict[str, Normal] = {
    "wheelbase_l": (0.612, 0.012),
    "front_overhang_l": (0.200, 0.008),
    "bonnet_l": (0.255, 0.012),
    "boot_l": (0.020, 0.005),
    "nose_height_h": (0.470, 0.015),
    "cowl_height_h": (0.630, 0.012),
    "tail_height_h": (0.655, 0.015),
    "clearance_m": (0.18, 0.015),
    "windscreen_rake_deg": (31.0, 1.8),
    "rear_rake_deg": (60.0, 5.0),
    "roof_rise_m": (0.045, 0.010),
    "roof_fall_m": (0.060, 0.020),
    "tumblehome_deg": (19.0, 2.0),
    "shoulder_m": (0.035, 0.010),
    "side_bulge_m": (0.050, 0.010),
    "crease_m": (0.012, 0.004),
    "roof_crown_m": (0.050, 0.010),
    "bonnet_crown_m": (0.055, 0.012),
    "nose_squareness": (2.7, 0.20),
    "tail_squareness": (3.4, 0.30),
    "wheel_radius_m": (0.302, 0.010),
    "tyre_width_m": (0.195, 0.010),
    "rim_ratio": (0.66, 0.025),
    "arch_gap_m": (0.035, 0.007),
    "arch_flare_m": (0.012, 0.005),
    "grille_width": (0.46, 0.08),
    "headlamp_width": (0.36, 0.05),
    "lamp_sweep_m": (0.045, 0.020),
}

_STYLES: dict[Style, dict[str, Normal]] = {
    "hatchback": {
        "length_m": (3.70, 0.24),
        "width_m": (1.62, 0.09),
        "height_m": (1.47, 0.06),
        "wheelbase_l": (0.628, 0.012),
        "front_overhang_l": (0.205, 0.008),
        "rear_rake_deg": (51.0, 5.0),
        "roof_fall_m": (0.080, 0.020),
    },
    "estate": {
        "length_m": (4.28, 0.25),
        "width_m": (1.68, 0.09),
        "height_m": (1.47, 0.06),
        "wheelbase_l": (0.592, 0.010),
        "bonnet_l": (0.262, 0.012),
        "rear_rake_deg": (62.0, 6.0),
        "roof_fall_m": (0.050, 0.015),
    },
    "sedan": {
        "length_m": (4.20, 0.28),
        "width_m": (1.66, 0.09),
        "height_m": (1.44, 0.04),
        "wheelbase_l": (0.596, 0.010),
        "front_overhang_l": (0.193, 0.008),
        "bonnet_l": (0.270, 0.012),
        "nose_height_h": (0.495, 0.012),
        "boot_l": (0.150, 0.012),
        "tail_height_h": (0.670, 0.015),
        "windscreen_rake_deg": (31.0, 1.5),
        "rear_rake_deg": (33.0, 2.5),
        "roof_fall_m": (0.070, 0.015),
        "tail_squareness": (3.0, 0.25),
    },
    "city": {
        "length_m": (3.32, 0.24),
        "width_m": (1.50, 0.07),
        "height_m": (1.52, 0.07),
        "wheelbase_l": (0.648, 0.010),
        "front_overhang_l": (0.190, 0.008),
        "bonnet_l": (0.235, 0.012),
        "cowl_height_h": (0.625, 0.012),
        "windscreen_rake_deg": (36.0, 2.5),
        "rear_rake_deg": (70.0, 5.0),
        "wheel_radius_m": (0.278, 0.008),
        "tyre_width_m": (0.170, 0.008),
    },
    "minivan": {
        "length_m": (4.08, 0.24),
        "width_m": (1.67, 0.08),
        "height_m": (1.68, 0.07),
        "wheelbase_l": (0.630, 0.012),
        "bonnet_l": (0.215, 0.012),
        "nose_height_h": (0.445, 0.012),
        "cowl_height_h": (0.590, 0.012),
        "tail_height_h": (0.610, 0.015),
        "windscreen_rake_deg": (31.0, 2.0),
        "rear_rake_deg": (71.0, 4.0),
        "tumblehome_deg": (16.0, 2.0),
    },
    "suv": {
        "length_m": (4.10, 0.28),
        "width_m": (1.70, 0.08),
        "height_m": (1.73, 0.08),
        "wheelbase_l": (0.605, 0.012),
        "nose_height_h": (0.550, 0.015),
        "bonnet_l": (0.262, 0.012),
        "clearance_m": (0.26, 0.020),
        "windscreen_rake_deg": (39.5, 2.5),
        "rear_rake_deg": (74.0, 4.0),
        "roof_fall_m": (0.040, 0.012),
        "tumblehome_deg": (15.0, 2.0),
        "nose_squareness": (3.1, 0.25),
        "wheel_radius_m": (0.352, 0.012),
        "tyre_width_m": (0.225, 0.010),
        "arch_gap_m": (0.055, 0.010),
        "arch_flare_m": (0.025, 0.006),
    },
    "coupe": {
        "length_m": (4.05, 0.18),
        "width_m": (1.67, 0.06),
        "height_m": (1.33, 0.04),
        "wheelbase_l": (0.605, 0.010),
        "front_overhang_l": (0.205, 0.008),
        "bonnet_l": (0.300, 0.012),
        "boot_l": (0.105, 0.012),
        "nose_height_h": (0.505, 0.012),
        "cowl_height_h": (0.655, 0.010),
        "tail_height_h": (0.690, 0.015),
        "clearance_m": (0.15, 0.010),
        "windscreen_rake_deg": (27.5, 1.5),
        "rear_rake_deg": (22.0, 2.0),
        "tumblehome_deg": (23.0, 2.0),
        "wheel_radius_m": (0.315, 0.010),
        "tyre_width_m": (0.220, 0.008),
        "rim_ratio": (0.71, 0.020),
    },
    "pickup": {
        "length_m": (4.90, 0.18),
        "width_m": (1.74, 0.05),
        "height_m": (1.72, 0.04),
        "wheelbase_l": (0.600, 0.010),
        "front_overhang_l": (0.175, 0.006),
        "bonnet_l": (0.235, 0.010),
        "boot_l": (0.315, 0.015),
        "nose_height_h": (0.560, 0.012),
        "tail_height_h": (0.620, 0.012),
        "clearance_m": (0.29, 0.020),
        "windscreen_rake_deg": (38.0, 2.0),
        "rear_rake_deg": (80.0, 2.0),
        "roof_fall_m": (0.030, 0.008),
        "tumblehome_deg": (14.0, 1.5),
        "nose_squareness": (3.2, 0.20),
        "tail_squareness": (7.0, 0.50),
        "wheel_radius_m": (0.360, 0.010),
        "tyre_width_m": (0.235, 0.010),
        "arch_gap_m": (0.060, 0.010),
        "arch_flare_m": (0.025, 0.006),
    },
    "van": {
        "length_m": (4.45, 0.25),
        "width_m": (1.76, 0.06),
        "height_m": (1.95, 0.08),
        "wheelbase_l": (0.615, 0.012),
        "front_overhang_l": (0.190, 0.008),
        "bonnet_l": (0.190, 0.012),
        "boot_l": (0.012, 0.002),
        "nose_height_h": (0.440, 0.012),
        "cowl_height_h": (0.560, 0.010),
        "tail_height_h": (0.580, 0.010),
        "windscreen_rake_deg": (40.0, 3.0),
        "rear_rake_deg": (86.0, 1.5),
        "roof_fall_m": (0.020, 0.005),
        "tumblehome_deg": (8.0, 1.0),
        "tail_squareness": (7.0, 0.60),
        "wheel_radius_m": (0.318, 0.010),
    },
}

_RIMS: dict[RimDesign, float] = {
    "spokes_5": 3,
    "spokes_6": 1.5,
    "spokes_10": 2,
    "cover": 2,
    "steel": 1,
    "mesh": 1,
    "twin_5": 2,
}

_GRILLES: dict[Grille, float] = {"bar": 3, "tall": 2, "none": 1}

_HEADLAMPS: dict[Headlamp, float] = {"swept": 6, "round": 1, "box": 2}

_SPOILERS: dict[Style, dict[Spoiler, float]] = {
    "hatchback": {"none": 2, "roof": 2},
    "sedan": {"none": 4, "lip": 1},
    "coupe": {"none": 2, "lip": 1},
    "suv": {"none": 1, "roof": 1},
    "city": {"none": 3, "roof": 1},
    "estate": {"none": 3, "roof": 1},
    "minivan": {"none": 3, "roof": 1},
    "pickup": {"none": 1},
    "van": {"none": 1},
}

_AERIALS: dict[Aerial, float] = {"none": 2, "fin": 3, "whip": 3}

_PEOPLE: dict[Literal[0, 1, 2], float] = {0: 4, 1: 4, 2: 2}

_TAIL_LAMPS: dict[Style, dict[TailLamp, float]] = {
    "hatchback": {"block": 3, "upright": 1, "wide": 1},
    "estate": {"block": 2, "upright": 2},
    "sedan": {"block": 2, "wide": 2},
    "city": {"block": 2, "upright": 2},
    "minivan": {"block": 1, "upright": 3},
    "suv": {"block": 2, "upright": 2},
    "coupe": {"block": 1, "wide": 2},
    "pickup": {"block": 1},
    "van": {"block": 1},
}

# Probabilities that a car of a style has these; a style not named never has them.
_TWO_DOORS: dict[Style, float] = {"hatchback": 0.3, "city": 0.5, "coupe": 1.0, "van": 1.0, "pickup": 0.3}
_QUARTER_WINDOW: dict[Style, float] = {
    "sedan": 0.4,
    "estate": 1.0,
    "suv": 0.7,
    "minivan": 1.0,
    "hatchback": 0.3,
}
_CLADDING: dict[Style, float] = {
    "suv": 0.6,
    "pickup": 0.5,
    "van": 0.4,
    "city": 0.1,
    "minivan": 0.1,
    "estate": 0.1,
}
_ROOF_RAILS: dict[Style, float] = {"suv": 0.6, "estate": 0.6, "minivan": 0.35}


def sample_car(rng: Stream, styles: Mapping[Style, float]) -> CarParams:
    """A car: its style drawn by weight (weights need not sum to 1), its proportions from that style's."""
    style = rng.weighted(styles)
    seed = rng.integer(0, 2**31 - 1)
    drawn = {name: rng.normal(mean, sd, 2.0) for name, (mean, sd) in (_COMMON | _STYLES[style]).items()}
    length, height = drawn["length_m"], drawn["height_m"]
    drawn["width_m"] += _WIDTH_PER_LENGTH * (length - _STYLES[style]["length_m"][0])
    return CarParams(
        style=style,
        seed=seed,
        rim=rng.weighted(_RIMS),
        grille=rng.weighted(_GRILLES),
        tail_lamp=rng.weighted(_TAIL_LAMPS[style]),
        doors=2 if rng.chance(_TWO_DOORS.get(style, 0.0)) else 4,
        quarter_window=rng.chance(_QUARTER_WINDOW.get(style, 0.0)),
        cladding=rng.chance(_CLADDING.get(style, 0.0)),
        roof_rails=rng.chance(_ROOF_RAILS.get(style, 0.0)),
        black_pillars=rng.chance(0.6),
        headlamp=rng.weighted(_HEADLAMPS),
        chrome=rng.chance(0.4),
        fog_lamps=rng.chance(0.5),
        spoiler=rng.weighted(_SPOILERS[style]),
        aerial=rng.weighted(_AERIALS),
        exhausts=rng.weighted({0: 3, 1: 4, 2: 1}),
        plate_on_lid=rng.chance(0.6),
        people=rng.weighted(_PEOPLE),
        **{_field(name): round(value * _unit(name, length, height), 4) for name, value in drawn.items()},
    )


_WIDTH_PER_LENGTH = 0.12  # longer cars of a style are wider, too


def _field(name: str) -> str:
    """The CarParams field of a drawn quantity."""
    return name[:-1] + "m" if name.endswith(("_l", "_h")) else name


def _unit(name: str, length: float, height: float) -> float:
    """What a drawn quantity is a fraction of."""
    return {"_l": length, "_h": height}.get(name[-2:], 1.0)
