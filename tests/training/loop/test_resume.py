"""A run that is killed and goes on is the run that was not killed: the same losses, the same weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lightning.pytorch import Callback
from PIL import Image

from training.data.dataset import DetectionDataset
from training.data.mixing import MixedBatches
from training.data.settings import Augmentation
from training.data.truth import LabelledImage, Row, Truth
from training.loop.checkpoint import load_detector
from training.loop.data import TrainingData
from training.loop.fit import fit
from training.loop.module import DetectionModule
from training.models.build import build_detector
from training.models.settings import ModelConfig
from training.settings import TrainerConfig

SIZE = (64, 128)
CONFIG = TrainerConfig(
    name="test",
    max_epochs=3,
    max_steps=None,
    batch_size=2,
    clip_length=1,
    optimizer="sgd",
    learning_rate=0.01,
    weight_decay=1e-4,
    warmup_steps=2,
    schedule="cosine",
    final_rate=0.01,
    clip_norm=5.0,
    ema_decay=0.9,
    patience=0,
    validate_every=1,
    checkpoint_every=1,
    precision="32",
    accelerator="cpu",
    devices=1,
    loaders=0,
)


class Killed(Exception):
    pass


class KillAt(Callback):
    """Ends the process, as far as training can tell, behind one of its steps."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_end(self, trainer, *_):
        if trainer.global_step == self.step:
            raise Killed


class Losses(Callback):
    def __init__(self) -> None:
        self.seen: dict[int, float] = {}

    def on_train_batch_end(self, trainer, module, outputs, *_):
        self.seen[trainer.global_step] = float(outputs["loss"])


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledImage]:
    """Ten pictures of bright boxes on noise."""
    folder = tmp_path_factory.mktemp("pictures")
    rng, made = np.random.default_rng(0), []
    for number in range(10):
        pixels = rng.integers(0, 90, (64, 128, 3), dtype=np.uint8)
        x, y = rng.integers(0, 80), rng.integers(0, 18)
        pixels[y : y + 44, x : x + 40] = 230
        path = folder / f"{number}.png"
        Image.fromarray(pixels).save(path)
        truth = Truth.of([Row("Car", (float(x), float(y), float(x + 40), float(y + 44)))])
        made.append(LabelledImage(str(number), path, 128, 64, f"drive{number % 3}", truth))
    return made


def run(pictures: list[LabelledImage], out: Path, *callbacks: Callback) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    model = ModelConfig(backbone="mobilenet_v3_small", width_mult=0.25, input=SIZE, weights="none")
    train, held = pictures[:7], pictures[7:]
    module = DetectionModule(build_detector(model), CONFIG, {"held": held}, seed=5)
    data = TrainingData(
        DetectionDataset(train, SIZE, Augmentation(), seed=5),
        MixedBatches([len(train)], CONFIG.batch_size, seed=5),
        {"held": DetectionDataset(held, SIZE)},
        CONFIG.batch_size,
        loaders=0,
    )
    fit(module, data, CONFIG, out, "held/ap", callbacks)
    return module.state_dict()


@pytest.fixture(scope="module")
def whole(pictures, tmp_path_factory) -> tuple[Path, dict[int, float], dict[str, torch.Tensor]]:
    """A run that is not disturbed: its folder, losses and last weights."""
    out, losses = tmp_path_factory.mktemp("whole"), Losses()
    weights = run(pictures, out, losses)
    return out, losses.seen, weights


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 4, 6])  # an epoch has four steps
def test_a_killed_run_goes_on_as_if_nothing_had_been(pictures, whole, tmp_path, step):
    _, losses, weights = whole
    before, after = Losses(), Losses()
    with pytest.raises(Killed):
        run(pictures, tmp_path, before, KillAt(step))
    resumed = run(pictures, tmp_path, after)
    assert list(losses) == list(range(1, 13))
    assert before.seen | after.seen == losses
    assert min(after.seen) == step  # killed before that step was saved
    assert weights.keys() == resumed.keys()
    assert all(torch.equal(weights[name], resumed[name]) for name in weights)


def test_the_best_checkpoint_holds_the_averaged_weights(whole):
    out, *_ = whole
    read = torch.load(out / "best.ckpt", weights_only=True)
    name = "detector.backbone.0.0.0.weight"
    assert not torch.equal(read["state_dict"][name], read["current_model_state"][name])
    assert torch.equal(
        load_detector(out / "best.ckpt").state_dict()[name.partition(".")[2]], read["state_dict"][name]
    )
