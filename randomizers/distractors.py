"""Distractors: objects that are not cars, flying about (paper) or standing beside the road (structured)."""

from assets.distractors.sample import sample_distractor
from assets.stream import Stream
from randomizers.config import DistractorsArm, FlyingDistractors, StandingDistractors
from randomizers.draw import Streams, integer, log_uniform, tone, uniform
from randomizers.spec import Distractor

Triple = tuple[float, float, float]


def sample_distractors(
    streams: Streams, arm: FlyingDistractors | StandingDistractors
) -> tuple[Distractor, ...]:
    """Up to DISTRACTOR_SLOTS distractors; the k-th is the same whatever the count."""
    count = integer(streams(0), arm.count)
    return tuple(_sample_one(streams(1 + slot), arm) for slot in range(count))


def _sample_one(rng: Stream, arm: FlyingDistractors | StandingDistractors) -> Distractor:
    if isinstance(arm, FlyingDistractors):
        position, rotation = _flying(rng, arm)
    else:
        position, rotation = _standing(rng, arm)
    return _dress(rng, arm, position, rotation)


def _flying(rng: Stream, arm: FlyingDistractors) -> tuple[Triple, Triple]:
    x, y = (rng.uniform(-arm.radius_m, arm.radius_m) for _ in range(2))
    roll, pitch, yaw = (rng.uniform(0, 360) for _ in range(3))
    return (x, y, uniform(rng, arm.height_m)), (roll, pitch, yaw)


def _standing(rng: Stream, arm: StandingDistractors) -> tuple[Triple, Triple]:
    side = 1 if rng.chance(0.5) else -1
    along, beyond = uniform(rng, arm.along_m), uniform(rng, arm.beyond_kerb_m)
    return (along, side * beyond, 0.0), (0.0, 0.0, rng.uniform(0, 360))


def _dress(rng: Stream, arm: DistractorsArm, position: Triple, rotation: Triple) -> Distractor:
    shape = sample_distractor(rng, arm.kinds)
    return Distractor(
        shape=shape,
        position_m=position,
        rotation_deg=rotation,
        size_m=log_uniform(rng, arm.size_m[shape.kind]),
        color=tone(rng, arm.color),
        roughness=uniform(rng, arm.roughness),
    )
