"""Detectors that remember, over pictures on disk: in order they remember, at cuts they forget."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lightning.pytorch import Callback
from PIL import Image
from test_resume import CONFIG as TRAINER
from test_resume import KillAt, Killed, Losses

from conf.errors import UserError
from training.data.settings import Augmentation
from training.data.stills import Stills
from training.data.truth import LabelledImage, Row, Truth
from training.loop import train as training
from training.loop.checkpoint import load_detector
from training.loop.detect import detect
from training.loop.fit import fit
from training.models.build import build_detector
from training.models.settings import ModelConfig
from training.models.temporal_ssd import TemporalSSD
from training.report.predictions import _detect

CPU = torch.device("cpu")
SIZE = (64, 128)


def config(temporal: str = "merge") -> ModelConfig:
    return ModelConfig(
        backbone="mobilenet_v3_small", width_mult=0.25, input=SIZE, weights="none", temporal=temporal
    )


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[LabelledImage]:
    """Two videos of six frames with a bright box that moves on noise."""
    folder = tmp_path_factory.mktemp("frames")
    rng, made = np.random.default_rng(0), []
    for video in ("0000", "0001"):
        (folder / video).mkdir()
        for number in range(6):
            pixels = rng.integers(0, 90, (64, 128, 3), dtype=np.uint8)
            x = 10.0 + 8 * number
            pixels[10:54, int(x) : int(x) + 40] = 230
            path = folder / video / f"{number:06d}.png"
            Image.fromarray(pixels).save(path)
            truth = Truth.of([Row("Car", (x, 10.0, x + 40, 54.0), track=1)])
            made.append(LabelledImage(f"{video}/{number:06d}", path, 128, 64, video, truth, number))
    return made


@pytest.fixture
def detector() -> TemporalSSD:
    torch.manual_seed(0)
    made = build_detector(config())
    assert isinstance(made, TemporalSSD)
    made.cell.conv.weight.data += 0.3 * torch.randn_like(made.cell.conv.weight)
    for layer in made.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.momentum = 1.0
    made.features(torch.rand(8, 3, *SIZE))
    return made.eval()


@pytest.mark.parametrize("batch_size", [1, 5, 16])
def test_a_video_is_detected_as_a_stream_whatever_the_batches(frames, detector, batch_size) -> None:
    found = detect(detector, frames, batch_size, CPU)
    by_hand, state = {}, None
    for image in frames:
        pixels = torch.from_numpy(np.array(Image.open(image.path))).permute(2, 0, 1)[None] / 255
        with torch.inference_mode():
            (by_hand[image.id],), state = detector.step(pixels, None if image.frame == 0 else state)
    for name, wanted in by_hand.items():
        np.testing.assert_allclose(found[name].scores[:5], wanted["scores"][:5].numpy(), rtol=1e-4)
    alone = detect(detector, frames[3:4], 1, CPU)[frames[3].id]
    assert not np.allclose(alone.scores[:5], found[frames[3].id].scores[:5], rtol=1e-4)


def test_files_with_consecutive_numbers_are_a_video(frames, detector, tmp_path) -> None:
    for number in (3, 4, 6):
        (tmp_path / f"{number:06d}.png").symlink_to(frames[number - 3].path)
    (tmp_path / "other.png").symlink_to(frames[5].path)
    shown = list(Stills(tmp_path, "raise").read())
    assert [each.first for each in shown] == [True, False, True, True]
    found = [detections.scores[:5] for _, detections in _detect(detector, iter(shown), 3)]
    stream = detect(detector, frames[:2], 2, CPU)
    np.testing.assert_allclose(found[1], stream[frames[1].id].scores[:5], rtol=1e-4)


def test_a_plain_detector_may_be_given_a_memory(tmp_path) -> None:
    from checkpoints import write_checkpoint

    plain = build_detector(config("none"))
    path = write_checkpoint(tmp_path / "plain.ckpt", plain)
    grown = load_detector(path, config("lstm"), ["temporal"])
    assert isinstance(grown, TemporalSSD) and grown.config.temporal == "lstm"
    for name, value in plain.state_dict().items():
        assert torch.equal(grown.state_dict()[name], value)
    kept = load_detector(path, config("lstm"))  # not asked for
    assert kept.config.temporal == "none"
    other = write_checkpoint(tmp_path / "lstm.ckpt", grown)
    with pytest.raises(UserError, match="temporal=lstm, not merge"):
        load_detector(other, config("merge"), ["temporal"])


def run(frames: list[LabelledImage], out: Path, monkeypatch, *callbacks: Callback) -> dict[str, torch.Tensor]:
    """Training by the command's own function, on clips of four; returns the last weights."""
    modules = []

    def watched(module, *arguments):
        modules.append(module)
        return fit(module, *arguments, callbacks)

    monkeypatch.setattr(training, "fit", watched)
    torch.manual_seed(0)
    trainer = TRAINER.__struct_fields__
    settings = {name: getattr(TRAINER, name) for name in trainer} | {"clip_length": 4, "batch_size": 4}
    detector = build_detector(config("lstm"))
    sources = [(frames, 1.0)]
    training.train(detector, sources, {"held": frames[:3]}, type(TRAINER)(**settings), Augmentation(), out, 5)
    return modules[0].state_dict()


@pytest.mark.slow
def test_a_killed_run_on_clips_goes_on_as_if_nothing_had_been(frames, tmp_path, monkeypatch) -> None:
    whole, before, after = Losses(), Losses(), Losses()
    weights = run(frames, tmp_path / "whole", monkeypatch, whole)
    with pytest.raises(Killed):
        run(frames, tmp_path / "killed", monkeypatch, before, KillAt(4))
    resumed = run(frames, tmp_path / "killed", monkeypatch, after)
    assert before.seen | after.seen == whole.seen
    assert min(after.seen) == 4 and len(whole.seen) == 9  # an epoch has three clips of four frames
    assert all(torch.equal(weights[name], resumed[name]) for name in weights)
