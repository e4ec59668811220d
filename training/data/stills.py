"""Pictures to look for cars in: read upright as 8-bit RGB, and saved again with boxes on them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from conf.errors import UserError
from conf.pictures import DAMAGED, open_picture
from training.data.pictures import Picture, opened, picture_size, unreadable
from training.errors import OnError, skip_or_raise

SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
JPEG = (".jpeg", ".jpg")
JPEG_QUALITY = 92

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture, or a frame of a video."""

    name: str
    """its path within the source, with /"""
    id: int
    """its number in COCO's results"""
    pixels: Pixels
    """(h, w, 3) RGB, upright"""
    time_s: Fraction | None = None
    """of a frame, since the video's start"""
    first: bool = True
    """whether it isn't the next frame of the picture before"""


Save = Callable[[Shown, Image.Image], None]


class Stills:
    """One picture or, in order of their paths, all in and below a folder."""

    def __init__(self, source: Path, on_error: OnError) -> None:
        """Raises UserError, or with on_error="skip" warns, for each picture that is cut short.

        Raises UserError where there is none. Nothing is decoded yet.
        """
        self._root = source if source.is_dir() else source.parent
        self._on_error: OnError = on_error
        found = _list(source) if source.is_dir() else [source]
        if not found:
            raise UserError(f"source={source}: no picture in it; {', '.join(SUFFIXES)} are read")
        self._paths = [path for path in found if _is_whole(path, on_error)]
        if not self._paths:
            raise UserError(f"source={source}: none of its {len(found)} pictures can be read")

    @property
    def count(self) -> int:
        """How many there are, at most."""
        return len(self._paths)

    def read(self) -> Iterator[Shown]:
        """One after the other, numbered as their files are, as in KITTI, or else from 0.

        Pictures of one folder whose files have consecutive numbers are taken for frames of a video.
        Raises UserError, or warns, for one that cannot be decoded.
        """
        named = [int(path.stem) for path in self._paths if path.stem.isdecimal()]
        ids = named if len(set(named)) == len(self._paths) else range(len(self._paths))
        follows: Path | None = None  # what the next frame would be called
        for number, path in zip(ids, self._paths, strict=True):
            try:
                pixels = read_rgb(path)
            except UserError as error:
                skip_or_raise(error, self._on_error)
                continue
            name = path.relative_to(self._root).as_posix()
            yield Shown(name, number, pixels, first=path.with_suffix("") != follows)
            follows = _next(path)

    @contextmanager
    def saving(self, folder: Path) -> Iterator[Save]:
        """Gives a function that saves a picture by its own name in `folder`/overlays, as JPEG or PNG."""

        def save(shown: Shown, drawn: Image.Image) -> None:
            path = folder / "overlays" / shown.name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix.lower() in JPEG:
                drawn.save(path, "JPEG", quality=JPEG_QUALITY)
            else:  # other kinds get a second ending, so that no two meet
                drawn.save(path if path.suffix.lower() == ".png" else f"{path}.png", "PNG")

        yield save


def _next(path: Path) -> Path | None:
    """The next frame's path, without its ending, where files are called by numbers."""
    return path.with_name(f"{int(path.stem) + 1:0{len(path.stem)}}") if path.stem.isdecimal() else None


def is_still(path: Path) -> bool:
    """Whether the name is a picture's."""
    return path.suffix.lower() in SUFFIXES


def read_rgb(path: Picture) -> Pixels:
    """(h, w, 3), turned as its EXIF says; 16 bits become 8, and transparency is ignored.

    Raises UserError where it is missing or damaged, or its brightness has no fixed scale.
    """
    try:
        with opened(path) as file, open_picture(file) as picture:
            upright = ImageOps.exif_transpose(picture)
            return np.asarray(_eight_bit(upright, path).convert("RGB"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such picture") from None
    except DAMAGED as error:
        raise unreadable(path, error) from error


def _eight_bit(picture: Image.Image, path: Picture) -> Image.Image:
    """Pillow's own conversion of 16 bits would show all but the darkest as white."""
    if picture.mode == "F":
        raise UserError(f"{path}: a picture of floating-point numbers; save it with 8 bits per channel")
    if picture.mode.startswith("I"):
        values = np.asarray(picture).clip(0, 65535)
        return Image.fromarray((values / 257).round().astype(np.uint8))
    if picture.mode == "P":
        return picture.convert("RGBA")  # from which RGB is without a warning about palettes
    return picture


def _list(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if is_still(path) and path.is_file())


def _is_whole(path: Path, on_error: OnError) -> bool:
    try:
        picture_size(path)
    except UserError as error:
        skip_or_raise(error, on_error)
        return False
    return True
