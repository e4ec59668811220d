"""Trident branches (Li et al. 2019, arXiv 1901.01892): stages that run three times, each time more dilated.

The branches stand one after the other on the batch axis, so that they share every weight and every norm, and
differ in nothing but how far apart the depthwise convolutions look.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

DILATIONS = (1, 2, 3)  # of the branches, for small, medium and large objects (section 3.2)
MIDDLE = (2,)  # the branch that stands for all in fast mode (section 3.4)
STRIDED_BEFORE = 4  # convolutions of stride 2 before the stage of stride 16


def with_branches(stages: Sequence[nn.Sequential], fast: bool) -> list[nn.Sequential]:
    """The stages, with branches from the first block on that keeps its input's size at stride 16.

    (B, 3, H, W) in, (3 B, C, h, w) out, branch after branch; in eval with `fast` the middle branch alone,
    (B, C, h, w). Keys and weights stay. The depthwise convolutions of stride 1 are dilated, for in MobileNets
    no others see beyond a cell; a strided one would, dilated, skip cells between those that it looks at.
    """
    strided = [index for index, block in enumerate(stages[0]) if _is_strided(block)]
    start = strided[STRIDED_BEFORE - 1] + 1
    for block in (*stages[0][start:], *stages[1:]):
        _use_branches(block, fast)
    return [TridentStage(stages[0], start, fast), *stages[1:]]


class TridentStage(nn.Sequential):
    """Layers of which those from `start` on run once for each branch."""

    def __init__(self, layers: nn.Sequential, start: int, fast: bool) -> None:
        super().__init__(*layers)
        self.start, self.fast = start, fast

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, H, W) to (3 B, C', h, w), or (B, C', h, w) with the middle branch alone."""
        for index, layer in enumerate(self):
            if index == self.start:
                maps = torch.cat([maps] * len(_dilations(self)))
            maps = layer(maps)
        return maps


class TridentConv2d(nn.Conv2d):
    """A convolution of stride 1 with one weight and, branch by branch, another dilation."""

    fast = False

    def forward(self, maps: Tensor) -> Tensor:
        """Maps of all branches (3 B, C, H, W), or of the middle one, to maps of the same size."""
        dilations = _dilations(self)
        if dilations == MIDDLE:  # no part of it, so that an export's batch can have any size
            return self._dilated(maps, *dilations)
        parts = zip(maps.chunk(len(dilations)), dilations, strict=True)
        return torch.cat([self._dilated(part, dilation) for part, dilation in parts])

    def _dilated(self, maps: Tensor, dilation: int) -> Tensor:
        padding = [dilation * (size // 2) for size in self.kernel_size]
        return F.conv2d(maps, self.weight, self.bias, 1, padding, dilation, self.groups)


def _dilations(layer: TridentStage | TridentConv2d) -> tuple[int, ...]:
    """Of the branches that run: all of them in training."""
    return MIDDLE if layer.fast and not layer.training else DILATIONS


def _is_strided(block: nn.Module) -> bool:
    return any(isinstance(layer, nn.Conv2d) and layer.stride != (1, 1) for layer in block.modules())


def _use_branches(block: nn.Module, fast: bool) -> None:
    """Replace the depthwise convolutions of stride 1, in place."""
    for name, child in block.named_children():
        if isinstance(child, nn.Conv2d):
            if child.groups > 1 and child.stride == (1, 1):
                setattr(block, name, _branching(child, fast))
        else:
            _use_branches(child, fast)


def _branching(conv: nn.Conv2d, fast: bool) -> TridentConv2d:
    height, width = conv.kernel_size
    new = TridentConv2d(
        conv.in_channels, conv.out_channels, (height, width), groups=conv.groups, bias=conv.bias is not None
    )
    new.weight, new.bias, new.fast = conv.weight, conv.bias, fast
    return new
