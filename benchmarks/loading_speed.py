"""Pictures per second that the data side gives: decoding alone, then all of it, with one and two workers.

    python benchmarks/loading_speed.py [pictures=240]

JPEGs of KITTI's size and of a rendered dataset's, made up here to about the bytes of real ones, go to
640 × 192. Decoders are compared in this process on one core; "plain" and "augmented" are a DataLoader over
DetectionDataset without and with the default augmentation. Each figure is the best of three passes.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader

from training.data.chance import Draw
from training.data.dataset import DetectionDataset, collate, decode
from training.data.mixing import MixedBatches
from training.data.settings import NO_AUGMENTATION, Augmentation
from training.data.truth import LabelledImage, Row, Truth

INPUT = (192, 640)
SIZES = ((1242, 375), (640, 214))
BATCH = 16
PASSES = 3


def main(count: int) -> None:
    torch.set_num_threads(1)
    print("                     decoding              loader: plain         augmented")
    print("JPEG            kB  torchvision   Pillow   1 worker        2  1 worker        2")
    for width, height in SIZES:
        with TemporaryDirectory() as folder:
            images = make_pictures(Path(folder), count, width, height)
            paths = [image.path for image in images]
            kilobytes = np.mean([path.stat().st_size for path in paths]) / 1000
            decoders = [rate(count, partial(decode_all, paths, each)) for each in (decode, pillow)]
            loaders = [
                rate(count, partial(list, loader))
                for augmentation in (NO_AUGMENTATION, Augmentation())
                for loader in (make_loader(images, augmentation, workers) for workers in (1, 2))
            ]
        figures = " ".join(f"{figure:>8.0f}" for figure in loaders)
        print(
            f"{width} × {height:<5} {kilobytes:>5.0f} {decoders[0]:>12.0f} {decoders[1]:>8.0f}   {figures}",
            flush=True,
        )


def make_pictures(folder: Path, count: int, width: int, height: int) -> list[LabelledImage]:
    """Smooth noise with fine noise on top, which JPEG packs about as tightly as a street scene."""
    rng = np.random.default_rng(0)
    rows = [Row("Car", (width * x, height * 0.5, width * (x + 0.1), height * 0.8)) for x in (0.1, 0.4, 0.7)]
    images = []
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (height // 12, width // 12, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
        pixels = smooth + rng.integers(-14, 15, (height, width, 1), dtype=np.int16)
        path = folder / f"{number}.jpg"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path, quality=90)
        images.append(LabelledImage(str(number), path, width, height, "", Truth.of(rows)))
    return images


def decode_all(paths: list[Path], decoder: Callable[[Path], torch.Tensor]) -> None:
    for path in paths:
        decoder(path)


def pillow(path: Path) -> torch.Tensor:
    """What `decode` would be with Pillow."""
    with Image.open(path) as picture:
        return torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)


def make_loader(
    images: list[LabelledImage], augmentation: Augmentation, workers: int
) -> "DataLoader[list[Draw]]":
    return DataLoader(
        DetectionDataset(images, INPUT, augmentation),
        batch_sampler=MixedBatches([len(images)], BATCH),
        num_workers=workers,
        collate_fn=collate,
        persistent_workers=True,
    )


def rate(count: int, run: Callable[[], object]) -> float:
    """Pictures per second of the fastest pass; a first one starts the workers and fills the file cache."""
    run()
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return count / min(times)


if __name__ == "__main__":
    main(int(dict(word.split("=") for word in sys.argv[1:]).get("pictures", 240)))
