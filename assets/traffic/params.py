"""Parameters of road users that are not cars."""

from typing import Literal, get_args

from assets.params import Params

TrafficKind = Literal["truck", "bus", "motorcyclist", "cyclist", "pedestrian"]
TRAFFIC_KINDS: tuple[TrafficKind, ...] = get_args(TrafficKind)


class _User(Params):
    """x forward, y left, on z = 0, the origin below the middle of the bounds; lengths in metres."""

    seed: int
    length_m: float
    width_m: float
    height_m: float


class TruckParams(_User, tag="truck"):
    """A box truck: cab, and a box body behind it."""

    cab_m: float  # length of the cab, bonnet included
    bonnet_m: float  # how far the windscreen's base is behind the nose; 0 where the cab is above the engine
    cab_height_m: float
    wheelbase_m: float
    wheel_radius_m: float


class BusParams(_User, tag="bus"):
    """A low-floor city bus, its doors on the right."""

    wheelbase_m: float
    front_overhang_m: float
    wheel_radius_m: float
    doors: int  # 1 to 3


class TwoWheelerParams(_User, tag="two_wheeler"):
    """A motorcycle or a bicycle with its rider."""

    kind: Literal["motorcyclist", "cyclist"]
    wheel_radius_m: float
    rider_height_m: float  # of the rider standing upright


class PedestrianParams(_User, tag="pedestrian"):
    """A person standing or walking; `seed` decides pose and clothes."""


TrafficShape = TruckParams | BusParams | TwoWheelerParams | PedestrianParams


def kind_of(shape: TrafficShape) -> TrafficKind:
    """What a shape is."""
    match shape:
        case TruckParams():
            return "truck"
        case BusParams():
            return "bus"
        case TwoWheelerParams(kind=kind):
            return kind
        case PedestrianParams():
            return "pedestrian"
