"""Workers on this machine: each gets a frame at a time; those that die, hang or grow old are replaced."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import BinaryIO

from assets.library import Library
from conf.errors import RunError, UserError
from scenegen.config import RenderConfig
from scenegen.dataset.files import write_error
from scenegen.launchers.scratch import scratch_folder
from scenegen.protocol import REPORT, Done, Failed, Ready, Render, Setup, Stop, receive, send

log = logging.getLogger(__name__)

_WORKER = Path(__file__).resolve().parent.parent / "worker.py"
_LOG_TAIL_LINES = 15
_CORES_PER_WORKER = 2  # two workers of one thread each were slower than one of two (docs/performance.md)
_EXIT_S = 5.0  # from a worker's last word to its end


@dataclass(frozen=True)
class Outcome:
    """What became of one frame: committed, or (with `error`) given up after `launcher.attempts` tries."""

    frame: int
    error: str | None = None
    log: str = ""  # last lines of the worker's output


def run_local(
    config: RenderConfig,
    library: Library,
    frames: Sequence[int],
    command: Sequence[str] | None,
    logs: Path,
    *,
    threads: int | None = None,
    log: str = "worker",
) -> Generator[Outcome, None, None]:
    """Render `frames` in `worker_count` processes; yields each frame's outcome as it comes, in any order.

    command: starts a worker; the default is this Blender, or this Python with its bpy. threads: of a worker;
    its share of the cores if not given. logs: the folder of the workers' logs, called `log` and a number.
    Closing the iterator ends all workers. Raises RunError where workers cannot start or the output folder
    cannot be written, UserError where a worker finds the config to be wrong.
    """
    # Workers are killed, not asked to leave: what they leave behind goes with this folder.
    with scratch_folder() as scratch:
        crew = _Crew(config, library, frames, command or worker_command(), scratch, threads, logs / log)
        try:
            yield from crew.outcomes()
        finally:
            crew.dismiss()


def worker_count(config: RenderConfig, frames: int, gpus: int = 1) -> int:
    """Processes to start for so many frames. With workers=auto one for every two cores, or for each GPU."""
    automatic = max(1, cores() // _CORES_PER_WORKER) if config.renderer.device == "cpu" else gpus
    return min(automatic if config.workers == "auto" else config.workers, frames)


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def worker_command() -> list[str]:
    """How to start a worker."""
    return script_command(_WORKER)


def script_command(script: Path) -> list[str]:
    """How to start a script that uses bpy: in `blender -b`, from its own binary; else from this Python."""
    bpy = sys.modules.get("bpy")
    if bpy is None or not bpy.app.binary_path:  # Blender as a module has no binary
        return [sys.executable, str(script)]
    return [bpy.app.binary_path, "-b", "--factory-startup", "-noaudio", "-P", str(script), "--"]


def _new_log(path: Path) -> BinaryIO:
    """An empty log; the one before it is kept as `.old.log`. Raises RunError where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            path.replace(path.with_suffix(".old.log"))
        return path.open("wb")
    except OSError as error:
        raise write_error(path, error) from error


