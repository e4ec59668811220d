"""A backbone as segmenters use it: run once, giving the maps that a head asks for."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from training.models.backbones import branch, out_channels
from training.models.settings import BackboneName

# The last block of stride 4.
STRIDE_4: dict[BackboneName, int] = {
    "mobilenet_v2": 3,
    "mobilenet_v3_large": 3,
    "mobilenet_v3_small": 1,
}


class Tap(NamedTuple):
    """Where a map is taken: behind block `block`, or behind the depthwise convolution inside it."""

    block: int  # index in `features`; 0 is the stem
    depthwise: bool = False


class Backbone(nn.Module):
    """The blocks `features` of a classifier, with taps."""

    def __init__(self, features: nn.Sequential, taps: Sequence[Tap]) -> None:
        super().__init__()
        self.features = features
        self.taps = tuple(sorted(taps))

    @property
    def channels(self) -> list[int]:
        """Of the maps that `forward` gives."""
        tapped = [
            branch(self.features[tap.block])[:2] if tap.depthwise else self.features[tap.block]
            for tap in self.taps
        ]
        return [out_channels(stage) for stage in (*tapped, self.features)]

    def forward(self, images: Tensor) -> list[Tensor]:
        """The maps at the taps, fine to coarse, and the last one."""
        maps: list[Tensor] = []
        current = images
        for index, block in enumerate(self.features):
            if Tap(index, depthwise=True) in self.taps:
                layers = branch(block)
                maps.append(layers[:2](current))  # the 1x1 expansion and the depthwise convolution
                narrow = layers[2:](maps[-1])
                current = current + narrow if block.use_res_connect else narrow
            else:
                current = block(current)
            if Tap(index) in self.taps:
                maps.append(current)
        return [*maps, current]
