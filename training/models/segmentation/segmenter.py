"""Segmenter: images in, losses or a score per class and pixel out."""

import torch.nn.functional as F
from torch import Tensor, nn

from training.data.semantics import IGNORED
from training.models.network import Network
from training.models.segmentation.backbone import Backbone
from training.models.segmentation.layers import resized
from training.models.settings import ModelConfig
from training.models.share import per_process
from training.models.weights import Loaded

AUXILIARY_WEIGHT = 0.4  # PSPNet, section 5.2


class Segmenter(Network):
    """A backbone, a head on its maps and, in training, perhaps an auxiliary head on its last but one.

    `forward(images, labels)`: images (B, 3, H, W) in 0..1 at any size, labels (B, H, W) of type int64,
    IGNORED where there is no loss; in training a dict of losses, in eval logits (B, classes, H, W).
    """

    def __init__(
        self,
        config: ModelConfig,
        loaded: Loaded,
        backbone: Backbone,
        head: nn.Module,
        auxiliary: nn.Module | None = None,
    ) -> None:
        super().__init__(config, loaded)
        self.backbone, self.head, self.auxiliary = backbone, head, auxiliary
        self.prepare()

    def pretrained(self) -> list[nn.Module]:
        """The backbone."""
        return [self.backbone]

    def forward(self, images: Tensor, labels: Tensor | None = None) -> dict[str, Tensor] | Tensor:
        """Losses in training, logits in eval: see the class."""
        maps = self.backbone(self.normalise(images))
        logits = resized(self.head(maps), images).float()
        if not self.training:
            return logits
        if labels is None or labels.shape != images[:, 0].shape:
            raise ValueError(f"training takes labels of the images' size, {tuple(images[:, 0].shape)}")
        losses = {"segmentation": _entropy(logits, labels)}
        if self.auxiliary is not None:
            inner = resized(self.auxiliary(maps[-2]), images).float()
            losses["auxiliary"] = AUXILIARY_WEIGHT * _entropy(inner, labels)
        return losses


def _entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy over the labelled pixels; 0 without any."""
    total = F.cross_entropy(logits, labels, ignore_index=IGNORED, reduction="sum")
    return total / per_process((labels != IGNORED).sum())
