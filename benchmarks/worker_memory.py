"""Whether a worker's memory stays flat over thousands of frames.

    python benchmarks/worker_memory.py [frames=1000]

One worker renders small draft frames without being recycled; its resident memory is read after every tenth
frame. Printed are the means around frame 100, half-way and at the end, and the last over the first.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main(frames: int) -> None:
    with tempfile.TemporaryDirectory(prefix="carousel-bench-") as folder:
        out = Path(folder) / "data"
        overrides = [*SMALL, f"n={frames}", f"out={out}"]
        job = subprocess.Popen([sys.executable, ROOT / "scenegen" / "render.py", *overrides])
        samples = watch(job, out)
    counts, megabytes = np.array(samples).T
    windows = [("100", 100), (f"{frames // 2}", frames // 2), (f"{frames}", frames - 50)]
    means = [megabytes[np.abs(counts - middle) <= 50].mean() for _, middle in windows]
    for (name, _), mean in zip(windows, means, strict=True):
        print(f"frame {name:>6}: {mean:7.1f} MB")
    print(f"last / first: {means[-1] / means[0]:.3f}")


def watch(job: subprocess.Popen[bytes], out: Path) -> list[tuple[int, float]]:
    """(frames committed, worker's resident MB) about every tenth frame until the job ends."""
    samples: list[tuple[int, float]] = []
    while job.poll() is None:
        done = sum(1 for _ in out.glob("frames/*/*.json"))
        if worker := children(job.pid):
            resident = next(
                int(line.split()[1])
                for line in Path(f"/proc/{worker[0]}/status").read_text().splitlines()
                if line.startswith("VmRSS")
            )
            samples.append((done, resident / 1024))
        time.sleep(1)
    return samples


def children(pid: int) -> list[int]:
    """The processes that `pid` started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    main(int(given.get("frames", 1000)))
