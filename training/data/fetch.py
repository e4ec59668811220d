"""Files of a folder, or of a URL that fsspec knows (https://, s3://): those are copied once to the cache."""

import time
from hashlib import file_digest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fsspec
from filelock import FileLock

from conf.cache_folder import cache_folder
from conf.errors import RunError, UserError

WAITS_S = (1.0, 4.0, 16.0)  # before each further try
SILENCE_S = 60.0  # of a server, before a try is given up


def is_remote(root: str) -> bool:
    """Whether it is a URL."""
    return "://" in root


def content(root: str, name: str, most: int) -> bytes:
    """A small file's bytes, `most` at most. Raises UserError where there is none, RunError where it fails."""
    with TemporaryDirectory(prefix="carousel-") as folder:
        path = Path(root, name)
        if is_remote(root):
            path = _copied(f"{root.rstrip('/')}/{name}", Path(folder, "file"), most)
        try:
            if path.stat().st_size > most:
                raise UserError(f"{path}: more than {most} bytes, so it is not what it should be")
            return path.read_bytes()
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from error


def on_disk(root: str, name: str, size: int, sha256: str) -> Path:
    """A file of so many bytes: itself, or a copy in the cache whose hash was found right when it was made.

    Raises UserError where it is another or there is none, RunError where copying fails.
    """
    if not is_remote(root):
        path = Path(root, name)
        if not path.is_file() or path.stat().st_size != size:
            raise UserError(f"{path}: not the file of {size} bytes that the index tells of; copy it again")
        return path
    path = cache_folder() / "shards" / sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):  # the processes of a training want the same ones at once
        if not path.is_file():
            url = f"{root.rstrip('/')}/{name}"
            part = _copied(url, path.with_suffix(".part"), size)
            with part.open("rb") as file:
                found = file_digest(file, "sha256").hexdigest()
            if found != sha256:
                part.unlink()
                raise UserError(f"{url}: not the file that the index tells of (SHA-256); copy it there again")
            part.replace(path)
    return path


class _Bounded(fsspec.Callback):
    """Ends a transfer of more bytes than there should be."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def relative_update(self, inc: int = 1) -> None:
        super().relative_update(inc)
        if self.value > self._most:
            raise UserError(f"it has more than {self._most} bytes")


def _copied(url: str, path: Path, most: int) -> Path:
    """`path`, once the file at the URL is there; tried again where it may help."""
    for wait in (*WAITS_S, None):
        try:
            system, remote = fsspec.core.url_to_fs(url, **_options(url))
            system.get_file(remote, str(path), callback=_Bounded(most))
            return path
        except FileNotFoundError as error:
            raise UserError(f"{url}: there is no such file") from error
        except (PermissionError, UserError) as error:
            raise UserError(f"{url}: {error}") from error
        except (
            ImportError,
            ValueError,
        ) as error:  # no library for it, or no such protocol: fsspec says which
            raise UserError(f"{url}: {error}") from error
        except Exception as error:  # each kind of store has errors of its own
            if wait is None:
                tries = len(WAITS_S) + 1
                told = str(error) or type(error).__name__
                raise RunError(f"{url}: {tries} tries failed, the last with: {told}") from error
            time.sleep(wait)
    raise AssertionError


def _options(url: str) -> dict[str, Any]:
    """What a file system is to be opened with: by itself HTTP's ends every transfer after five minutes."""
    if not url.startswith(("http://", "https://")):
        return {}
    import aiohttp

    return {"client_kwargs": {"timeout": aiohttp.ClientTimeout(total=None, sock_read=SILENCE_S)}}
