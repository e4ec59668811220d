"""ModelParams: one of the user's car models, by the hash of what its mesh was made from."""

from assets.params import Params


class ModelParams(Params, tag="model"):
    """A car read from a file, normalised: x forward, y left, on z = 0, origin below its middle, metres.

    name: of the model within its library, for people. key: names the mesh in the cache; a hash of the file
    and of all that says how to read it. style: a body style, or "model" where nothing says which.
    """

    name: str
    key: str
    style: str
    length_m: float
    width_m: float
    height_m: float
