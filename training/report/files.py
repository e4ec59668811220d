"""Files of a report: there as a whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from conf.errors import RunError


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` so that `path` holds all of it or what it held before. Raises RunError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
