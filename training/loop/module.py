"""DetectionModule: a detector's losses, optimizer and validation, as Lightning's loop asks for them."""

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer, RMSprop
from torch.optim.lr_scheduler import LambdaLR

from conf.errors import RunError
from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.loop.results import scaled, to_detections
from training.metrics import paper
from training.models.detector import Detector
from training.settings import TrainerConfig

Batch = tuple[Tensor, list[dict[str, Any]]]
TARGETS = ("boxes", "labels", "neutral")


class DetectionModule(LightningModule):
    """Trains a detector and measures it on sets of validation pictures.

    validation: name → pictures, in the order of the validation loaders; AP by the paper's protocol is logged
    as NAME/ap.
    """

    def __init__(
        self,
        detector: Detector,
        config: TrainerConfig,
        validation: dict[str, Sequence[LabelledImage]] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.detector = detector
        self._config, self._seed = config, seed
        self._validation = validation or {}
        self._found: dict[str, dict[str, Detections]] = {}

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        """Chance within a step follows from the seed and the step, so that a resumed run draws the same."""
        torch.manual_seed((self._seed * 1_000_003 + self.global_step) * 4_099 + self.global_rank)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """The sum of the detector's losses. Raises RunError where it is not a number."""
        images, items = batch
        losses = self.detector(scaled(images), [{key: item[key] for key in TARGETS} for item in items])
        total = torch.stack(list(losses.values())).sum()
        if not torch.isfinite(total):
            parts = ", ".join(f"{name} {value.item():g}" for name, value in losses.items())
            pictures = ", ".join(item["id"] for item in items)
            raise RunError(
                f"the loss is no number any more at step {self.global_step} ({parts}; pictures {pictures}): "
                "try a lower trainer.learning_rate, a longer trainer.warmup_steps or trainer.precision=32"
            )
        count = len(items)
        self.log_dict({f"train/{name}": value for name, value in losses.items()}, batch_size=count)
        self.log("train/loss", total, prog_bar=True, batch_size=count)
        return total

    def on_validation_epoch_start(self) -> None:
        self._found = {name: {} for name in self._validation}

    def validation_step(self, batch: Batch, batch_idx: int, dataloader_idx: int = 0) -> None:
        """Keep what is found in each picture, in its own pixels."""
        images, items = batch
        found = self._found[list(self._validation)[dataloader_idx]]
        for prediction, item in zip(self.detector(scaled(images)), items, strict=True):
            found[item["id"]] = to_detections(prediction, item["scale"])

    def on_validation_epoch_end(self) -> None:
        """Log the AP of each set; of one without a car to find, nothing."""
        for name, images in self._validation.items():
            found = self._found[name]
            seen = [image for image in images if image.id in found]  # Lightning's sanity check sees a part
            ap = paper.evaluate(seen, found).ap if seen else math.nan
            if not math.isnan(ap):
                self.log(f"{name}/ap", ap, prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """The optimizer; its rate warms up linearly, then falls as `schedule` says to the last step."""
        config = self._config
        optimizer = _optimizer(self.detector, config)
        total = max(int(self.trainer.estimated_stepping_batches), 1)
        warmup = min(config.warmup_steps, total // 2)

        def rate(step: int) -> float:
            if step < warmup:
                return (step + 1) / warmup
            done = min((step - warmup) / max(total - warmup, 1), 1)
            return fallen(config.schedule, done, config.final_rate)

        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": LambdaLR(optimizer, rate), "interval": "step"},
        }

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """The detector's settings, from which it is built again."""
        checkpoint["detector"] = msgspec.to_builtins(self.detector.config)


def fallen(schedule: str, done: float, final: float) -> float:
    """The learning rate's factor, 1 at `done` = 0 and `final` at 1.

    cosine: half of one (arXiv 1608.03983, section 3). poly: a power of 0.9 (DeepLab, arXiv 1606.00915, section
    4.1.1). exponential: the same factor each step, as TensorFlow's exponential_decay, continuous.
    """
    match schedule:
        case "poly":
            return final + (1 - final) * (1 - done) ** 0.9
        case "exponential":
            return final**done
        case _:
            return final + (1 - final) * (1 + math.cos(math.pi * done)) / 2


def _optimizer(detector: nn.Module, config: TrainerConfig) -> Optimizer:
    """Norms and biases are not decayed (He et al. 2019, 1812.01187, section 3.1)."""
    trained = [parameter for parameter in detector.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    match config.optimizer:
        case "adamw":
            return AdamW(groups, lr=config.learning_rate)
        case "sgd":
            return SGD(groups, lr=config.learning_rate, momentum=0.9)
        case "rmsprop":  # of the MobileNet papers: decay and momentum 0.9, epsilon 1
            return RMSprop(groups, lr=config.learning_rate, alpha=0.9, momentum=0.9, eps=1.0)
