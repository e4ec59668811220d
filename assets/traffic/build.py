"""build_traffic: the mesh of a road user that is not a car."""

from assets.mesh import Mesh
from assets.solids import boxes
from assets.traffic.params import TrafficShape


def build_traffic(params: TrafficShape) -> Mesh:
    """A closed mesh of the given measures, x forward, on z = 0."""
    half = (params.length_m / 2, params.width_m / 2)
    return boxes((-half[0], -half[1], 0), (half[0], half[1], params.height_m), "body")
