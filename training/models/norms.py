"""What detectors do to BatchNorm: freezing, unfolding what was folded, adapting to a domain."""

from collections.abc import Iterable, Iterator
from functools import partial

import torch
from torch import Tensor, nn


def batch_norms(*modules: nn.Module) -> Iterator[nn.BatchNorm2d]:
    """The BatchNorm layers within modules."""
    for module in modules:
        yield from (layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d))


def folded(state: dict[str, Tensor]) -> bool:
    """Whether every BatchNorm of a state dict only shifts: the rest was folded into the convolutions."""
    means = [value for key, value in state.items() if key.endswith("running_mean")]
    variances = [value for key, value in state.items() if key.endswith("running_var")]
    return bool(means) and all((mean == 0).all() for mean in means) and all((v == 1).all() for v in variances)


class _Moments:
    """Mean and variance per channel of what a layer is given, over several batches."""

    def __init__(self) -> None:
        self.count, self.total, self.squares = 0, torch.zeros(()), torch.zeros(())

    def add(self, _layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0].detach().double()
        self.count += values.numel() // values.shape[1]
        self.total = self.total.to(values.device) + values.sum(dim=(0, 2, 3))
        self.squares = self.squares.to(values.device) + values.square().sum(dim=(0, 2, 3))

    def mean_and_variance(self) -> tuple[Tensor, Tensor]:
        mean = self.total / self.count
        return mean, (self.squares / self.count - mean.square()).clamp(min=0)


@torch.no_grad()
def unfold_batch_norms(
    detector: nn.Module, layers: Iterable[nn.BatchNorm2d], batches: Iterable[Tensor]
) -> None:
    """Set the layers' statistics to those of their inputs, and scale and shift so that nothing changes.

    `batches` of images (B, 3, H, W) run through `detector`, which stays in eval mode. A layer that sees none
    keeps its statistics.
    """
    moments = {layer: _Moments() for layer in layers}
    hooks = [layer.register_forward_pre_hook(seen.add) for layer, seen in moments.items()]
    detector.eval()
    for images in batches:
        detector(images)
    for hook in hooks:
        hook.remove()
    for layer, seen in moments.items():
        if seen.count:
            _reparametrise(layer, *seen.mean_and_variance())


@torch.no_grad()
def adapt_batch_norms(detector: nn.Module, batches: Iterable[Tensor]) -> None:
    """Take every BatchNorm's running statistics anew from unlabelled images (AdaBN, arXiv 1603.04779).

    `batches` of images (B, 3, H, W), which count alike. While statistics are gathered, each batch is
    normalised by its own, as in training. The detector's mode is afterwards what it was. Raises ValueError
    without a batch.
    """
    layers = list(batch_norms(detector))
    modes, momenta = {layer: layer.training for layer in layers}, {layer: layer.momentum for layer in layers}
    mode = detector.training
    detector.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # PyTorch's word for a plain mean over the batches
        layer.train()
    seen = 0
    for images in batches:
        detector(images)
        seen += len(images)
    detector.train(mode)
    for layer in layers:
        layer.momentum = momenta[layer]
        layer.train(modes[layer])
    if not seen:
        raise ValueError("no images to adapt to")


def _reparametrise(layer: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """The same function of its input, with other running statistics."""
    old_mean, old_variance = layer.get_buffer("running_mean"), layer.get_buffer("running_var")
    gain = layer.weight / (old_variance + layer.eps).sqrt()
    shift = layer.bias - old_mean * gain
    layer.weight.copy_(gain * (variance + layer.eps).sqrt())
    layer.bias.copy_(shift + mean * gain)
    old_mean.copy_(mean)
    old_variance.copy_(variance)


batch_norm = partial(
    nn.BatchNorm2d, eps=1e-3
)  # of new layers, as in TensorFlow's detectors and torchvision's SSDLite
