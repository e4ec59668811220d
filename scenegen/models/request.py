"""Request: what the process that imports a file is told, in its last argument."""

from assets.models.reading import Reading
from assets.params import Params

UNUSABLE = "unusable.txt"  # in the request's folder: why no car can be made of the file


class Request(Params):
    """file: to read. folder: an empty one for what comes of it. missing: what the file refers to in vain."""

    file: str
    folder: str
    reading: Reading
    missing: tuple[str, ...] = ()
