"""Photos: which images a folder holds, and one of them decoded within bounds of memory and of its folder."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

from assets.folder import files_below, read_inside
from assets.library import Split, in_split
from conf.pictures import DAMAGED, open_picture

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
_GLANCE_PX = 64  # JPEG decodes at an eighth of its size, as fast as the file can be read


def catalogue(folder: Path, split: Split = "all", held_out: float = 0.0) -> tuple[str, ...]:
    """Sorted relative POSIX paths of a folder tree's readable images that belong to `split`.

    Each image is decoded once. One that does not decode, or whose path leads out of the folder through a
    link, is left out with a warning that names it. Linked folders are not entered.

    Raises ValueError if the folder is missing or nothing readable remains.
    """
    if not folder.is_dir():
        raise ValueError(f"no such folder of photos: {folder}")
    paths = files_below(folder, SUFFIXES)
    with ThreadPoolExecutor() as pool:  # decoding releases the interpreter lock
        examined = list(pool.map(lambda path: _examine(folder, path), paths))
    for item in examined:
        if item.complaint:
            warnings.warn(f"photo left out: {item.complaint}", stacklevel=2)
    readable = (item for item in examined if not item.complaint)
    chosen = tuple(item.path for item in readable if in_split(item.sha256, split, held_out))
    if not chosen:
        part = "" if split == "all" else f" of the split {split!r}"
        raise ValueError(f"no readable image ({', '.join(SUFFIXES)}){part} in the folder of photos {folder}")
    return chosen


class _Examined(NamedTuple):
    """A photo, and what is wrong with it."""

    path: str
    sha256: str = ""
    complaint: str = ""


def _examine(folder: Path, path: str) -> _Examined:
    try:
        data = read_inside(folder, path)
        decode_photo(data, folder / path, _GLANCE_PX)
    except ValueError as error:
        return _Examined(path, complaint=str(error))
    return _Examined(path, sha256(data).hexdigest())


def decode_photo(data: bytes, name: Path, longest_px: int) -> Image.Image:
    """The image in RGB, upright by its EXIF tag, shrunk so that its longest side is at most `longest_px`.

    name: the file it came from, for messages.
    Raises ValueError if it does not decode, or has more than `conf.pictures.MOST_PIXELS`.
    """
    try:
        image = open_picture(BytesIO(data))
        image.draft("RGB", (longest_px, longest_px))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except DAMAGED as error:
        raise ValueError(f"cannot decode {name}: {error}") from error
    upright.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
    return upright
