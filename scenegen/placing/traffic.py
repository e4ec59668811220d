"""Traffic: road users that are not cars, in their strips of the road, unless they would stand in a car."""

from collections.abc import Iterator

from randomizers.spec import SceneSpec
from scenegen.placing.placed import Placed
from scenegen.scene import View


def place_traffic(spec: SceneSpec, view: View, cars: list[Placed]) -> Iterator[Placed]:
    """The road users that fit; none without a road."""
    yield from ()
