"""Picture files as the readers need them: which there are, how large, and whether they are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL.ContainerIO import ContainerIO

from conf.errors import UserError
from conf.pictures import DAMAGED, open_picture

SUFFIXES = (".jpg", ".jpeg", ".png")
JPEG_END = b"\xff\xd9"
PNG_END = b"IEND\xaeB`\x82"


@dataclass(frozen=True)
class Packed:
    """A picture within another file."""

    file: Path
    offset: int  # bytes
    size: int
    name: str

    def __str__(self) -> str:
        return self.name


Picture = Path | Packed  # where one is to be read


@contextmanager
def opened(picture: Picture) -> Iterator[IO[bytes]]:
    """Its bytes, to be read. Raises OSError."""
    if isinstance(picture, Path):
        with picture.open("rb") as file:
            yield file
    else:
        with picture.file.open("rb") as file:
            yield ContainerIO(file, picture.offset, picture.size)


def list_pictures(folder: Path) -> list[Path]:
    """All JPEG and PNG files in and below `folder`, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def picture_size(path: Picture) -> tuple[int, int]:
    """Width and height in pixels.

    Reads the header and the last bytes alone: a file cut short lacks its format's end mark, so that it is
    found before the training begins, without decoding each picture first. UserError if it is missing,
    damaged, too large or no picture.
    """
    try:
        with opened(path) as file:
            whole = _ends_well(file)
            file.seek(0)
            with open_picture(file) as picture:
                size = picture.size
                if not whole:
                    picture.load()  # whole after all if bytes were merely appended
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such picture") from None
    except DAMAGED as error:
        raise unreadable(path, error) from error
    return size


def unreadable(path: Picture, error: Exception) -> UserError:
    """What to say of a picture where Pillow raised `error`."""
    return UserError(f"{path}: the picture is damaged, cut short or too large ({error}); copy it again")


def _ends_well(file: IO[bytes]) -> bool:
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 8))
    tail = file.read()
    return tail.endswith(JPEG_END) or tail == PNG_END
