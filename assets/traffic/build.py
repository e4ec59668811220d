"""build_traffic: the mesh of a road user that is not a car."""

from assets.mesh import Mesh
from assets.traffic.bus import build_bus
from assets.traffic.params import BusParams, PedestrianParams, TrafficShape, TruckParams
from assets.traffic.pedestrian import build_pedestrian
from assets.traffic.truck import build_truck
from assets.traffic.two_wheeler import build_two_wheeler


def build_traffic(params: TrafficShape) -> Mesh:
    """A closed mesh of the given measures, x forward, on z = 0, of 1,000 to 5,000 triangles.

    Its bounds are length_m, width_m and height_m; a truck's and a bus's mirrors stand out beyond its width.
    """
    match params:
        case TruckParams():
            return build_truck(params)
        case BusParams():
            return build_bus(params)
        case PedestrianParams():
            return build_pedestrian(params)
        case _:
            return build_two_wheeler(params)
