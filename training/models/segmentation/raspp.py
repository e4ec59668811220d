"""R-ASPP and LR-ASPP: the segmentation heads of the MobileNet V2 and V3 papers."""

from torch import Tensor, nn
from torchvision.models.segmentation.deeplabv3 import ASPP
from torchvision.models.segmentation.lraspp import LRASPPHead

from training.models.segmentation.layers import PooledNorm, resized, scores

# Cells that LR-ASPP's pooling spans, and its steps: figure 10 of the V3 paper, for 1024 × 2048 at stride 16.
POOL_CELLS = 49
POOL_STRIDE = (16, 20)


class RASPP(nn.Module):
    """DeepLabv3's ASPP with its 1x1 and pooling branches alone (arXiv 1801.04381, section 6.4)."""

    def __init__(self, channels: list[int], classes: int, filters: int) -> None:
        super().__init__()
        self.aspp = ASPP(channels[-1], (), filters)
        use_pooled_norm(self.aspp)
        self.aspp.project[3] = nn.Identity()  # torchvision drops half; ours is that of the other heads
        self.scores = scores(filters, classes)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Logits (B, classes, h, w) on the last map's grid."""
        return self.scores(self.aspp(maps[-1]))


def use_pooled_norm(aspp: ASPP) -> None:
    """Let the pooling branch of torchvision's ASPP train on one picture too, in place."""
    pooling = aspp.convs[-1]
    assert isinstance(pooling, nn.Sequential) and isinstance(pooling[2], nn.BatchNorm2d)
    pooling[2] = PooledNorm(pooling[2].num_features)


class LRASPP(LRASPPHead):
    """Lite R-ASPP (arXiv 1905.02244, section 6.4): torchvision's head, with the paper's pooling."""

    def __init__(self, channels: list[int], classes: int, filters: int) -> None:
        low, high = channels
        super().__init__(low, high, classes, filters)
        self.scale[0] = WindowPool()

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Logits (B, classes, h, w) on the grid of the first map, of stride 8."""
        low, high = maps
        values = self.cbr(high)
        values = values * resized(self.scale(high), values)
        return self.low_classifier(low) + self.high_classifier(resized(values, low))


class WindowPool(nn.Module):
    """Means over windows of 49 × 49 cells, 16 rows and 20 columns apart; over a smaller map, its whole."""

    def forward(self, maps: Tensor) -> Tensor:
        """(B, C, h, w) to (B, C, windows down, windows across)."""
        height, width = maps.shape[-2:]
        window = min(POOL_CELLS, height), min(POOL_CELLS, width)
        return nn.functional.avg_pool2d(maps, window, POOL_STRIDE)
