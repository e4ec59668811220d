"""A pedestrian of road traffic shrunk to a distractor of 1 m."""

from dataclasses import replace

from assets.mesh import Mesh
from assets.stream import Stream
from assets.traffic.params import PedestrianParams
from assets.traffic.pedestrian import build_pedestrian

_MODEL_HEIGHT_M = 1.75
_WIDTH_M = 0.54
_STANDING_M, _WALKING_M = (0.45, 0.52), (0.7, 1.05)  # lengths


def build_small_pedestrian(seed: int) -> Mesh:
    """A person on z = 0 facing +x, 1 m high; slots "surface" (the jacket) and the person's others."""
    rng = Stream(seed)
    length = rng.uniform(*(_WALKING_M if rng.chance(0.65) else _STANDING_M))
    params = PedestrianParams(seed=seed, length_m=length, width_m=_WIDTH_M, height_m=_MODEL_HEIGHT_M)
    person = build_pedestrian(params)
    slots = tuple("surface" if name == "clothes" else name for name in person.slots)
    return replace(
        person, vertices=person.vertices / _MODEL_HEIGHT_M, uv=person.uv / _MODEL_HEIGHT_M, slots=slots
    )
