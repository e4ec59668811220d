"""Two-wheelers with their riders."""

from assets.mesh import Mesh, merge
from assets.people import Headgear, Looks
from assets.stream import Stream
from assets.traffic.bicycle import build_bicycle
from assets.traffic.motorcycle import build_motorcycle
from assets.traffic.params import TwoWheelerParams
from assets.traffic.parts import fit
from assets.traffic.rider import build_rider, pelvis_height

_LEAN_DEG = {"cyclist": (10.0, 34.0), "motorcyclist": (8.0, 20.0)}
_HEADGEAR: dict[str, tuple[Headgear, ...]] = {
    "cyclist": ("cycle_helmet", "cycle_helmet", "short_hair", "long_hair"),
    "motorcyclist": ("full_helmet",),
}


def build_two_wheeler(params: TwoWheelerParams) -> Mesh:
    """The vehicle and its rider, wheels on z = 0.

    Slots: the vehicle's (`build_bicycle`, `build_motorcycle`) and the person's (`build_person`).
    """
    rng = Stream(params.seed)
    lean = rng.uniform(*_LEAN_DEG[params.kind])
    looks = Looks(
        build=rng.uniform(0.9, 1.15),
        headgear=rng.choice(_HEADGEAR[params.kind]),
        backpack=rng.chance(0.25),
    )
    pelvis = pelvis_height(params.height_m, params.rider_height_m, lean)
    build = build_bicycle if params.kind == "cyclist" else build_motorcycle
    vehicle, seat = build(params, pelvis, rng)
    rider = build_rider(seat, params.rider_height_m, lean, looks)
    return fit(merge([vehicle, rider]), params.length_m, params.width_m, params.height_m)
