"""Photos: which images a folder holds, and one of them decoded within bounds of memory and of its folder."""

import struct
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")

# What Pillow raises on damaged files of these formats, besides OSError and its own subclasses.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # raised where warnings are errors
)
_GLANCE_PX = 64  # JPEG decodes at an eighth of its size, as fast as the file can be read


def catalogue(folder: Path) -> tuple[str, ...]:
    """Sorted relative POSIX paths of the readable images in a folder tree.

    Each image is decoded once. One that does not decode, or whose path leads out of the folder through a
    link, is left out with a warning that names it. Linked folders are not entered.

    Raises ValueError if the folder is missing or holds no readable image.
    """
    if not folder.is_dir():
        raise ValueError(f"no such folder of photos: {folder}")
    paths = sorted(path.relative_to(folder).as_posix() for path in _image_files(folder))
    with ThreadPoolExecutor() as pool:  # decoding releases the interpreter lock
        complaints = list(pool.map(lambda path: _complaint(folder, path), paths))
    for complaint in filter(None, complaints):
        warnings.warn(f"photo left out: {complaint}", stacklevel=2)
    readable = tuple(path for path, bad in zip(paths, complaints, strict=True) if not bad)
    if not readable:
        raise ValueError(f"no readable image ({', '.join(SUFFIXES)}) in the folder of photos {folder}")
    return readable


def _image_files(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from _image_files(entry)
        elif entry.suffix.lower() in SUFFIXES and not entry.is_dir():
            yield entry


def _complaint(folder: Path, path: str) -> str | None:
    """What is wrong with a photo, None for nothing."""
    try:
        decode_photo(read_inside(folder, path), folder / path, _GLANCE_PX)
    except ValueError as error:
        return str(error)
    return None


def read_inside(root: Path, path: str) -> bytes:
    """The bytes of the file at a relative path, which must lie in `root` once all links are followed.

    Raises ValueError if it does not, or cannot be read.
    """
    file = root / path
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{file} leads out of the folder of photos {root}")
        return file.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error


def decode_photo(data: bytes, name: Path, longest_px: int) -> Image.Image:
    """The image in RGB, upright by its EXIF tag, shrunk so that its longest side is at most `longest_px`.

    name: the file it came from, for messages.
    Raises ValueError if it does not decode, or has more pixels than Pillow's MAX_IMAGE_PIXELS.
    """
    try:
        image = Image.open(BytesIO(data))
        limit = Image.MAX_IMAGE_PIXELS
        if limit is not None and image.width * image.height > limit:
            raise ValueError(f"{image.width}×{image.height} is more than the {limit:,} pixels allowed")
        image.draft("RGB", (longest_px, longest_px))
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except _DAMAGED as error:
        raise ValueError(f"cannot decode {name}: {error}") from error
    upright.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
    return upright
