"""Far scenery: a ring of hills, trees or roofs around the camera, in a few hundred triangles."""

from assets.mesh import Mesh, make_mesh
from assets.street.params import HorizonParams


def build_horizon(params: HorizonParams) -> Mesh:
    """An open wall around the origin that faces inwards; slot "surface"."""
    r, h = params.radius_m, params.height_m
    return make_mesh([(r, -r, 0), (r, r, 0), (r, r, h), (r, -r, h)], [(0, 2, 1), (0, 3, 2)])
