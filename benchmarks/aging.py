"""Whether a worker slows down or grows with age, on a machine that has other work too.

    python benchmarks/aging.py [frames=5000]

One worker renders small draft frames without ever being replaced. In the second and in the last tenth a fresh
worker renders each frame as well, right before or after it; a new one takes its place every fifty frames.
What else the machine does slows both alike, so that what age costs is the ratio of their processor times.
"""

import os
import socket
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection

import numpy as np
from soak import processor_s, resident

from assets.library import NOTHING
from scenegen.compose import compose
from scenegen.config import RenderConfig
from scenegen.launchers.local import worker_command
from scenegen.protocol import REPORT, Done, Ready, Render, Setup, receive, send

SMALL = ["renderer=draft", "renderer.width=64", "renderer.height=32"]
FRESH_FOR = 50  # frames
WARM_UP = 5  # frames of a fresh worker that do not count: it still fills its caches
TENTHS = 10
COMPARED = (1, TENTHS - 1)


class Worker:
    """A worker of the real job, with one thread."""

    def __init__(self, config: RenderConfig) -> None:
        ours, theirs = socket.socketpair()
        self._connection = Connection(ours.detach())
        with theirs:
            self._process = subprocess.Popen(
                [*worker_command(), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdout=subprocess.DEVNULL,
                env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        send(self._connection, Setup(config=config, library=NOTHING, threads=1, slot=0))
        assert isinstance(receive(self._connection, REPORT), Ready)

    def render(self, frame: int) -> float:
        """Processor seconds that it took."""
        before = processor_s(self._process.pid)
        send(self._connection, Render(frame=frame))
        assert isinstance(receive(self._connection, REPORT), Done)
        return processor_s(self._process.pid) - before

    def memory(self) -> float:
        """Resident MB."""
        return resident(self._process.pid)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._connection.close()


def main(frames: int) -> None:
    with tempfile.TemporaryDirectory(prefix="carousel-bench-") as folder:
        old_config, fresh_config = (compose([*SMALL, f"out={folder}/{name}"]) for name in ("old", "fresh"))
        old = Worker(old_config)
        print("| frames | processor s/frame | MB | fresh worker's s/frame | old / fresh |")
        print("|---|---:|---:|---:|---:|")
        ratios = {}
        for tenth in range(TENTHS):
            members = range(frames * tenth // TENTHS, frames * (tenth + 1) // TENTHS)
            if tenth in COMPARED:
                pairs = np.array(compared(old, fresh_config, members))
                ratios[tenth] = ratio(pairs)
                told = f"{pairs[:, 1].mean():.3f} | {ratios[tenth][0]:.3f} ± {ratios[tenth][1]:.3f}"
                seconds = pairs[:, 0].mean()
            else:
                seconds, told = float(np.mean([old.render(frame) for frame in members])), "|"
            span = f"{members[0]}–{members[-1]}"
            print(f"| {span} | {seconds:.3f} | {old.memory():.0f} | {told} |", flush=True)
        old.end()
    (first, its), (last, error) = (ratios[tenth] for tenth in COMPARED)
    print(
        f"last tenth / second: {last / first:.3f} ± {last / first * np.hypot(its / first, error / last):.3f}"
    )


def compared(old: Worker, config: RenderConfig, frames: range) -> list[tuple[float, float]]:
    """Of each frame but those of a warm-up: the old worker's and a fresh one's processor seconds."""
    pairs = []
    for start in range(frames.start, frames.stop, FRESH_FOR):
        fresh = Worker(config)
        for place, frame in enumerate(range(start, min(start + FRESH_FOR, frames.stop))):
            seconds = {}
            for worker in (old, fresh) if frame % 2 else (fresh, old):  # the first draws its textures
                seconds[worker] = worker.render(frame)
            if place >= WARM_UP:
                pairs.append((seconds[old], seconds[fresh]))
        fresh.end()
    return pairs


def ratio(pairs: np.ndarray) -> tuple[float, float]:
    """Old over fresh, and its standard error, linearized over frames (Cochran 1977, section 6.4)."""
    old, fresh = pairs.T
    value = old.sum() / fresh.sum()
    return value, float(np.std(old - value * fresh, ddof=1) / np.sqrt(len(old)) / fresh.mean())


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    main(int(given.get("frames", 5000)))
