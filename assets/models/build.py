"""build_model: the mesh of a user's car model, from the cache."""

from assets.mesh import Mesh
from assets.models.params import ModelParams
from assets.models.store import read_mesh


def build_model(params: ModelParams) -> Mesh:
    """The normalised mesh. Raises ValueError where the cache lacks it."""
    return read_mesh(params.key)
