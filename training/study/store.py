"""The store of steps: a folder for each, done once, with its log, and the marks that say how far it is.

KIND/KEY/step.json     what it is
         result/       the dataset or run
         log.txt       what the command said, of all tries
         started.json  since when it runs
         failed.json   why its last try failed
         done.json     how long it took, on what: written last, the mark that the result is whole
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from conf.errors import RunError
from training.report.files import write_atomic
from training.study.plan import Step

Mark = TypeVar("Mark", bound=msgspec.Struct)


class Started(msgspec.Struct, frozen=True):
    """A try under way, or one that was killed."""

    time: float  # seconds since 1970


class Failed(msgspec.Struct, frozen=True):
    """A try that came to nothing."""

    code: int
    words: str  # the command's last
    seconds: float  # of this try and those before


class Done(msgspec.Struct, frozen=True):
    """A whole result."""

    seconds: float  # of this try and of those before that failed; one that was killed left no word
    machine: str
    source: str  # hash of the source that made it
    command: str


class Store:
    """The steps under a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def folder(self, id: str) -> Path:
        return self.root / id

    def result(self, id: str) -> Path:
        return self.root / id / "result"

    def log(self, id: str) -> Path:
        return self.root / id / "log.txt"

    def checkpoint(self, id: str) -> Path:
        """The checkpoint that a training came to: the best one where any was chosen, else the last."""
        best = self.result(id) / "best.ckpt"
        return best if best.exists() else self.result(id) / "last.ckpt"

    def done(self, id: str) -> Done | None:
        return _read(self.folder(id) / "done.json", Done)

    def failed(self, id: str) -> Failed | None:
        return _read(self.folder(id) / "failed.json", Failed)

    def started(self, id: str) -> Started | None:
        return _read(self.folder(id) / "started.json", Started)

    def start(self, step: Step) -> None:
        """Mark a try; what an earlier one left is forgotten."""
        _write(self.folder(step.id) / "step.json", step)
        _write(self.folder(step.id) / "started.json", Started(time.time()))
        (self.folder(step.id) / "failed.json").unlink(missing_ok=True)

    def finish(self, id: str, mark: Done | Failed) -> None:
        """Mark how a try ended."""
        _write(self.folder(id) / f"{type(mark).__name__.lower()}.json", mark)
        (self.folder(id) / "started.json").unlink(missing_ok=True)

    @contextmanager
    def locked(self, id: str) -> Iterator[None]:
        """Alone with a step: another study that needs it waits. Raises RunError where the disk refuses."""
        try:
            self.folder(id).mkdir(parents=True, exist_ok=True)
            file = (self.folder(id) / "lock").open("w")
        except OSError as error:
            raise RunError(f"cannot write {error.filename}: {error.strerror}") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _write(path: Path, content: msgspec.Struct) -> None:
    write_atomic(path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


def _read(path: Path, kind: type[Mark]) -> Mark | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
