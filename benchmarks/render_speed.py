"""Seconds per committed frame of the reference scene: 8 cars, 12 distractors, 6 lights, all annotations.

    python benchmarks/render_speed.py [frames=24]

Each size is rendered by the real command with its own choice of workers; the rate is taken between the
first commits and the last, so that starting Blender is left out. Then one process with two threads, as a
worker has, renders the same frames and reads Cycles' own status lines (Blender 4.5's; 5.x no longer prints
them): of a frame's time, how much goes to sampling with denoising, to Cycles' scene update, and to ours.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from scenegen.compose import compose
from scenegen.launchers.local import worker_count

ROOT = Path(__file__).resolve().parent.parent
SIZES = [(1200, 400), (640, 214)]
REFERENCE = [
    "randomizer=paper",
    "randomizer.cars.paper.count=[0,0,0,0,0,0,0,0,1]",
    "randomizer.distractors.paper.count=[12,12]",
    "randomizer.lighting.paper.count=[6,6]",
    "gallery=false",
]
_STATUS = re.compile(r"^Fra:.*\| Time:(\d+):(\d+\.\d+) .*\| (Sample 0/|Finished)")


def main(frames: int) -> None:
    print(f"{'size':>9}  s/frame   of a frame's time: sampling, scene update, ours")
    for width, height in SIZES:
        overrides = [*REFERENCE, f"renderer.width={width}", f"renderer.height={height}", f"n={frames}"]
        with tempfile.TemporaryDirectory(prefix="carousel-bench-") as folder:
            rate = seconds_per_frame([*overrides, f"out={folder}/rate"], Path(folder) / "rate")
            parts = time_parts([*overrides, f"out={folder}/parts"], frames)
        shares = "  ".join(f"{part:.3f} s ({part / sum(parts):.0%})" for part in parts)
        print(f"{width:>5}x{height:<4} {rate:7.2f}   {shares}", flush=True)


def seconds_per_frame(overrides: list[str], out: Path) -> float:
    """The real command's steady rate, from the times of its commits."""
    subprocess.run([sys.executable, ROOT / "scenegen" / "render.py", *overrides], check=True)
    commits = np.sort([path.stat().st_mtime for path in out.glob("frames/*/*.json")])
    workers = worker_count(compose(overrides), len(commits))  # the first commit of each marks the start
    return float((commits[-1] - commits[workers - 1]) / (len(commits) - workers))


def time_parts(overrides: list[str], frames: int) -> tuple[float, float, float]:
    """Median seconds of sampling, of Cycles' scene update, and of the rest of `FrameMaker.make`."""
    child = subprocess.run(
        [sys.executable, __file__, "child", *overrides],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"OIDN_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    )
    update, finished, wall = [], [], []
    for line in child.stdout.splitlines():
        if match := _STATUS.match(line):
            stamp = 60 * int(match[1]) + float(match[2])
            (finished if match[3] == "Finished" else update).append(stamp)
        elif line.startswith("made in "):
            wall.append(float(line.split()[-1]))
    if not len(update) == len(finished) == len(wall) == frames:
        raise SystemExit("this Blender prints no status lines: run the benchmark with bpy 4.5")
    steady = slice(2, None)  # the first frames fill the caches
    a, b, c = (np.array(values)[steady] for values in (update, finished, wall))
    return float(np.median(b - a)), float(np.median(a)), float(np.median(c - b))


def child(overrides: list[str]) -> None:
    """Make the frames in this process, saying how long each took."""
    from time import perf_counter

    from scenegen.frame import FrameMaker

    config = compose(overrides)
    maker = FrameMaker(config, threads=2)
    for frame in range(config.n):
        start = perf_counter()
        maker.make(frame)
        print(f"made in {perf_counter() - start:.3f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2:])
    else:
        given = dict(argument.split("=", 1) for argument in sys.argv[1:])
        main(int(given.get("frames", 24)))
