"""DetectionModule: a detector's losses, optimizer and validation, as Lightning's loop asks for them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from conf.errors import RunError
from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.loop.checkpoint import DETECTOR
from training.loop.optimizer import optimization
from training.loop.results import scaled, to_detections
from training.loop.stream import Stream
from training.metrics import paper
from training.models.detector import Detector
from training.models.distill import Distillation
from training.models.ssd import SSD
from training.settings import TrainerConfig

Batch = tuple[Tensor, list[dict[str, Any]]]
TARGETS = ("boxes", "labels", "neutral", "first")


class DetectionModule(LightningModule):
    """Trains a detector and measures it on sets of validation pictures.

    validation: name → pictures, in the order of the validation loaders; AP by the paper's protocol is logged
    as NAME/ap. distillation: a teacher beside the labels.
    """

    def __init__(
        self,
        detector: Detector,
        config: TrainerConfig,
        validation: dict[str, Sequence[LabelledImage]] | None = None,
        seed: int = 0,
        distillation: Distillation | None = None,
    ) -> None:
        super().__init__()
        self.detector = detector
        self._config, self._seed = config, seed
        self._validation = validation or {}
        self._found: dict[str, dict[str, Detections]] = {}
        self._distillation = distillation
        self._stream = Stream(detector)

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Chance within a step follows from the seed and the step, so that a resumed run draws the same."""
        seed_step(self, self._seed)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The sum of the detector's losses. Raises RunError where it is not a number."""
        images, items = batch
        losses = self._losses(scaled(images), items)
        return summed(self, losses, items)

    def _losses(self, images: Tensor, items: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        targets = [{key: item[key] for key in TARGETS} for item in items]
        if self._distillation is None:
            return self.detector(images, targets)
        assert isinstance(self.detector, SSD)  # no others are taught
        labelled = [item["labelled"] for item in items]
        return self._distillation.losses(self.detector, images, targets, labelled)

    def on_validation_epoch_start(self) -> None:
        self._found = {name: {} for name in self._validation}

    def validation_step(self, batch: Batch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Keep what is found in each picture, in its own pixels."""
        images, items = batch
        found = self._found[list(self._validation)[dataloader_idx]]
        predictions = self._stream(scaled(images), [bool(item["first"]) for item in items])
        for prediction, item in zip(predictions, items, strict=True):
            found[item["id"]] = to_detections(prediction, item["scale"])

    def on_validation_epoch_end(self) -> None:
        """Log the AP of each set; of one without a car to find, nothing."""
        for name, images in self._validation.items():
            found = self._found[name]
            seen = [image for image in images if image.id in found]  # Lightning's sanity check sees a part
            ap = paper.evaluate(seen, found).ap if seen else math.nan
            if not math.isnan(ap):
                self.log(f"{name}/ap", of_first(self, ap), prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """The optimizer; its rate warms up linearly, then falls as `schedule` says to the last step."""
        return optimization(self.detector, self._config, int(self.trainer.estimated_stepping_batches))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """The detector's settings, from which it is built again."""
        checkpoint[DETECTOR] = msgspec.to_builtins(self.detector.config)


def seed_step(module: LightningModule, seed: int) -> None:
    """Let torch's chance within a step follow from the seed, the step and the process."""
    torch.manual_seed((seed * 1_000_003 + module.global_step) * 4_099 + module.global_rank)


def summed(
    module: LightningModule, losses: Mapping[str, Tensor], items: Sequence[Mapping[str, Any]]
) -> Tensor:
    """Their sum; it and they are logged, as means over the processes.

    Raises RunError, which names the pictures, where the sum is no number.
    """
    total = torch.stack(list(losses.values())).sum()
    if not torch.isfinite(total):
        parts = ", ".join(f"{name} {value.item():g}" for name, value in losses.items())
        pictures = ", ".join(item["id"] for item in items)
        raise RunError(
            f"the loss is no number any more at step {module.global_step} ({parts}; pictures {pictures}): "
            "try a lower trainer.learning_rate, a longer trainer.warmup_steps or trainer.precision=32"
        )
    names, values = [*losses, "loss"], torch.stack([*losses.values(), total]).detach()
    means = module.trainer.strategy.reduce(values, reduce_op="mean")  # with one process, as they are
    for name, mean in zip(names, means, strict=True):
        module.log(f"train/{name}", mean, prog_bar=name == "loss", batch_size=len(items))
    return total


def of_first(module: LightningModule, figure: float) -> float:
    """The figure as the first of several processes has it, whose weights are saved.

    BatchNorm's running statistics are each process's own until they next train, and so is, a little, what
    they measure; but on which epoch was the best they must agree.
    """
    return module.trainer.strategy.broadcast(figure)
