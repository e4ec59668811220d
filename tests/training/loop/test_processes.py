"""Two real processes train as one with twice the batch does, and a killed one lets the other not wait."""

import os
import signal
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

from conf.errors import RunError, UserError
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
TWO = msgspec.structs.replace(CONFIG, max_epochs=1, devices="auto", batch_size=2)
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


class Losses(Callback):
    """The loss of each step, as it is logged."""

    def __init__(self) -> None:
        self.seen: dict[int, float] = {}

    def on_train_batch_end(self, trainer, *_):
        self.seen[trainer.global_step] = float(trainer.callback_metrics["train/loss"])


class Dies(Callback):
    """As by kill -9, behind a step, within the batch's hooks."""

    def __init__(self, rank: int, step: int) -> None:
        self.rank, self.step = rank, step

    def on_train_batch_end(self, trainer, *_):
        if (trainer.global_rank, trainer.global_step) == (self.rank, self.step):
            os.kill(os.getpid(), signal.SIGKILL)


Trained = tuple[dict[int, float], dict[str, torch.Tensor]]  # losses by step, weights


def train(
    pictures: list[LabelledImage],
    model: ModelConfig,
    config: TrainerConfig,
    out: Path,
    *callbacks: Callback,
    taught: bool = False,
) -> Trained:
    torch.manual_seed(0)
    detector = build_detector(model)
    teacher = Distillation(build_detector(model), model, 0.5) if taught else None
    data = TrainingData(
        DetectionDataset(pictures, SIZE, Augmentation(), seed=5),
        MixedBatches([len(pictures)], config.batch_size, seed=5),
        {"held": DetectionDataset(pictures[:2], SIZE)},
        config.batch_size,
        loaders=0,
    )
    module, losses = DetectionModule(detector, config, {"held": pictures[:2]}, 5, teacher), Losses()
    fit(module, data, config, out, None, [losses, *callbacks])
    return losses.seen, module.state_dict()


def train_in_two(
    result: Path,
    pictures: list[LabelledImage],
    model: ModelConfig,
    *callbacks: Callback,
    taught: bool = False,
) -> list[int | None]:
    """Exit codes; `results` has what came of it, error.0 and error.1 what was said."""

    def action(rank: int) -> None:
        torch.set_num_threads(1)
        try:
            trained = train(pictures, model, TWO, result, *callbacks, taught=taught)
        except (UserError, RunError) as error:
            (result / f"error.{rank}").write_text(str(error))
            raise
        torch.save(trained, result / f"result.{rank}")

    return in_processes(2, action)


def results(result: Path) -> list[Trained]:
    """Of both processes."""
    return [torch.load(result / f"result.{rank}") for rank in range(2)]


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
        pytest.param({}, True, marks=pytest.mark.slow),
        pytest.param({"head": "ssd", "trident": True}, False, marks=pytest.mark.slow),
        pytest.param({"head": "faster_rcnn_c4"}, False, marks=pytest.mark.slow),
        pytest.param({"head": "rfcn"}, False, marks=pytest.mark.slow),
    ],
    ids=["ssdlite", "distilled", "trident", "faster_rcnn", "rfcn"],
)
def test_two_processes_train_as_one_with_twice_the_batch(pictures, without_chance, tmp_path, options, taught):
    model = msgspec.structs.replace(MODEL, **options)
    losses, weights = train(pictures, model, ONE, tmp_path / "one", taught=taught)
    assert train_in_two(tmp_path / "two", pictures, model, taught=taught) == [0, 0]
    first, second = results(tmp_path / "two")
    assert list(losses) == list(first[0]) == [1, 2, 3]  # ten pictures, four a step
    np.testing.assert_allclose(list(first[0].values()), list(losses.values()), rtol=1e-5)
    assert first[0] == second[0]
    for name, value in weights.items():
        torch.testing.assert_close(first[1][name], value, rtol=1e-4, atol=1e-6)
        assert torch.equal(first[1][name], second[1][name])


@pytest.fixture(scope="module")
def undisturbed(pictures, tmp_path_factory) -> Trained:
    """What two processes come to, with BatchNorm in training."""
    out = tmp_path_factory.mktemp("undisturbed")
    assert train_in_two(out, pictures, MODEL) == [0, 0]
    return results(out)[0]


@pytest.mark.slow
@pytest.mark.parametrize("killed", [0, 1])
def test_a_killed_process_ends_the_other_and_the_run_goes_on(pictures, undisturbed, tmp_path, killed):
    codes = train_in_two(tmp_path, pictures, MODEL, Dies(killed, 2))
    assert codes[killed] == -signal.SIGKILL
    assert codes[1 - killed] == 1
    assert "another process of this training ended" in (tmp_path / f"error.{1 - killed}").read_text()
    assert not list(tmp_path.glob("result.*"))
    assert train_in_two(tmp_path, pictures, MODEL) == [0, 0]
    losses, weights = undisturbed
    resumed, reached = results(tmp_path)[0]
    assert list(losses) == [1, 2, 3] and list(resumed)[-1] == 3
    assert resumed == {step: losses[step] for step in resumed}
    assert all(torch.equal(reached[name], weights[name]) for name in weights)


def test_a_run_does_not_go_on_with_another_number_of_processes(pictures, undisturbed, tmp_path):
    train(pictures, MODEL, msgspec.structs.replace(ONE, batch_size=2), tmp_path)
    assert train_in_two(tmp_path, pictures, MODEL) == [1, 1]
    for rank in range(2):
        told = (tmp_path / f"error.{rank}").read_text()
        assert "trained by 1 processes" in told and "there are 2: give trainer.devices=1" in told
