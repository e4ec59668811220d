"""Picture files as the readers need them: which there are, how large, and whether they are whole."""

from pathlib import Path

from PIL import Image

from conf.errors import UserError

SUFFIXES = (".jpg", ".jpeg", ".png")
JPEG_END = b"\xff\xd9"
PNG_END = b"IEND\xaeB`\x82"


def list_pictures(folder: Path) -> list[Path]:
    """All JPEG and PNG files in and below `folder`, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels.

    Reads the header and the last bytes alone: a file cut short lacks its format's end mark, so that it is
    found before the training begins, without decoding each picture first. UserError if it is missing, damaged
    or no picture.
    """
    try:
        with Image.open(path) as picture:
            size = picture.size
            if not _ends_well(path):
                picture.load()  # whole after all if bytes were merely appended
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such picture") from None
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: the picture is damaged or cut short ({error}); copy it again") from error
    return size


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-min(8, path.stat().st_size), 2)
        tail = file.read()
    return tail.endswith(JPEG_END) or tail == PNG_END
