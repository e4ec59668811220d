"""Samplers of what stands beside a road, in realistic sizes; heights and widths in metres."""

from typing import Literal

from assets.stream import Stream
from assets.street.params import BarrierParams, BuildingParams, PostParams, TreeParams

BuildingKind = Literal["house", "terrace", "block"]

_SEEDS = 2**31 - 1


def sample_building(rng: Stream) -> BuildingParams:
    """A detached house, a terrace of two to four floors, or a block of up to seven."""
    return _building(rng, rng.weighted({"house": 4.0, "terrace": 4.0, "block": 2.0}))


def sample_town_house(rng: Stream) -> BuildingParams:
    """A house of two to four floors that may stand wall to wall with others."""
    return _building(rng, "terrace")


def _building(rng: Stream, kind: BuildingKind) -> BuildingParams:
    floors = rng.integer(*{"house": (1, 2), "terrace": (2, 4), "block": (4, 7)}[kind])
    frontage = rng.uniform(*{"house": (8.0, 15.0), "terrace": (7.0, 18.0), "block": (14.0, 30.0)}[kind])
    depth = rng.uniform(*{"house": (7.0, 11.0), "terrace": (9.0, 13.0), "block": (11.0, 16.0)}[kind])
    pitch = rng.uniform(2.0, 3.4)
    flat = {"house": 0.1, "terrace": 0.3, "block": 0.8}[kind]
    roof: Literal["flat", "gable", "hip"] = rng.weighted(
        {"flat": flat, "gable": 0.65 * (1 - flat), "hip": 0.35 * (1 - flat)}
    )
    return BuildingParams(
        frontage_m=frontage,
        depth_m=depth,
        floors=floors,
        floor_height_m=rng.uniform(2.6, 3.5),
        window_columns=max(1, round(frontage / pitch)),
        roof=roof,
        seed=rng.integer(0, _SEEDS),
    )


def sample_tree(rng: Stream) -> TreeParams:
    """A street or garden tree of 4 to 14 m."""
    kind: Literal["round", "conifer", "column", "bare"] = rng.weighted(
        {"round": 5.0, "conifer": 2.0, "column": 1.5, "bare": 1.5}
    )
    height = rng.uniform(4.0, 14.0)
    share = {"round": (0.5, 0.85), "conifer": (0.35, 0.55), "column": (0.16, 0.28), "bare": (0.5, 0.8)}[kind]
    return TreeParams(
        kind=kind, height_m=height, crown_m=height * rng.uniform(*share), seed=rng.integer(0, _SEEDS)
    )


def sample_post(rng: Stream) -> PostParams:
    """A pole or bollard, a street lamp, a sign or a traffic light."""
    kind: Literal["pole", "lamp", "sign", "light"] = rng.weighted(
        {"pole": 2.0, "lamp": 3.0, "sign": 4.0, "light": 1.0}
    )
    low, high = {"pole": (5.5, 9.0), "lamp": (6.0, 10.0), "sign": (2.4, 3.4), "light": (3.2, 3.8)}[kind]
    short = rng.chance(0.25)  # a bollard, a lantern on a low post; or an arm over the road
    if short and kind != "sign":
        low, high = {"pole": (0.7, 1.1), "lamp": (3.0, 4.2), "light": (5.5, 6.2)}[kind]
    return PostParams(kind=kind, height_m=rng.uniform(low, high), seed=rng.integer(0, _SEEDS))


def sample_barrier(rng: Stream) -> BarrierParams:
    """A hedge, a wall or a fence of 3 to 12 m."""
    kind: Literal["hedge", "wall", "fence"] = rng.weighted({"hedge": 2.0, "wall": 1.5, "fence": 1.5})
    low, high = {"hedge": (0.8, 2.2), "wall": (0.5, 2.0), "fence": (0.8, 1.6)}[kind]
    return BarrierParams(
        kind=kind,
        length_m=rng.uniform(3.0, 12.0),
        height_m=rng.uniform(low, high),
        seed=rng.integer(0, _SEEDS),
    )


def sample_thicket(rng: Stream) -> BarrierParams:
    """Bushes and small trees along 8 to 24 m."""
    return BarrierParams(
        kind="thicket",
        length_m=rng.uniform(8.0, 24.0),
        height_m=rng.uniform(2.0, 7.0),
        seed=rng.integer(0, _SEEDS),
    )
