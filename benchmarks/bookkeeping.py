"""What a dataset of so many frames costs beside rendering: finding what is committed, merging, memory.

    python benchmarks/bookkeeping.py [frames=1000000] [out=FOLDER]

Records are written as a job writes them, but for rendering and for flushing to the disk: KITTI's shape, three
or four road users each, with masks. They take 7 GB for a million frames. Each measurement is a process of its
own, so that its peak memory is its own; what the disk's cache holds is what the writing left there.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from scenegen.compose import compose
from scenegen.dataset.coco import coco_path, write_coco
from scenegen.dataset.records import Annotation, Cuboid, FrameRecord
from scenegen.dataset.store import FrameStore, frame_name
from scenegen.finish import coco_info, licenses
from scenegen.job import missing
from scenegen.labels.annotate import encode_rle

WIDTH, HEIGHT = 640, 192
DEFAULTS = {"frames": "1000000", "out": ""}


def main(options: dict[str, str]) -> None:
    frames = int(options["frames"])
    with tempfile.TemporaryDirectory(prefix="carousel-bench-", dir=options["out"] or None) as folder:
        root = Path(folder)
        start = time.perf_counter()
        write_records(root, frames)
        print(
            f"{frames:,} records written in {time.perf_counter() - start:.0f} s (not measured)\n", flush=True
        )
        print("| | seconds | of processor | peak memory | |\n|---|---:|---:|---:|---|")
        for name in STEPS:
            child = subprocess.run(
                [sys.executable, __file__, "step", name, folder, str(frames)],
                check=True, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            seconds, processor, memory, said = json.loads(child.stdout)
            print(
                f"| {name} | {seconds:.1f} | {processor:.1f} | {memory / 1024:.0f} MB | {said} |", flush=True
            )


def write_records(root: Path, frames: int) -> None:
    """Records that differ in what differs in real ones."""
    users = [user(seed) for seed in range(200)]
    encode = msgspec.json.Encoder().encode
    for frame in range(frames):
        path = FrameStore(root).record_path(frame)
        if frame % 1000 == 0:
            path.parent.mkdir(parents=True)
        count = 3 + frame % 2
        chosen = [users[(frame * 7 + place) % len(users)] for place in range(count)]
        annotations = tuple(
            msgspec.structs.replace(each, track_id=place) for place, each in enumerate(chosen)
        )
        path.write_bytes(encode(record(frame, annotations)))


def user(seed: int) -> Annotation:
    """A car with a rounded mask."""
    rng = np.random.default_rng(seed)
    w, h = rng.uniform(20, 150), rng.uniform(15, 80)
    x, y = rng.uniform(w, WIDTH - w), rng.uniform(h, HEIGHT - h)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    mask = ((columns - x) / w) ** 4 + ((rows - y) / h) ** 4 < 0.06
    ys, xs = np.nonzero(mask)
    box = float(xs.min()), float(ys.min()), float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)
    corners = tuple(tuple(rng.uniform(-20, 20, 3).round(4).tolist()) for _ in range(8))
    cuboid = Cuboid(
        dimensions=(1.5, 1.8, 4.2), location=corners[0], rotation_y=0.4, alpha=0.3, corners=corners
    )
    return Annotation(
        category_id=1, bbox=box, bbox_visible=box, bbox_full=box, segmentation=encode_rle(mask),
        area=int(mask.sum()), visibility=1.0, truncation=0.0, occlusion_level=0, cuboid=cuboid, iscrowd=0,
        ignore_reason=None, track_id=0, model_id=f"sedan-{seed}", style="sedan",
    )  # fmt: skip


def record(frame: int, annotations: tuple[Annotation, ...]) -> FrameRecord:
    return FrameRecord(
        frame=frame, file_name=f"{frame_name(frame)}.jpg", width=WIDTH, height=HEIGHT,
        K=((300.0, 0.0, 320.0), (0.0, 300.0, 96.0), (0.0, 0.0, 1.0)),
        camera_pose=tuple(tuple(float(i == j) for j in range(4)) for i in range(4)),
        seed=0, video_id=frame, frame_in_video=0, recipe="structured", spec_sha256=f"{frame:064x}",
        sha256={"images": f"{frame:064x}", "instances": f"{frame:064x}"}, annotations=annotations,
    )  # fmt: skip


def scan(root: Path, frames: int) -> str:
    """What resuming does first: nothing is missing."""
    left = missing(compose([f"n={frames}", f"out={root}"]), FrameStore(root))
    return f"{len(left)} frames missing"


def merge(root: Path, frames: int) -> str:
    """The COCO file."""
    store, config = FrameStore(root), compose([f"n={frames}", f"out={root}"])
    start = time.process_time()
    counts = write_coco(store, store.committed(), coco_info(config), licenses(config), "rle")
    rate = counts.annotations / (time.process_time() - start)
    size = coco_path(root).stat().st_size / 2**30
    return f"{counts.annotations:,} annotations, {rate:,.0f} a second of processor, {size:.1f} GB"


def sweep(root: Path, frames: int) -> str:
    """Looking for what killed writers left."""
    return f"{FrameStore(root).remove_temporaries()} found"


def entries(root: Path, frames: int) -> str:
    """The fullest folder."""
    most = max(sum(1 for _ in folder.iterdir()) for folder in [root, *root.glob("**/")])
    return f"at most {most:,} entries in a folder"


STEPS: dict[str, Callable[[Path, int], str]] = {
    "resume scan": scan,
    "merge": merge,
    "leftovers": sweep,
    "folders": entries,
}


def step(name: str, root: str, frames: str) -> None:
    """In a process of its own."""
    start = time.perf_counter()
    said = STEPS[name](Path(root), int(frames))
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([seconds, time.process_time(), memory, said]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["step"]:
        step(*sys.argv[2:])
    else:
        main(DEFAULTS | dict(argument.split("=", 1) for argument in sys.argv[1:]))
