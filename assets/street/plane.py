"""A square plane: the ground of scenes without a road."""

from assets.mesh import Mesh, make_mesh
from assets.street.params import PlaneParams


def build_plane(params: PlaneParams) -> Mesh:
    """Two triangles on z = 0 around the origin, facing up; slot "surface"."""
    h = params.size_m / 2
    return make_mesh([(-h, -h, 0), (h, -h, 0), (h, h, 0), (-h, h, 0)], [(0, 1, 2), (0, 2, 3)])
