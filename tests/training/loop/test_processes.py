"""Two real processes train as one with twice the batch does, and a killed one lets the other not wait."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from lightning.pytorch import Callback
from PIL import Image
from processes import in_processes
from test_resume import CONFIG
from torch import nn

from training.data.dataset import DetectionDataset
from training.data.mixing import MixedBatches
from training.data.settings import Augmentation
from training.data.truth import LabelledImage, Row, Truth
from training.loop.data import TrainingData
from training.loop.fit import fit
from training.loop.module import DetectionModule
from training.models import faster_rcnn
from training.models.build import build_detector
from training.models.distill import Distillation
from training.models.network import Network
from training.models.norms import batch_norms
from training.models.settings import ModelConfig
from training.settings import TrainerConfig

SIZE = (64, 128)
MODEL = ModelConfig(backbone="mobilenet_v3_small", width_mult=0.25, input=SIZE, weights="none")
TWO = msgspec.structs.replace(CONFIG, max_epochs=2, devices="auto", batch_size=2)
ONE = msgspec.structs.replace(TWO, devices=1, batch_size=4)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledImage]:
    """Ten pictures on which there are none to three bright boxes: what is divided by differs everywhere."""
    folder = tmp_path_factory.mktemp("pictures")
    rng, made = np.random.default_rng(0), []
    for number in range(10):
        pixels = rng.integers(0, 90, (*SIZE, 3), dtype=np.uint8)
        rows = []
        for _ in range(number % 4):
            x, y, w, h = rng.integers((0, 0, 25, 20), (70, 20, 56, 44)).tolist()
            pixels[y : y + h, x : x + w] = 200
            rows.append(Row("Car", (x, y, x + w, y + h)))
        path = folder / f"{number}.png"
        Image.fromarray(pixels).save(path)
        unlabelled = number in (1, 2, 5)
        truth = Truth.of(() if unlabelled else rows)
        made.append(LabelledImage(str(number), path, 128, 64, "", truth, labelled=not unlabelled))
    return made


@dataclass
class Trained:
    """What a process saw and came to."""

    losses: list[float]
    weights: dict[str, torch.Tensor]


class Losses(Callback):
    """The loss of each step, as it is logged."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def on_train_batch_end(self, trainer, *_):
        self.seen.append(float(trainer.callback_metrics["train/loss"]))


def train(
    pictures: list[LabelledImage],
    model: ModelConfig,
    config: TrainerConfig,
    out: Path,
    taught: bool = False,
    *callbacks: Callback,
) -> Trained:
    torch.manual_seed(0)
    detector = build_detector(model)
    teacher = None
    if taught:
        teacher = Distillation(build_detector(model), model, 0.5)
    module = DetectionModule(detector, config, {}, seed=5, distillation=teacher)
    data = TrainingData(
        DetectionDataset(pictures, SIZE, Augmentation(), seed=5),
        MixedBatches([len(pictures)], config.batch_size, seed=5),
        {},
        config.batch_size,
        loaders=0,
    )
    losses = Losses()
    fit(module, data, config, out, None, [losses, *callbacks])
    return Trained(losses.seen, module.state_dict())


def train_and_save(result: Path, rank: int, *arguments: object) -> None:
    torch.set_num_threads(1)
    trained = train(*arguments)
    torch.save((trained.losses, trained.weights), result.with_suffix(f".{rank}"))


@pytest.fixture
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """BatchNorm by its running statistics, and samples of all there is: processes do differ in both."""

    def train(network: Network, mode: bool = True) -> Network:
        nn.Module.train(network, mode)
        for layer in batch_norms(network):
            layer.eval()
        return network

    monkeypatch.setattr(Network, "train", train)
    monkeypatch.setattr(faster_rcnn, "RPN_BATCH", 100_000)
    monkeypatch.setattr(faster_rcnn, "ROI_BATCH", 100_000)


@pytest.mark.parametrize(
    ("options", "taught"),
    [
        ({}, False),
        ({}, True),
        ({"head": "ssd", "trident": True}, False),
        ({"head": "faster_rcnn_c4"}, False),
        ({"head": "rfcn"}, False),
    ],
    ids=["ssdlite", "distilled", "trident", "faster_rcnn", "rfcn"],
)
def test_two_processes_train_as_one_with_twice_the_batch(pictures, without_chance, tmp_path, options, taught):
    model = msgspec.structs.replace(MODEL, **options)
    one = train(pictures, model, ONE, tmp_path / "one", taught)
    run = partial(_with, tmp_path / "result", pictures, model, TWO, tmp_path / "two", taught)
    assert in_processes(2, run) == [0, 0]
    first, second = (torch.load(tmp_path / f"result.{rank}") for rank in range(2))
    assert first[0] == second[0]
    assert len(one.losses) == 6  # two epochs of ten pictures, four a step
    np.testing.assert_allclose(first[0], one.losses, rtol=1e-5)
    for name, value in one.weights.items():
        torch.testing.assert_close(first[1][name], value, rtol=1e-4, atol=1e-6)
        assert torch.equal(first[1][name], second[1][name])


def _with(result: Path, *arguments: object) -> None:
    *given, rank = arguments
    train_and_save(result, rank, *given)
