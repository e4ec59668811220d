"""Images per second of training: torchvision's SSDLite on tensors in memory, and ours from files on disk.

    python benchmarks/train_speed.py [data=FOLDER] [batch=32] [steps=8] [rounds=5]

torchvision's runs in a bare loop: forward, backward, an SGD step. Ours is what pretrain.py runs: pictures
read and augmented by conf/augmentation/paper.yaml in loading processes, Lightning's loop with clipping,
averaged weights, two loggers and the progress bar. Both have MobileNet V3-Large with the reduced tail, as
torchvision's has without pretrained weights, at 320 × 320. They take turns, and the first of a round is the
second of the next, so that a machine's drift cancels. FOLDER: a dataset in COCO format; without, noise of
640 × 192 pixels in PNG files. Processor time is that of all threads of the training process, without the
loading ones.
"""

import gc
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from itertools import cycle, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import training  # noqa: F401  # isort: skip  # lets PyTorch's threads sleep; before PyTorch
import numpy as np
import torch
from lightning.pytorch import Callback
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torchvision.models.detection import ssdlite320_mobilenet_v3_large

from conf.compose import Command
from conf.errors import UserError
from training.data.coco import read_coco
from training.data.dataset import DetectionDataset, collate
from training.data.mixing import MixedBatches
from training.data.truth import LabelledImage, Row, Truth
from training.loop.data import TrainingData, loader_count
from training.loop.fit import fit
from training.loop.module import DetectionModule
from training.loop.results import scaled
from training.models.build import build_detector
from training.settings import PretrainConfig

DEFAULTS = {"data": "", "batch": "32", "steps": "8", "rounds": "5"}
INPUT = 320
PARTS = ("waiting", "forward", "backward", "rest")
WARM_UP = 3  # steps of each turn that are not counted
IN_MEMORY = 4  # batches of the bare loop
MADE_UP = 96  # pictures

Seconds = list[float]  # of each of PARTS, then of processor time
Turn = Callable[[int], Seconds]


def main(args: list[str]) -> None:
    options = DEFAULTS | dict(arg.split("=", 1) for arg in args if "=" in arg)
    if unknown := [arg for arg in args if arg.partition("=")[0] not in DEFAULTS or "=" not in arg]:
        raise UserError(f"{unknown[0]}: no such option; there are {', '.join(DEFAULTS)}, each as KEY=VALUE")
    batch, steps, rounds = (int(options[name]) for name in ("batch", "steps", "rounds"))
    config = Command("pretrain", PretrainConfig).compose(
        [f"model.input=[{INPUT},{INPUT}]", "model.weights=none", "model.reduced_tail=true",
         "trainer.optimizer=sgd", f"trainer.batch_size={batch}", "trainer.accelerator=cpu"]
    )  # fmt: skip
    with TemporaryDirectory(prefix="carousel-bench-") as folder:
        images = read_coco(Path(options["data"])) if options["data"] else make_pictures(Path(folder))
        turns = {"torchvision, bare": bare_loop(images, config), "ours, all of it": our_loop(images, config)}
        print(f"{INPUT} × {INPUT}, batches of {batch}, {rounds} rounds of {steps} steps, "
              f"{torch.get_num_threads()} threads and {loader_count('auto')} loading")  # fmt: skip
        taken = take_turns(turns, steps, rounds)
        show(taken, steps * batch)
        print(f"reading and augmenting a picture takes {reading_ms(images, config):.1f} ms of one core")


def take_turns(turns: dict[str, Turn], steps: int, rounds: int) -> dict[str, np.ndarray]:
    """Seconds (rounds, 5) of each, of all steps in a round."""
    taken: dict[str, list[Seconds]] = {name: [] for name in turns}
    for number in range(rounds):
        for name in list(turns)[:: 1 if number % 2 == 0 else -1]:
            taken[name].append(turns[name](steps))
    return {name: np.array(seconds) for name, seconds in taken.items()}


def show(taken: dict[str, np.ndarray], images: int) -> None:
    """Medians over the rounds, and the ratio's."""
    columns = " ".join(f"{name:>9}" for name in (*PARTS, "processor"))
    print(f"\n{'':<20} images/s   ms per image: {columns}")
    for name, seconds in taken.items():
        cells = " ".join(f"{cell:>9.2f}" for cell in np.median(1000 * seconds / images, axis=0))
        rate = np.median(images / wall(seconds))
        print(f"{name:<20} {rate:>8.2f}                 {cells}")
    bare, ours = taken.values()
    ratios = wall(bare) / wall(ours)
    print(f"\nratio {np.median(ratios):.3f}, {ratios.min():.3f} to {ratios.max():.3f} over the rounds")


def wall(seconds: np.ndarray) -> np.ndarray:
    """All parts together (rounds,)."""
    return seconds[:, : len(PARTS)].sum(axis=1)


