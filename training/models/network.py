"""What detectors and segmenters share: normalisation inside, frozen layers, where the weights came from."""

from collections.abc import Iterable
from typing import Self

import torch
from torch import Tensor, nn

from training.models.norms import batch_norms, unfold_batch_norms
from training.models.settings import ModelConfig, Normalisation
from training.models.weights import Loaded

MEAN_AND_STD: dict[Normalisation, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),  # PyTorch's classifiers
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),  # TensorFlow's: x / 127.5 - 1
}


class Network(nn.Module):
    """A backbone from a classifier and what is built on it; images (B, 3, H, W) in 0..1 go in."""

    config: ModelConfig  # with padding and normalisation settled
    loaded: Loaded
    mean: Tensor  # (3, 1, 1), as std
    std: Tensor
    folded: Tensor  # a bool

    def __init__(self, config: ModelConfig, loaded: Loaded) -> None:
        super().__init__()
        self.config = config
        self.loaded = loaded
        mean, std = MEAN_AND_STD[loaded.normalisation]
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1))
        self.register_buffer("folded", torch.tensor(loaded.folded))  # in checkpoints: a resumed run must know

    def pretrained(self) -> list[nn.Module]:
        """The parts that come from the backbone's classifier."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Set momentum, freeze what the config says, start in training mode: once all parts are there."""
        for layer in batch_norms(self):
            layer.momentum = self.config.bn_momentum
        if self.config.freeze == "backbone":
            _freeze(self.pretrained())
        if self.config.freeze == "batchnorm":
            _freeze(batch_norms(*self.pretrained()))
        self.train()

    def train(self, mode: bool = True) -> Self:
        """As nn.Module's; BatchNorm that is frozen or still folded goes on with its running statistics."""
        super().train(mode)
        counting = self.mean.is_meta  # costs.py builds networks without values
        if mode and not counting and (self.config.freeze != "none" or self.folded):
            for layer in batch_norms(*self.pretrained()):
                layer.eval()
        return self

    def unfold(self, batches: Iterable[Tensor]) -> None:
        """Give folded BatchNorm its statistics back, from batches of images (B, 3, H, W), before training."""
        mode = self.training
        unfold_batch_norms(self, batch_norms(*self.pretrained()), batches)
        self.folded.fill_(False)
        self.train(mode)

    def normalise(self, images: Tensor) -> Tensor:
        """Images in 0..1 as the backbone expects them."""
        return (images - self.mean) / self.std


def _freeze(modules: Iterable[nn.Module]) -> None:
    for module in modules:
        module.requires_grad_(False)
