"""Pictures that may come from anybody: what they may be, how large they may be, and what damage raises."""

import struct
from pathlib import Path
from typing import IO

from PIL import Image

MOST_PIXELS = (
    100_000_000  # the largest cameras' pictures; decoded, 300 MB. A file of a kilobyte can claim billions
)
FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")  # Pillow knows sixty, one of which runs Ghostscript

# What Pillow raises on files of these formats that are damaged or mean harm.
DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # raised where warnings are errors
)

Image.MAX_IMAGE_PIXELS = (
    MOST_PIXELS  # from twice as many on, Pillow itself refuses, also within a file's thumbnails
)


def open_picture(file: Path | IO[bytes]) -> Image.Image:
    """The picture, not decoded yet. Raises ValueError where it is too large, or any other of DAMAGED."""
    picture = Image.open(file, formats=FORMATS)
    if picture.width * picture.height > MOST_PIXELS:
        picture.close()
        raise ValueError(
            f"it has {picture.width} × {picture.height} pixels, more than the {MOST_PIXELS:,} allowed"
        )
    return picture
