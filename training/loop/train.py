"""train: a detector, pictures from one or several sources, and a run's folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from training.data.clips import ClipBatches
from training.data.dataset import DetectionDataset
from training.data.mixing import MixedBatches
from training.data.settings import Augmentation
from training.data.splits import spread
from training.data.truth import LabelledImage
from training.errors import OnError
from training.loop.data import TrainingData, loader_count
from training.loop.detect import batches
from training.loop.fit import fit
from training.loop.loader_errors import plain_loader_errors
from training.loop.module import DetectionModule
from training.metrics.paper import counted
from training.metrics.pool import pool
from training.models.detector import Detector
from training.models.distill import Distillation
from training.models.settings import ModelConfig
from training.settings import TrainerConfig

UNFOLD_BATCHES = 8  # enough for the statistics of folded BatchNorm layers
CLIP_LENGTH = 8  # frames that a temporal model sees in a row, where nothing else is said

Sources = Sequence[tuple[Sequence[LabelledImage], float]]


def train(
    detector: Detector,
    sources: Sources,
    validation: Mapping[str, Sequence[LabelledImage]],
    trainer: TrainerConfig,
    augmentation: Augmentation,
    out: Path,
    seed: int = 0,
    on_error: OnError = "raise",
    distillation: Distillation | None = None,
) -> Path:
    """Train in the folder `out`, on from where a run there was left; returns the checkpoint to use.

    sources: pictures and their share of each batch, 1 in all; an epoch is one pass through the first.
    validation: by name, the set that chooses the checkpoint first. Without a car to find in any, the last
    checkpoint is it. distillation: with a teacher of this detector, without whom unlabelled pictures have no
    place among the sources.
    """
    images = [image for source, _ in sources for image in source]
    size, batch = detector.config.input, trainer.batch_size
    if detector.folded:
        seen = spread(images, UNFOLD_BATCHES * batch)
        detector.unfold(batches(seen, size, batch, torch.device("cpu"), on_error))
    module = DetectionModule(detector, trainer, dict(validation), seed, distillation)
    clip_length = _clip_length(detector.config, trainer)
    data = TrainingData(
        DetectionDataset(images, size, augmentation, seed=seed, on_error=on_error, clips=clip_length > 1),
        _order(sources, batch, clip_length, seed),
        {name: DetectionDataset(held, size, on_error=on_error) for name, held in validation.items()},
        batch,
        loader_count(trainer.loaders),
    )
    monitor = next((f"{name}/ap" for name, held in validation.items() if counted(pool(held, {})).any()), None)
    with plain_loader_errors():
        return fit(module, data, trainer, out, monitor)


def mixed(sources: Sources, pictures: Sequence[LabelledImage], share: float) -> Sources:
    """The sources with one more, of which so much of each batch is; without pictures, as they are."""
    if not pictures:
        return sources
    return [*((source, part * (1 - share)) for source, part in sources), (pictures, share)]


def _clip_length(model: ModelConfig, trainer: TrainerConfig) -> int:
    """How many frames of a video are drawn together, at most."""
    return trainer.clip_length or (1 if model.temporal == "none" else CLIP_LENGTH)


def _order(sources: Sources, batch: int, clip_length: int, seed: int) -> MixedBatches:
    pictures, shares = [source for source, _ in sources], [share for _, share in sources]
    if clip_length > 1:
        return ClipBatches(pictures, batch, clip_length, shares=shares, seed=seed)
    return MixedBatches([len(source) for source in pictures], batch, shares=shares, seed=seed)
