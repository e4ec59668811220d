"""A folder for temporary files. After a `kill -9` it stays; the next job removes it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 2**30
_PREFIX = "carousel-scratch-"


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[str]:
    """A folder of this job's own, in `parent`; without one, in shared memory where large frames have room.

    Raises OSError.
    """
    parent = parent or _shared_memory()
    for left in parent.glob(f"{_PREFIX}*"):
        with _held(left) as held:
            if held:  # by no other job: it was killed
                shutil.rmtree(left, ignore_errors=True)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        with _held(folder) as held:
            if held and folder.exists():  # else another job has just taken it for one that was left
                try:
                    yield str(folder)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
                return


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Whether this process alone holds the folder's lock. The kernel lets go of it however a process ends."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # removed, or another user's
        yield False
        return
    try:
        yield _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _shared_memory() -> Path:
    try:
        roomy = shutil.disk_usage(_SHARED_MEMORY).free > _ROOM_BYTES
    except OSError:
        roomy = False
    return _SHARED_MEMORY if roomy else Path(tempfile.gettempdir())
