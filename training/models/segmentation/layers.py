"""Layers that several segmentation heads share."""

import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops.misc import Conv2dNormActivation

DROPOUT = 0.1  # before the classifier


class PooledNorm(nn.BatchNorm2d):
    """BatchNorm of a map pooled to one cell: of a single picture it has no variance to take.

    The last batch of an epoch may be one picture; it is normalised by the running statistics, as in eval.
    """

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, C, h, w) to the same shape."""
        if self.training and pooled.numel() == pooled.shape[1]:
            return F.batch_norm(
                pooled, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        return super().forward(pooled)


def conv(channels: int, out: int, kernel: int = 1, dilation: int = 1) -> Conv2dNormActivation:
    """Convolution, BatchNorm, ReLU, on the same grid."""
    return Conv2dNormActivation(channels, out, kernel, dilation=dilation, inplace=True)


def separable(channels: int, out: int, dilation: int = 1) -> nn.Sequential:
    """A 3x3 depthwise and a 1x1 convolution, each with BatchNorm and ReLU."""
    depthwise = Conv2dNormActivation(channels, channels, 3, dilation=dilation, groups=channels)
    return nn.Sequential(depthwise, conv(channels, out))


def scores(channels: int, classes: int) -> nn.Sequential:
    """Dropout, and a 1x1 convolution to a score per class."""
    return nn.Sequential(nn.Dropout(DROPOUT), nn.Conv2d(channels, classes, 1))


def resized(maps: Tensor, like: Tensor) -> Tensor:
    """(B, C, h, w) at the height and width of `like`, bilinear."""
    return F.interpolate(maps, size=like.shape[-2:], mode="bilinear", align_corners=False)
