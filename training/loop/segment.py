"""SegmentationModule: a segmenter's losses, optimizer and validation, and running one over pictures."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import torch
import torch.nn.functional as F
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from training.data.dataset import collate
from training.data.labelmaps import SegmentedImage
from training.data.segmentation import WholePictures
from training.data.semantics import Labels
from training.errors import OnError
from training.loop.checkpoint import SEGMENTER
from training.loop.data import loader_count
from training.loop.loader_errors import plain_loader_errors
from training.loop.module import of_first, seed_step, summed
from training.loop.optimizer import optimization
from training.loop.results import scaled
from training.metrics.miou import Counts, confusion, score
from training.models.segmentation.segmenter import Segmenter
from training.settings import TrainerConfig

Batch = tuple[Tensor, list[dict[str, Any]]]


class SegmentationModule(LightningModule):
    """Trains a segmenter and measures it on sets of validation pictures.

    validation: the names of the sets, in the order of their loaders; the mean IoU is logged as NAME/miou.
    """

    def __init__(
        self, segmenter: Segmenter, config: TrainerConfig, validation: Sequence[str] = (), seed: int = 0
    ) -> None:
        super().__init__()
        self.segmenter = segmenter
        self._config, self._seed = config, seed
        self._validation = list(validation)
        self._counts: dict[str, Counts] = {}

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """As DetectionModule's."""
        seed_step(self, self._seed)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The sum of the segmenter's losses. Raises RunError where it is not a number."""
        images, items = batch
        labels = torch.stack([item["labels"] for item in items]).long()
        return summed(self, self.segmenter(scaled(images), labels), items)

    def on_validation_epoch_start(self) -> None:
        classes = self.segmenter.config.classes
        self._counts = {name: np.zeros((classes, classes), np.int64) for name in self._validation}

    def validation_step(self, batch: Batch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Count pixels, at the size of their labels."""
        images, items = batch
        counts = self._counts[self._validation[dataloader_idx]]
        for labels, item in zip(predicted(self.segmenter, images, items), items, strict=True):
            counts += confusion(item["labels"].cpu().numpy(), labels, len(counts))

    def on_validation_epoch_end(self) -> None:
        """Log the mean IoU of each set; of one without a labelled pixel, nothing."""
        for name, counts in self._counts.items():
            if counts.any():
                self.log(f"{name}/miou", of_first(self, score(counts).miou), prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """As DetectionModule's."""
        return optimization(self.segmenter, self._config, int(self.trainer.estimated_stepping_batches))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """The segmenter's settings, from which it is built again."""
        checkpoint[SEGMENTER] = msgspec.to_builtins(self.segmenter.config)


def predicted(segmenter: Segmenter, images: Tensor, items: Sequence[dict[str, Any]]) -> Iterator[Labels]:
    """The class (h, w) of each pixel, at the size of each item's labels; images (B, 3, H, W) uint8."""
    for logits, item in zip(segmenter(scaled(images)), items, strict=True):
        yield most_likely(logits, item["labels"].shape)


def most_likely(logits: Tensor, size: Sequence[int]) -> Labels:
    """The class (h, w) of the highest logit (C, H, W), resized to `size` (height, width)."""
    if logits.shape[-2:] != tuple(size):
        logits = F.interpolate(logits[None], tuple(size), mode="bilinear", align_corners=False)[0]
    labels: Labels = logits.argmax(dim=0).to(torch.uint8).cpu().numpy()
    return labels


@torch.inference_mode()
def segment(
    segmenter: Segmenter,
    images: Sequence[SegmentedImage],
    batch_size: int,
    device: torch.device,
    on_error: OnError = "raise",
) -> Iterator[tuple[SegmentedImage, Labels, Labels]]:
    """Each picture with its true and its predicted labels (h, w), at its own size."""
    segmenter = segmenter.to(device).eval()
    config = segmenter.config
    dataset = WholePictures(images, config.input, config.short_side, on_error)
    loader = DataLoader(
        dataset, batch_of(config.short_side, batch_size), num_workers=loader_count("auto"), collate_fn=collate
    )
    remaining = iter(images)
    with (
        tqdm(total=len(images), unit="picture", desc="segmenting", disable=None) as progress,
        plain_loader_errors(),
    ):
        for pictures, items in loader:
            for labels, item in zip(predicted(segmenter, pictures.to(device), items), items, strict=True):
                yield next(remaining), item["labels"].numpy(), labels
            progress.update(len(items))


def batch_of(short_side: int | None, batch_size: int) -> int:
    """Whole pictures that run together: those that are not stretched may differ in size."""
    return batch_size if short_side is None else 1
