"""sample_distractor: the chance in which shape a distractor has."""

from collections.abc import Mapping

from assets.distractors.params import DistractorParams, Kind
from assets.stream import Stream


def sample_distractor(rng: Stream, kinds: Mapping[Kind, float]) -> DistractorParams:
    """A shape whose kind is drawn in proportion to `kinds`; the other draws are the same for every kind."""
    return DistractorParams(
        kind=rng.weighted(kinds),
        aspect=rng.log_uniform(0.4, 2.5),
        arc_deg=rng.uniform(60.0, 360.0),
        seed=rng.integer(0, 2**31 - 1),
    )