@dataclass
class _Worker:
    """One process and what the coordinator knows of it."""

    slot: int
    process: subprocess.Popen[bytes]
    connection: Connection
    log: Path
    ready: bool = False
    frame: int | None = None
    rendered: int = 0
    heard: float = field(default_factory=time.monotonic)

    @property
    def idle(self) -> bool:
        return self.ready and self.frame is None

    def kill(self) -> None:
        """End it and all it started. A committed frame is whole whenever this happens."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.connection.close()

    def death(self) -> str:
        """How a process that hung up came to its end."""
        try:
            code = self.process.wait(timeout=_EXIT_S)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL_LINES:])


class _Crew:
    """The workers of one job, its frames still to do and the tries each has had."""

    def __init__(
        self,
        config: RenderConfig,
        library: Library,
        frames: Sequence[int],
        command: Sequence[str],
        scratch: str,
        threads: int | None,
        log: Path,
    ) -> None:
        self._config, self._library, self._threads = config, library, threads
        self._launcher = config.launcher
        self._command, self._scratch, self._log = command, scratch, log
        self._to_do = deque(frames)
        self._left = len(frames)
        self._tries = Counter[int]()
        self._ever_ready, self._failed_starts = False, 0
        self._warned: set[str] = set()
        self._workers: dict[int, _Worker] = {}  # by slot
        self._slots = worker_count(config, len(frames))  # one, until a worker has counted the GPUs

    def outcomes(self) -> Iterator[Outcome]:
        """Drive the workers until every frame has an outcome."""
        for slot in range(self._slots):
            self._start(slot)
        while self._left:
            readable = wait([w.connection for w in self._workers.values()], timeout=self._patience())
            for worker in [w for w in self._workers.values() if w.connection in readable]:
                yield from self._hear(worker)
            for worker in [w for w in self._workers.values() if self._seconds_left(w) <= 0]:
                yield from self._lose(worker, f"no answer for {self._launcher.stall_timeout_s:g} s")
            for worker in [w for w in self._workers.values() if w.idle]:
                self._next(worker)

    def dismiss(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.kill()
        self._workers.clear()

    def _start(self, slot: int) -> None:
        threads = self._threads or max(1, cores() // self._slots)
        log = self._log.with_name(f"{self._log.name}-{slot:02d}.log")
        ours, theirs = socket.socketpair()
        connection = Connection(ours.detach())
        with theirs, _new_log(log) as output:
            process = subprocess.Popen(
                [*self._command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is the coordinator's to handle, and killpg takes helpers too
                env=self._environment(threads),
            )
        self._workers[slot] = _Worker(slot, process, connection, log)
        with suppress(OSError):  # dead already: `_hear` will find the connection's end
            setup = Setup(config=self._config, library=self._library, threads=threads, slot=slot)
            send(connection, setup)

    def _grow(self, gpus: int) -> None:
        """Start what the first worker's count of GPUs allows."""
        before = self._slots
        self._slots = max(before, worker_count(self._config, self._left, gpus))
        for slot in range(before, self._slots):
            self._start(slot)

    def _environment(self, threads: int) -> dict[str, str]:
        return os.environ | {
            "OMP_NUM_THREADS": str(threads),
            "OPENBLAS_NUM_THREADS": str(threads),
            # Left alone, each worker's denoiser takes every core, and pins its threads to the same ones.
            "OIDN_NUM_THREADS": str(threads),
            "OIDN_SET_AFFINITY": "0",
            "TMPDIR": self._scratch,
        }

    def _patience(self) -> float:
        """Seconds until the first worker counts as stalled."""
        return max(0.0, min(self._seconds_left(worker) for worker in self._workers.values()))

    def _seconds_left(self, worker: _Worker) -> float:
        if worker.idle:
            return self._launcher.stall_timeout_s
        return worker.heard + self._launcher.stall_timeout_s - time.monotonic()

    def _hear(self, worker: _Worker) -> Iterator[Outcome]:
        try:
            report = receive(worker.connection, REPORT)
        except (EOFError, ConnectionError):
            yield from self._lose(worker, f"its worker died ({worker.death()})")
            return
        match report:
            case Stop(error=error, users_mistake=users_mistake):
                raise (UserError if users_mistake else RunError)(error)
            case Ready(gpus=gpus, warnings=warnings):
                worker.ready = True
                self._warn(warnings)
                self._ever_ready, self._failed_starts = True, 0
                self._grow(gpus)
            case Done(frame=frame):
                worker.frame = None
                worker.rendered += 1
                self._left -= 1
                yield Outcome(frame)
            case Failed(frame=frame, error=error):
                worker.frame = None
                yield from self._failed(frame, error, worker)

    def _warn(self, warnings: Sequence[str]) -> None:
        """Pass on what a worker warns of, once for all workers."""
        for warning in dict.fromkeys(warnings):
            if warning not in self._warned:
                self._warned.add(warning)
                log.warning("warning: %s", warning)

    def _next(self, worker: _Worker) -> None:
        """Give an idle worker a frame, or replace it where it has rendered its share."""
        if not self._to_do:
            return
        if worker.rendered >= self._launcher.recycle_after:
            worker.kill()
            self._start(worker.slot)
            return
        worker.frame, worker.heard = self._to_do.popleft(), time.monotonic()
        with suppress(OSError):  # dead already: `_hear` will find the connection's end
            send(worker.connection, Render(frame=worker.frame))

    def _lose(self, worker: _Worker, reason: str) -> Iterator[Outcome]:
        """A worker died or hangs: end it, count its frame as tried, start another."""
        worker.kill()
        if not worker.ready:
            self._failed_starts += 1
            if not self._ever_ready or self._failed_starts >= self._launcher.attempts:
                raise RunError(
                    f"a worker did not start: {reason}; {worker.log} ends with:\n{worker.log_tail()}"
                )
        if worker.frame is not None:
            yield from self._failed(worker.frame, reason, worker)
        self._start(worker.slot)

    def _failed(self, frame: int, error: str, worker: _Worker) -> Iterator[Outcome]:
        """Queue the frame again behind the others, or give it up."""
        self._tries[frame] += 1
        if self._tries[frame] < self._launcher.attempts:
            self._to_do.append(frame)
            return
        self._left -= 1
        yield Outcome(frame, error, worker.log_tail())
