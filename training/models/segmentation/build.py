"""From a ModelConfig to a segmenter."""

from collections.abc import Callable

from torch import nn

from training.models.backbones import STRIDE_8, STRIDE_16
from training.models.dilation import dilate
from training.models.pretrained import pretrained
from training.models.segmentation.backbone import STRIDE_4, Backbone, Tap
from training.models.segmentation.pyramids import FCN, DeepLabV3, DeepLabV3Plus, PSPNet, auxiliary
from training.models.segmentation.raspp import LRASPP, RASPP
from training.models.segmentation.segmenter import Segmenter
from training.models.settings import HeadName, ModelConfig

Head = Callable[[list[int], int, int], nn.Module]  # channels of the maps, classes, filters
HEADS: dict[HeadName, Head] = {
    "fcn": FCN,
    "pspnet": PSPNet,
    "deeplabv3": DeepLabV3,
    "deeplabv3plus": DeepLabV3Plus,
    "raspp": RASPP,
    "lraspp": LRASPP,
}
WITH_AUXILIARY: tuple[HeadName, ...] = ("fcn", "pspnet", "deeplabv3", "deeplabv3plus")


def build_segmenter(config: ModelConfig) -> Segmenter:
    """The segmenter in training mode, its backbone with the weights that `config` names.

    `segmenter.config` is `config` with padding and normalisation settled: with weights="none" in it, it
    builds the same network again, for a checkpoint's weights. Raises UserError where weights cannot be had
    or do not fit.
    """
    features, loaded, config = pretrained(config)
    dilate(features, 1, config.output_stride)
    backbone = Backbone(features, _taps(config))
    channels = backbone.channels
    head = HEADS[config.head](channels, config.classes, config.filters)
    inner = auxiliary(channels[-2], config.classes) if config.head in WITH_AUXILIARY else None
    return Segmenter(config, loaded, backbone, head, inner)


def _taps(config: ModelConfig) -> list[Tap]:
    """The maps that the head uses besides the last.

    LR-ASPP's finer map is that of the authors' networks, whose costs table 7 of the V3 paper tells.
    """
    if config.head == "raspp":
        return []
    if config.head == "lraspp":
        return [Tap(STRIDE_8[config.backbone].block, depthwise=True)]
    inner = Tap(STRIDE_16[config.backbone].block)
    return [Tap(STRIDE_4[config.backbone]), inner] if config.head == "deeplabv3plus" else [inner]
