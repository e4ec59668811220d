"""MobileNet V1 (Howard et al. 2017, arXiv 1704.04861), which torchvision lacks, laid out as its V2."""

from torch import Tensor, nn
from torchvision.ops.misc import Conv2dNormActivation

# Table 1: output channels and stride of the 13 depthwise separable blocks.
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
STEM_CHANNELS = 32
BN_EPS = 1e-3  # of the published TensorFlow and Keras networks


def scaled(channels: int, width_mult: float) -> int:
    """Channels times the width multiplier, at the nearest multiple of 8 that loses no tenth, as in V2."""
    wanted = channels * width_mult
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * wanted else rounded + 8


class MobileNetV1(nn.Module):
    """An ImageNet classifier; `features` is the stem and the 13 blocks, as in torchvision's MobileNets.

    The activation is ReLU6, that of the authors' published code and weights; the paper's text says ReLU.
    """

    def __init__(self, num_classes: int = 1000, width_mult: float = 1.0) -> None:
        super().__init__()
        channels = scaled(STEM_CHANNELS, width_mult)
        layers: list[nn.Module] = [_conv(3, channels, kernel=3, stride=2)]
        for wanted, stride in BLOCKS:
            out = scaled(wanted, width_mult)
            layers.append(_separable(channels, out, stride))
            channels = out
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(channels, num_classes)
        _initialise(self)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (B, classes) of images (B, 3, H, W)."""
        return self.classifier(self.features(images).mean(dim=(2, 3)))


def _separable(channels: int, out: int, stride: int) -> nn.Sequential:
    """3x3 depthwise, then 1x1 pointwise convolution, each with BatchNorm and ReLU6 (figure 3)."""
    return nn.Sequential(
        _conv(channels, channels, kernel=3, stride=stride, groups=channels), _conv(channels, out, kernel=1)
    )


def _conv(channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> Conv2dNormActivation:
    conv = Conv2dNormActivation(channels, out, kernel, stride, groups=groups, activation_layer=nn.ReLU6)
    conv[1].eps = BN_EPS
    return conv


def _initialise(network: nn.Module) -> None:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out")
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.01)
            nn.init.zeros_(module.bias)
