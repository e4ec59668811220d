"""The four MobileNets as classifiers, and where detectors cut them into stages."""

from collections.abc import Collection
from dataclasses import dataclass

from torch import nn
from torchvision.models import MobileNetV3, mobilenet_v2
from torchvision.models.mobilenetv3 import _mobilenet_v3_conf

from training.models.mobilenet_v1 import MobileNetV1, scaled
from training.models.settings import BackboneName


@dataclass(frozen=True)
class Cut:
    """A place in a network: the end of block `block`, or the end of the 1x1 expansion inside it."""

    block: int  # index in `features`; 0 is the stem
    expansion: bool = False


STRIDE_8: dict[BackboneName, Cut] = {
    "mobilenet_v1": Cut(5),
    "mobilenet_v2": Cut(6),
    "mobilenet_v3_large": Cut(6),
    "mobilenet_v3_small": Cut(3),
}
STRIDE_16: dict[BackboneName, Cut] = {
    "mobilenet_v1": Cut(11),
    "mobilenet_v2": Cut(13),
    "mobilenet_v3_large": Cut(12),
    "mobilenet_v3_small": Cut(8),
}
# SSDLite's first map. V2 paper, section 6.2: the expansion of layer 15, counted with the stem, which is the
# first block of 160 channels. V3 paper, section 6.3: the expansion of the 13th bottleneck block, 672
# channels; in V3-Small of the 9th, 288 channels. V1 has no expansions: conv 11.
SSD_STRIDE_16: dict[BackboneName, Cut] = {
    "mobilenet_v1": Cut(11),
    "mobilenet_v2": Cut(14, expansion=True),
    "mobilenet_v3_large": Cut(13, expansion=True),
    "mobilenet_v3_small": Cut(9, expansion=True),
}

# V2's table 2 (expansion, channels, blocks, stride) with half the channels at stride 32.
V2_REDUCED = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 80, 3, 2],
    [6, 160, 1, 1],
]


def classifier(
    name: BackboneName,
    width_mult: float = 1.0,
    reduced_tail: bool = False,
    *,
    reduced_expansion: bool = False,
) -> nn.Module:
    """The ImageNet network with weights at random: `features`, a Sequential of blocks, and `classifier`.

    `reduced_tail` halves the channels of V3's last three blocks and of what follows (V3 paper, section 6.3),
    or of V2's last four. With `reduced_expansion` the first of V3's is also expanded to half as many: so do
    the paper's segmentation networks (table 7), but not its detectors (table 6), as their parameters tell.
    """
    if name == "mobilenet_v1":
        return MobileNetV1(width_mult=width_mult)
    if name == "mobilenet_v2":
        return mobilenet_v2(
            width_mult=width_mult, inverted_residual_setting=V2_REDUCED if reduced_tail else None
        )
    return _mobilenet_v3(name, width_mult, reduced_tail, reduced_tail and reduced_expansion)


def _mobilenet_v3(
    name: BackboneName, width_mult: float, reduced_tail: bool, reduced_expansion: bool
) -> MobileNetV3:
    """torchvision's network at the widths of the paper, whose Large has 155 M multiply-adds at 0.75.

    There a block expands its narrowed input by the full network's factor, and the classifier's hidden layer
    is never narrowed. torchvision narrows both by themselves, and comes to 140 M.
    """
    blocks, hidden = _mobilenet_v3_conf(name, width_mult=width_mult, reduced_tail=reduced_tail)
    full, full_hidden = _mobilenet_v3_conf(name, reduced_tail=reduced_tail)
    for block, wide in zip(blocks, full, strict=True):
        block.expanded_channels = scaled(wide.expanded_channels, block.input_channels / wide.input_channels)
    if reduced_expansion:
        first = next(block for block in reversed(blocks) if block.stride > 1)
        first.expanded_channels = scaled(first.expanded_channels, 0.5)
    return MobileNetV3(blocks, max(hidden, full_hidden))


def trunk(name: BackboneName, network: nn.Module, keep_last_conv: bool) -> nn.Sequential:
    """`features` of a classifier, of V2 without the last 1x1 convolution (320 to 1280) unless it is kept."""
    features = network.get_submodule("features")
    assert isinstance(features, nn.Sequential)
    return features[:-1] if name == "mobilenet_v2" and not keep_last_conv else features


def split(features: nn.Sequential, cuts: Collection[Cut]) -> list[nn.Sequential]:
    """The network in one stage more than there are cuts; run one after the other they are the network."""
    stages: list[nn.Sequential] = []
    layers: list[nn.Module] = []
    for index, block in enumerate(features):
        if Cut(index, expansion=True) in cuts:
            body = branch(block)
            stages.append(nn.Sequential(*layers, body[0]))
            layers = [body[1:]]  # a block of stride 2 has no shortcut, so its body is all of it
        else:
            layers.append(block)
        if Cut(index) in cuts:
            stages.append(nn.Sequential(*layers))
            layers = []
    return [*stages, nn.Sequential(*layers)]


def branch(block: nn.Module) -> nn.Sequential:
    """The layers of an inverted residual block of V2 or V3, without its shortcut."""
    layers = block.get_submodule("conv" if hasattr(block, "conv") else "block")
    assert isinstance(layers, nn.Sequential)
    return layers


def out_channels(stage: nn.Module) -> int:
    """Channels of the map that a stage gives: those of its last convolution."""
    return [module.out_channels for module in stage.modules() if isinstance(module, nn.Conv2d)][-1]
