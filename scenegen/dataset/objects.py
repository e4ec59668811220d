"""ObjectStore: a dataset in an object store (s3://bucket/data, gs://…), through fsspec.

An object is put whole or not at all, so that a frame's record commits it there as it does in a folder.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from conf.errors import RunError, UserError
from scenegen.dataset.records import FrameRecord
from scenegen.dataset.store import FrameStore, record_file

_STORES = ("s3", "gs", "gcs", "az", "abfs", "oss")  # whose writes are atomic: sftp's and the like are not


def is_url(out: str) -> bool:
    """Whether `out` names an object store rather than a folder."""
    return "://" in out


def frame_store(out: str) -> "FrameStore | ObjectStore":
    """Where a worker commits its frames."""
    return ObjectStore(out) if is_url(out) else FrameStore(out)


class ObjectStore:
    """Files by their names relative to a URL. Every method raises UserError or RunError naming the URL."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        with self._told():
            self._files, self._base = _file_system(self.url)

    def commit(self, record: FrameRecord, files: Mapping[str, bytes]) -> None:
        """As `FrameStore.commit`."""
        for name, data in files.items():
            self.put(name, data)
        self.put(record_file(record.frame), msgspec.json.encode(record))

    def is_committed(self, frame: int) -> bool:
        """As `FrameStore.is_committed`."""
        return self.has(record_file(frame))

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        with self._told():
            return bool(self._files.exists(self._path(name)))

    def names(self, folder: str = "") -> list[str]:
        """All files in and below a folder."""
        with self._told():
            found = self._files.find(self._path(folder))
        return [path.removeprefix(f"{self._base}/") for path in found]

    def put(self, name: str, data: bytes) -> None:
        """Write a file, in place of any that is there."""
        with self._told():
            self._files.pipe_file(self._path(name), data)

    def read(self, name: str) -> bytes | None:
        """A file's content, or None where there is none."""
        with self._told():
            try:
                return bytes(self._files.cat_file(self._path(name)))
            except FileNotFoundError:
                return None

    def remove(self, name: str) -> None:
        """Delete a file that is there."""
        with self._told():
            self._files.rm_file(self._path(name))

    def download(self, names: Iterable[str], root: Path) -> None:
        """Copy files to the same names below `root`, many at a time."""
        names = list(names)
        for folder in {(root / name).parent for name in names}:
            folder.mkdir(parents=True, exist_ok=True)
        with self._told():
            if names:
                self._files.get([self._path(name) for name in names], [str(root / name) for name in names])

    def upload(self, names: Iterable[str], root: Path) -> None:
        """Copy files from the same names below `root`, many at a time."""
        names = list(names)
        with self._told():
            if names:
                self._files.put([str(root / name) for name in names], [self._path(name) for name in names])

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}".rstrip("/")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ImportError as error:
            raise UserError(f"{self.url}: {error}; install it on every machine") from error
        except (FileNotFoundError, PermissionError) as error:
            raise UserError(
                f"{self.url}: {error}. The bucket must be there, and your credentials must allow writing "
                "(for S3 AWS_ACCESS_KEY_ID and the like; AWS_ENDPOINT_URL for a server of your own)"
            ) from error
        except (UserError, RunError):
            raise
        except Exception as error:  # each kind of store has errors of its own
            raise RunError(
                f"{self.url}: {type(error).__name__}: {error}. The same command goes on from there."
            ) from error


def _file_system(url: str) -> tuple[Any, str]:
    """fsspec's, and the path that the URL means in it."""
    if url.partition("://")[0] not in _STORES:
        raise UserError(f"{url}: {', '.join(_STORES)} are known; a folder is written as a plain path")
    try:
        import fsspec
    except ImportError as error:
        raise ImportError(
            "object stores need fsspec and, for S3, s3fs: pip install 'carousel[cluster]'"
        ) from error
    # What others write meanwhile must be seen.
    files, path = fsspec.url_to_fs(url, use_listings_cache=False, skip_instance_cache=True)
    return files, path.rstrip("/")
