"""Traffic: road users that are not cars, each in the strip of the road that its kind uses."""

from assets.stream import Stream
from assets.traffic.params import kind_of
from assets.traffic.sample import sample_traffic_shape
from randomizers.config import TrafficArm
from randomizers.draw import Streams, integer, spread, tone, uniform
from randomizers.spec import TrafficUser


def sample_traffic(streams: Streams, arm: TrafficArm) -> tuple[TrafficUser, ...]:
    """Up to TRAFFIC_SLOTS road users; the k-th is the same whatever the count."""
    count = integer(streams(0), arm.count)
    return tuple(_sample_one(streams(1 + slot), arm) for slot in range(count))


def _sample_one(rng: Stream, arm: TrafficArm) -> TrafficUser:
    shape = sample_traffic_shape(rng, arm.kinds)
    turning, turn, heading = rng.chance(arm.turning), rng.uniform(-180, 180), spread(rng, arm.heading_deg)
    back = rng.chance(0.5)  # on a pavement people walk both ways
    if kind_of(shape) == "pedestrian":
        heading = turn if turning else heading + 180 * back
    return TrafficUser(
        shape=shape,
        along_m=uniform(rng, arm.along_m),
        side=1 if rng.chance(0.5) else -1,
        across=rng.uniform(0, 1),
        heading_deg=heading,
        color=tone(rng, arm.color),
        second_color=tone(rng, arm.second_color),
        roughness=uniform(rng, arm.roughness),
    )
