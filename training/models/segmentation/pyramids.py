"""FCN, PSPNet, DeepLabv3 and DeepLabv3+ as mmsegmentation builds them on MobileNet V2 ("D8")."""

import torch
from torch import Tensor, nn
from torchvision.models.segmentation.deeplabv3 import ASPP

from training.models.segmentation.layers import PooledNorm, conv, resized, scores, separable
from training.models.segmentation.raspp import use_pooled_norm

BINS = (1, 2, 3, 6)  # PSPNet, section 3.2
RATES = (12, 24, 36)  # DeepLabv3, table 6, at stride 8
DECODER_CHANNELS = 48  # DeepLabv3+, section 4.1
AUXILIARY_CHANNELS = 256


class FCN(nn.Module):
    """Two 3x3 convolutions, and a third over their result beside their input (after arXiv 1411.4038)."""

    def __init__(self, channels: list[int], classes: int, filters: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(conv(channels[-1], filters, 3), conv(filters, filters, 3))
        self.join = conv(channels[-1] + filters, filters, 3)
        self.scores = scores(filters, classes)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Logits (B, classes, h, w) on the last map's grid."""
        last = maps[-1]
        return self.scores(self.join(torch.cat((last, self.convs(last)), dim=1)))


class PSPNet(nn.Module):
    """The map beside its means over 1, 2 × 2, 3 × 3 and 6 × 6 parts (arXiv 1612.01105, section 3.2)."""

    def __init__(self, channels: list[int], classes: int, filters: int) -> None:
        super().__init__()
        self.pools = nn.ModuleList(_pool(bins, channels[-1], filters) for bins in BINS)
        self.join = conv(channels[-1] + len(BINS) * filters, filters, 3)
        self.scores = scores(filters, classes)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Logits (B, classes, h, w) on the last map's grid."""
        last = maps[-1]
        pooled = [resized(pool(last), last) for pool in self.pools]
        return self.scores(self.join(torch.cat((last, *pooled), dim=1)))


class DeepLabV3(nn.Module):
    """ASPP (arXiv 1706.05587, section 3.3), its branches joined by a 3x3 convolution."""

    def __init__(self, channels: list[int], classes: int, filters: int) -> None:
        super().__init__()
        self.aspp = ASPP(channels[-1], RATES, filters)
        use_pooled_norm(self.aspp)
        self.aspp.project = conv(len(self.aspp.convs) * filters, filters, 3)
        self.scores = scores(filters, classes)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Logits (B, classes, h, w) on the last map's grid."""
        return self.scores(self.aspp(maps[-1]))


class DeepLabV3Plus(nn.Module):
    """ASPP of separable convolutions, and a decoder on a finer map (arXiv 1802.02611, section 3.1)."""

    def __init__(self, channels: list[int], classes: int, filters: int) -> None:
        super().__init__()
        low, high = channels[0], channels[-1]
        self.aspp = ASPP(high, (), filters)
        use_pooled_norm(self.aspp)
        for rate in RATES:
            self.aspp.convs.append(separable(high, filters, rate))
        self.aspp.project = separable(len(self.aspp.convs) * filters, filters)
        self.low = conv(low, DECODER_CHANNELS)
        self.decoder = nn.Sequential(
            separable(filters + DECODER_CHANNELS, filters), separable(filters, filters)
        )
        self.scores = scores(filters, classes)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Logits (B, classes, h, w) on the grid of the first map, of stride 4."""
        low = self.low(maps[0])
        return self.scores(self.decoder(torch.cat((resized(self.aspp(maps[-1]), low), low), dim=1)))


def auxiliary(channels: int, classes: int) -> nn.Sequential:
    """What classifies an inner map while training, so that gradients reach it on a short way."""
    return nn.Sequential(conv(channels, AUXILIARY_CHANNELS, 3), scores(AUXILIARY_CHANNELS, classes))


def _pool(bins: int, channels: int, out: int) -> nn.Sequential:
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(bins),
        nn.Conv2d(channels, out, 1, bias=False),
        PooledNorm(out),
        nn.ReLU(inplace=True),
    )
