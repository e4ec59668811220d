"""Whether time per frame and memory stay flat over thousands of frames.

    python benchmarks/soak.py [frames=5000] [out=FOLDER]

One worker renders small draft frames without being recycled. By tenths of the job: seconds by the clock and
of processor time per frame, and the largest resident memory of worker and coordinator. The processor's time
is what to compare on a machine that has other work too. Frames differ in what they cost: ± is the standard
error of a tenth's mean that this alone gives.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SMALL = [
    "renderer=draft",
    "renderer.width=160",
    "renderer.height=54",
    "workers=1",
    "gallery=false",
    "launcher.recycle_after=1000000",
]
TENTHS = 10
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Sample(NamedTuple):
    """What was seen at a moment."""

    done: int  # frames
    clock_s: float
    processor_s: float  # of the worker
    worker_mb: float
    coordinator_mb: float


def main(frames: int, out: str) -> None:
    with tempfile.TemporaryDirectory(prefix="carousel-bench-") as folder:
        data = Path(out or Path(folder) / "data")
        job = subprocess.Popen(
            [sys.executable, ROOT / "scenegen" / "render.py", *SMALL, f"n={frames}", f"out={data}"]
        )
        samples = watch(job, data)
    if job.returncode != 0:
        sys.exit(f"the job ended with exit code {job.returncode}")
    tell(samples, frames)


def watch(job: subprocess.Popen[bytes], data: Path) -> list[Sample]:
    """A sample about every second while the worker lives."""
    samples: list[Sample] = []
    while job.poll() is None:
        if workers := children(job.pid):
            try:
                done = committed(data)
                samples.append(
                    Sample(
                        done,
                        time.monotonic(),
                        processor_s(workers[0]),
                        resident(workers[0]),
                        resident(job.pid),
                    )
                )
            except (OSError, ValueError, StopIteration):  # it has just ended
                pass
        time.sleep(1)
    return samples


def tell(samples: list[Sample], frames: int) -> None:
    """The table, and the last tenth against the second."""
    done, clock, processor, worker, coordinator = np.array(samples).T
    edges = np.linspace(0, frames, TENTHS + 1)
    edges[0], edges[-1] = max(edges[0], done[0]), min(edges[-1], done[-1])
    clocks, processors = np.interp(edges, done, clock), np.interp(edges, done, processor)
    print("| frames | s/frame | processor s/frame | ± | worker MB | coordinator MB |")
    print("|---|---:|---:|---:|---:|---:|")
    rows = []
    for first, last, *ends in zip(
        edges, edges[1:], clocks, clocks[1:], processors, processors[1:], strict=False
    ):
        inside = (done >= first) & (done <= last)
        count = last - first
        row = (ends[1] - ends[0]) / count, (ends[3] - ends[2]) / count, worker[inside].max()
        error = spread(done[inside], processor[inside]) / np.sqrt(count)
        rows.append(row)
        print(
            f"| {first:.0f}–{last:.0f} | {row[0]:.3f} | {row[1]:.3f} | {error:.3f} | {row[2]:.0f} "
            f"| {coordinator[inside].max():.0f} |"
        )
    ratios = np.array(rows[-1]) / np.array(rows[1])
    print(f"last tenth / second: clock {ratios[0]:.3f}, processor {ratios[1]:.3f}, memory {ratios[2]:.3f}")


def spread(done: np.ndarray, processor: np.ndarray) -> float:
    """Standard deviation of a frame's processor time, from differences between samples some frames apart."""
    frames, seconds = np.diff(done), np.diff(processor)
    counted = frames > 0
    mean = seconds[counted].sum() / frames[counted].sum()
    return float(np.sqrt(np.mean((seconds[counted] - mean * frames[counted]) ** 2 / frames[counted])))


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def committed(data: Path) -> int:
    return sum(sum(1 for _ in os.scandir(folder)) for folder in data.glob("frames/*"))


def processor_s(pid: int) -> float:
    """User and system time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def resident(pid: int) -> float:
    """MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    main(int(given.get("frames", 5000)), given.get("out", ""))
