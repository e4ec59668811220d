"""Chance for road users that are not cars: a kind by weight, then its measures.

Where KITTI labels a kind, its means serve (height, width, length in metres of the 3D object benchmark's
training set): Pedestrian 1.76, 0.66, 0.84; Cyclist 1.74, 0.60, 1.76; Truck 3.25, 2.58, 10.1 with lorries and
trailers, of which the box trucks here are the shorter part. Its pedestrians' boxes have room for the swing of
arms and legs, ours end at the body.
"""

from collections.abc import Mapping

from assets.stream import Stream
from assets.traffic.params import (
    BusParams,
    PedestrianParams,
    TrafficKind,
    TrafficShape,
    TruckParams,
    TwoWheelerParams,
)

_MAX_SEED = 2**31 - 1


def sample_traffic_shape(rng: Stream, kinds: Mapping[TrafficKind, float]) -> TrafficShape:
    """A shape whose kind is drawn in proportion to `kinds`."""
    kind, seed = rng.weighted(kinds), rng.integer(0, _MAX_SEED)
    match kind:
        case "truck":
            return _van_with_box(rng, seed) if rng.chance(0.4) else _truck(rng, seed)
        case "bus":
            return _bus(rng, seed)
        case "motorcyclist":
            return _motorcyclist(rng, seed)
        case "cyclist":
            return _cyclist(rng, seed)
        case _:
            return _pedestrian(rng, seed)


def _van_with_box(rng: Stream, seed: int) -> TruckParams:
    """3.5 t on a large van's chassis: wheelbases of 3.66 and 4.33 m, boxes of 3.6 to 4.7 m."""
    wheelbase = rng.normal(3.9, 0.25)
    return TruckParams(
        seed=seed,
        length_m=round(wheelbase + rng.uniform(2.5, 2.75), 9),
        width_m=rng.normal(2.15, 0.05),
        height_m=rng.normal(3.0, 0.12),
        cab_m=rng.uniform(2.4, 2.6),
        bonnet_m=rng.uniform(0.75, 0.95),
        cab_height_m=rng.uniform(2.25, 2.45),
        wheelbase_m=wheelbase,
        wheel_radius_m=rng.uniform(0.335, 0.355),
    )


def _truck(rng: Stream, seed: int) -> TruckParams:
    """7.5 to 12 t, the cab above the engine; at most 2.55 m wide, as the EU's directive 96/53/EC has it."""
    length = rng.normal(8.0, 0.7)
    size = (length - 6.2) / 3.6  # 0 to 1: larger trucks are larger in every way
    return TruckParams(
        seed=seed,
        length_m=length,
        width_m=round(2.4 + 0.14 * size, 9),
        height_m=round(rng.normal(3.25, 0.08) + 0.4 * size, 9),
        cab_m=round(1.65 + 0.4 * size, 9),
        bonnet_m=0.0,
        cab_height_m=round(rng.normal(2.45, 0.05) + 0.35 * size, 9),
        wheelbase_m=round(length * rng.uniform(0.54, 0.58), 9),
        wheel_radius_m=round(0.38 + 0.09 * size, 9),
    )


def _bus(rng: Stream, seed: int) -> BusParams:
    """City buses: most are the standard bus of 12 m, 2.55 m wide, 2.9 to 3.2 m high; some are of 10.5 m."""
    long = rng.chance(0.75)
    length = rng.normal(12.0, 0.12) if long else rng.normal(10.6, 0.15)
    return BusParams(
        seed=seed,
        length_m=length,
        width_m=rng.uniform(2.5, 2.55),
        height_m=rng.normal(3.05, 0.07),
        wheelbase_m=round(length - rng.uniform(6.0, 6.2), 9),
        front_overhang_m=rng.uniform(2.65, 2.8),
        wheel_radius_m=rng.uniform(0.47, 0.49),
        doors=3 if long and rng.chance(0.6) else 2,
    )


def _cyclist(rng: Stream, seed: int) -> TwoWheelerParams:
    """City and touring bicycles of 28 inches (ISO 622), ridden by adults whose size fits them."""
    rider = rng.normal(1.73, 0.08)
    return TwoWheelerParams(
        seed=seed,
        kind="cyclist",
        length_m=rng.normal(1.76, 0.04),
        width_m=rng.normal(0.60, 0.035),
        height_m=round(rider + rng.normal(0.01, 0.02), 9),
        wheel_radius_m=rng.uniform(0.335, 0.35),
        rider_height_m=rider,
    )


def _motorcyclist(rng: Stream, seed: int) -> TwoWheelerParams:
    """Motorcycles of 125 to 1,000 cm³: saddles at 0.76 to 0.84 m, a rider's pelvis 0.09 m above."""
    rider = rng.normal(1.76, 0.07)
    return TwoWheelerParams(
        seed=seed,
        kind="motorcyclist",
        length_m=rng.normal(2.12, 0.06),
        width_m=rng.normal(0.80, 0.04),
        height_m=round(0.468 * rider + rng.uniform(0.81, 0.89) - 0.09, 9),
        wheel_radius_m=rng.uniform(0.30, 0.325),
        rider_height_m=rider,
    )


def _pedestrian(rng: Stream, seed: int) -> PedestrianParams:
    """Adults, and one child in six; two in three walk, with a stride in proportion to their height."""
    child = rng.chance(1 / 6)
    height = rng.uniform(1.1, 1.6) if child else rng.normal(1.73, 0.09)
    stride = rng.normal(0.5, 0.06) if rng.chance(0.65) else rng.normal(0.28, 0.015)
    return PedestrianParams(
        seed=seed,
        length_m=round(height * stride, 9),
        width_m=round(height * rng.normal(0.32, 0.018), 9),
        height_m=height,
    )
