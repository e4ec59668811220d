"""Cars: how many there are and the parameters of each."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from assets.cars.sample import sample_car
from assets.library import CarModel
from assets.stream import Stream
from randomizers.config import CarsArm
from randomizers.draw import Streams
from randomizers.spec import CarShape


def sample_cars(streams: Streams, arm: CarsArm, models: Sequence[CarModel] = ()) -> tuple[CarShape, ...]:
    """Up to CAR_SLOTS cars; the k-th is the same whatever the count.

    A slot's parametric car is drawn whether or not one of the `models` takes its place, so that adding models
    changes no other car.
    """
    count = streams(0).weighted(dict(enumerate(arm.count)))
    return tuple(_sample_one(streams(1 + slot), arm, models) for slot in range(count))


def _sample_one(rng: Stream, arm: CarsArm, models: Sequence[CarModel]) -> CarShape:
    car = sample_car(rng, arm.styles)
    from_model, place = rng.chance(arm.model_share), rng.random()
    weights = [model.weight for model in models]
    if not from_model or not any(weights):
        return car
    return models[_pick(weights, place)].shape


def _pick(weights: Sequence[float], place: float) -> int:
    """The index at `place` in [0, 1) of the weights laid end to end."""
    ends = list(accumulate(weights))
    return bisect_right(ends[:-1], place * ends[-1])
