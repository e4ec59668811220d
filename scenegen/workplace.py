"""Where a job does its work: the dataset's own folder or, of one in an object store, a copy of what it needs.

Either is held by one command at a time.
"""

import fcntl
import secrets
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from conf.errors import RunError, UserError
from scenegen.dataset.files import write_error
from scenegen.dataset.objects import ObjectStore, is_url
from scenegen.launchers.scratch import scratch_folder

LEASE = ".lock"
BEAT_S = 10.0  # between signs of life
PATIENCE_S = 35.0  # without one, whoever held the lease is taken for dead
SETTLE_S = 2.0  # after which the last of several that took it at once has it


class Workplace:
    """A dataset's folder, as it is."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fetch(self, pictures: Iterable[str] = ()) -> None:
        """Bring the folder up to date with what workers committed, and these files of theirs."""

    def publish(self) -> None:
        """Let others see what was written into the folder."""

    def discard(self, files: Iterable[str]) -> None:
        """Delete files, there or not, by their names relative to the dataset's root."""
        for file in files:
            (self.root / file).unlink(missing_ok=True)


class Mirror(Workplace):
    """A local copy of what is in an object store, but for pictures, which only what asks for them brings."""

    def __init__(self, root: Path, store: ObjectStore) -> None:
        super().__init__(root)
        self._store = store
        self._same: dict[str, tuple[int, int]] = {}  # files as they are in the store: size and time
        self._download(name for name in ("config.yaml", "dataset.json") if store.has(name))
        self._download(store.names("specs"))
        self.fetch()

    def fetch(self, pictures: Iterable[str] = ()) -> None:
        records = self._store.names("frames")
        self._download(name for name in (*records, *pictures) if not (self.root / name).exists())

    def publish(self) -> None:
        files = (path for path in self.root.rglob("*") if path.is_file())
        state = {str(path.relative_to(self.root)): _state(path) for path in files}
        changed = [name for name, seen in state.items() if self._same.get(name) != seen]
        self._store.upload(changed, self.root)
        self._same |= state

    def discard(self, files: Iterable[str]) -> None:
        files = list(files)
        super().discard(files)
        for file in files:
            self._same.pop(file, None)
            if self._store.has(file):
                self._store.remove(file)

    def _download(self, names: Iterable[str]) -> None:
        names = list(names)
        self._store.download(names, self.root)
        self._same |= {name: _state(self.root / name) for name in names}


def _state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@contextmanager
def workplace(out: str) -> Iterator[Workplace]:
    """Hold `out`, a folder or the URL of an object store, alone, and give the folder to work in.

    Raises UserError where another command holds it, RunError where it cannot be written.
    """
    if not is_url(out):
        with _locked(Path(out)):
            yield Workplace(Path(out))
        return
    store = ObjectStore(out)
    with _leased(store), scratch_folder(Path(tempfile.gettempdir())) as folder:
        yield Mirror(Path(folder) / store.url.rpartition("/")[2], store)  # the gallery bears its name


@contextmanager
def snapshot(dataset: str) -> Iterator[Path]:
    """A dataset's folder or, of one in an object store, a copy of all of it."""
    if not is_url(dataset):
        yield Path(dataset)
        return
    store = ObjectStore(dataset)
    with scratch_folder(Path(tempfile.gettempdir())) as folder:
        root = Path(folder) / store.url.rpartition("/")[2]
        store.download(store.names(), root)
        yield root


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Make the folder and hold it alone. The kernel lets go of it however this process ends."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".lock").open("w")
    except OSError as error:
        raise write_error(out, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(str(out)) from error
        yield


@contextmanager
def _leased(store: ObjectStore) -> Iterator[None]:
    """Hold an object store's folder alone as long as this process gives signs of life.

    Nothing there lets go when a process dies, so its lease is watched for a while; clocks are not compared.
    Should two commands work there all the same, as after one of them was asleep, they write the same bytes.
    """
    held = store.read(LEASE)
    if held is not None and _changes(store, held):
        raise _taken(store.url)
    name = secrets.token_hex(8)
    store.put(LEASE, name.encode())
    time.sleep(SETTLE_S)
    if store.read(LEASE) != name.encode():
        raise _taken(store.url)
    ended = threading.Event()
    beating = threading.Thread(target=_beat, args=(store, name, ended), daemon=True)
    beating.start()
    try:
        yield
    finally:
        ended.set()
        beating.join()
        store.remove(LEASE)


def _changes(store: ObjectStore, held: bytes) -> bool:
    """Whether who holds the lease is alive."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        time.sleep(BEAT_S / 10)
        now = store.read(LEASE)
        if now != held:
            return now is not None
    return False


def _beat(store: ObjectStore, name: str, ended: threading.Event) -> None:
    beats = 0
    while not ended.wait(BEAT_S):
        beats += 1
        try:
            store.put(LEASE, f"{name} {beats}".encode())
        except (UserError, RunError):
            continue  # the next one may get through; workers tell of a store that is gone


def _taken(out: str) -> UserError:
    return UserError(f"out={out}: another render command is at work there; wait for it or end it")
