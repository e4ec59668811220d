"""Request: what the process that imports a file is told, in its last argument."""

from assets.models.reading import Reading
from assets.params import Params

UNUSABLE = "unusable.txt"  # in the request's folder: why no car can be made of the file
MEMORY_LIMIT_BYTES = 8 * 2**30  # of the importer: a file of two million triangles takes less than two


class Request(Params):
    """file: to read. folder: an empty one for what comes of it. missing: what the file refers to in vain.

    root: the folder outside which nothing is read for it.
    """

    file: str
    folder: str
    root: str
    reading: Reading
    missing: tuple[str, ...] = ()