def bare_loop(images: Sequence[LabelledImage], config: PretrainConfig) -> Turn:
    """torchvision's network on batches that lie in memory, without augmentation."""
    model = ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=2).train()
    optimizer = torch.optim.SGD(
        model.parameters(), config.trainer.learning_rate, 0.9, weight_decay=config.trainer.weight_decay
    )
    batches = cycle(in_memory(images, config.trainer.batch_size))

    def turn(steps: int) -> Seconds:
        marks = Marks()
        for pictures, targets in islice(batches, WARM_UP + steps):
            marks.add("waiting")
            loss = sum(model(list(pictures), targets).values())
            marks.add("forward")
            optimizer.zero_grad()
            loss.backward()
            marks.add("backward")
            optimizer.step()
            marks.add("rest")
        return marks.seconds(steps)

    return turn


def in_memory(images: Sequence[LabelledImage], batch: int) -> list[tuple[Tensor, list[dict[str, Tensor]]]]:
    dataset = DetectionDataset(images, (INPUT, INPUT))
    loader = DataLoader(dataset, batch_sampler=MixedBatches([len(images)], batch), collate_fn=collate)
    return [
        (scaled(pictures), [{key: item[key] for key in ("boxes", "labels")} for item in items])
        for pictures, items in islice(loader, IN_MEMORY)
    ]


def our_loop(images: Sequence[LabelledImage], config: PretrainConfig) -> Turn:
    """What pretrain.py runs, each turn in a folder of its own."""
    detector = build_detector(config.model)

    def turn(steps: int) -> Seconds:
        batch = config.trainer.batch_size
        stopwatch = Stopwatch(steps)
        data = TrainingData(
            DetectionDataset(images, config.model.input, config.augmentation),
            MixedBatches([len(images)], batch, length=100 * (WARM_UP + steps) * batch),  # never near its end
            {},
            batch,
            loader_count("auto"),
        )
        with TemporaryDirectory(prefix="carousel-bench-") as folder, quiet():
            fit(
                DetectionModule(detector, config.trainer),
                data,
                config.trainer,
                Path(folder),
                None,
                [stopwatch],
            )
        gc.collect()  # ends the loading processes
        return stopwatch.marks.seconds(steps)

    return turn


@contextmanager
def quiet() -> Iterator[None]:
    """Lightning's words and its bar, which is drawn all the same, go nowhere."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.simplefilter("ignore")
        yield


class Marks:
    """When each part of each step ended."""

    def __init__(self) -> None:
        self._marks = [("start", time.perf_counter(), time.process_time())]

    def add(self, part: str) -> None:
        self._marks.append((part, time.perf_counter(), time.process_time()))

    def seconds(self, steps: int) -> Seconds:
        """Of the last `steps` steps, summed by part; last, the processor's."""
        last = self._marks[-len(PARTS) * steps - 1 :]
        taken = dict.fromkeys(PARTS, 0.0)
        for (_, begin, _), (part, end, _) in pairwise(last):
            taken[part] += end - begin
        return [*taken.values(), last[-1][2] - last[0][2]]


class Stopwatch(Callback):
    """Marks Lightning's steps, and stops it after enough of them."""

    def __init__(self, steps: int) -> None:
        self.marks, self._steps = Marks(), steps

    def on_train_batch_start(self, *_: object) -> None:
        self.marks.add("waiting")

    def on_before_backward(self, *_: object) -> None:
        self.marks.add("forward")

    def on_after_backward(self, *_: object) -> None:
        self.marks.add("backward")

    def on_train_batch_end(self, trainer, *_: object) -> None:  # type: ignore[no-untyped-def]
        self.marks.add("rest")
        trainer.should_stop = trainer.global_step >= WARM_UP + self._steps


def reading_ms(images: Sequence[LabelledImage], config: PretrainConfig) -> float:
    """Median milliseconds of processor time for a picture, from its file to an item, with one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    dataset = DetectionDataset(images, config.model.input, config.augmentation)
    times = []
    for index in range(min(len(images), MADE_UP)):
        start = time.process_time()
        dataset[index]
        times.append(time.process_time() - start)
    torch.set_num_threads(threads)
    return 1000 * float(np.median(times))


def make_pictures(folder: Path) -> list[LabelledImage]:
    """Noise of every size on noise, which PNG packs about as loosely as a noisy photograph."""
    rng, images = np.random.default_rng(0), []
    width, height = 640, 192
    rows = [Row("Car", (width * x, height * 0.5, width * (x + 0.1), height * 0.8)) for x in (0.1, 0.4, 0.7)]
    for number in range(MADE_UP):
        coarse = Image.fromarray(rng.integers(0, 256, (height // 12, width // 12, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
        pixels = smooth + rng.integers(-6, 7, (height, width, 3), dtype=np.int16)
        path = folder / f"{number}.png"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
        images.append(LabelledImage(str(number), path, width, height, "", Truth.of(rows)))
    return images


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
