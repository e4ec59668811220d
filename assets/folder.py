"""The user's folders: the files of some kinds below them, and their bytes, never from outside."""

from collections.abc import Iterator
from pathlib import Path


def files_below(folder: Path, suffixes: tuple[str, ...]) -> tuple[str, ...]:
    """Sorted relative POSIX paths of the files in a folder tree with one of `suffixes` (lower case).

    Linked folders are not entered. Raises OSError where a folder cannot be listed.
    """
    return tuple(sorted(path.relative_to(folder).as_posix() for path in _walk(folder, suffixes)))


def _walk(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry, suffixes)
        elif entry.suffix.lower() in suffixes and not (entry.is_dir() or entry.is_fifo()):
            yield entry


def read_inside(root: Path, path: str) -> bytes:
    """The bytes of the file at a relative path, which must lie in `root` once all links are followed.

    Raises ValueError if it does not, or cannot be read.
    """
    file = root / path
    try:
        if not file.resolve().is_relative_to(root.resolve()):
            raise ValueError(f"{file} leads out of the folder {root}")
        return file.read_bytes()
    except OSError as error:
        raise ValueError(f"cannot read {file}: {error.strerror or error}") from error
