"""Files that are there as a whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from conf.errors import RunError

TEMPORARY_SUFFIX = ".tmp"

_ADVICE = {
    errno.ENOSPC: "The disk is full: free some space",
    errno.EDQUOT: "Your quota is used up: free some space",
    errno.EROFS: "The disk is read-only: make it writable, or choose another folder with out=FOLDER",
    errno.EACCES: "Writing is not allowed: make it writable, or choose another folder with out=FOLDER",
    errno.EPERM: "Writing is not allowed: make it writable, or choose another folder with out=FOLDER",
}


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write that takes `path`'s place when the block ends, and vanishes if the block raises.

    Raises RunError naming the path where the disk is full, read-only or otherwise refuses.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY_SUFFIX}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` so that `path` holds either all of it or what it held before. Raises RunError."""
    with atomic_file(path) as file:
        file.write(data)


def write_error(path: Path, error: OSError) -> RunError:
    """The message for a file that could not be written."""
    advice = _ADVICE.get(error.errno or 0, "Mend this")
    return RunError(
        f"cannot write {path}: {error.strerror or error}. {advice}, then give the same command again: "
        "what is committed stays and rendering goes on from there."
    )
