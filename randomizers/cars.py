"""Cars: how many there are and the parameters of each."""

from assets.cars.params import CarParams
from assets.cars.sample import sample_car
from randomizers.config import CarsArm
from randomizers.draw import Streams


def sample_cars(streams: Streams, arm: CarsArm) -> tuple[CarParams, ...]:
    """Up to CAR_SLOTS cars; the k-th is the same whatever the count."""
    count = streams(0).weighted(dict(enumerate(arm.count)))
    return tuple(sample_car(streams(1 + slot), arm.styles) for slot in range(count))
