"""Small detectors that find something, and checkpoints of them, for the tests of the commands."""

from pathlib import Path

import msgspec
import torch
from torch import Tensor, nn

from training.models.build import build_detector
from training.models.detector import Detector
from training.models.norms import batch_norms
from training.models.settings import AnchorConfig, ModelConfig
from training.models.ssd import SSD

SHAPES = AnchorConfig(shapes=((0.15, 0.2), (0.3, 0.4), (0.6, 0.7)))
LOGITS, CODED = 1.5, 1.0  # standard deviations of an SSD's raw outputs: its scores go from 0.01 to 0.99


def small_config(**options: object) -> ModelConfig:
    """A narrow SSDLite for pictures of 96 × 64 px, or what `options` make of it."""
    chosen = {
        "backbone": "mobilenet_v3_small",
        "width_mult": 0.25,
        "input": (64, 96),
        "anchors": SHAPES,
    } | options
    return ModelConfig(
        **{"name": f"{chosen.get('head', 'ssdlite')}_{chosen['backbone']}", "weights": "none"} | chosen
    )


def lively(config: ModelConfig) -> Detector:
    """A detector in eval mode with weights at random; an SSD's outputs vary as if it were trained.

    Without that, its outputs would be next to zero, and any two networks alike.
    """
    detector = build_detector(config)
    if isinstance(detector, SSD):
        _enliven(detector)
    return detector.eval()


@torch.no_grad()
def _enliven(detector: SSD) -> None:
    pictures = torch.stack([scene(detector.config.input, seed) for seed in range(8)])
    for layer in batch_norms(detector):
        layer.momentum = 1.0
    detector.train()
    detector.heads(pictures)  # which gives BatchNorm the statistics of these pictures
    heads = detector.eval().heads(pictures)
    for head, outputs, spread in (
        (detector.head.classification_head, heads["cls_logits"], LOGITS),
        (detector.head.regression_head, heads["bbox_regression"], CODED),
    ):
        for layers in head.module_list:  # of one map each
            last = [layer for layer in layers.modules() if isinstance(layer, nn.Conv2d)][-1]
            last.weight *= spread / outputs.std()


def scene(size: tuple[int, int], seed: int) -> Tensor:
    """Noise with a few boxes of one colour each: (3, height, width) in 0..1."""
    generator = torch.Generator().manual_seed(seed)
    height, width = size
    picture = 0.4 * torch.rand(3, height, width, generator=generator)
    for _ in range(4):
        y, x = (int(torch.randint(0, side // 2, (), generator=generator)) for side in size)
        picture[:, y : y + height // 3, x : x + width // 3] = torch.rand(3, 1, 1, generator=generator)
    return picture


def write_checkpoint(path: Path, detector: Detector) -> Path:
    """What load_detector reads of a run's checkpoint."""
    state = {f"detector.{name}": value for name, value in detector.state_dict().items()}
    torch.save({"state_dict": state, "detector": msgspec.to_builtins(detector.config)}, path)
    return path
