"""From a ModelConfig to a detector."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec
from torch import nn

from training.models.anchors import AnchorGenerator, place
from training.models.backbones import SSD_STRIDE_16, STRIDE_8, STRIDE_16, Cut, classifier, split, trunk
from training.models.detector import Detector
from training.models.faster_rcnn import C4_STRIDES, FPN_STRIDES, faster_rcnn_c4, faster_rcnn_fpn
from training.models.padding import use_tensorflow_padding
from training.models.settings import HeadName, ModelConfig
from training.models.ssd import SSD, STRIDES
from training.models.weights import Loaded, load_weights

MAP_STRIDES: dict[HeadName, tuple[int, ...]] = {
    "ssd": STRIDES,
    "ssdlite": STRIDES,
    "faster_rcnn_c4": C4_STRIDES,
    "faster_rcnn_fpn": FPN_STRIDES,
}
BUILD: dict[HeadName, Callable[[ModelConfig, Loaded, Sequence[nn.Module], AnchorGenerator], Detector]] = {
    "ssd": SSD,
    "ssdlite": SSD,
    "faster_rcnn_c4": faster_rcnn_c4,
    "faster_rcnn_fpn": faster_rcnn_fpn,
}


def build_detector(config: ModelConfig, anchors: AnchorGenerator | None = None) -> Detector:
    """The detector in training mode, its backbone with the weights that `config` names.

    `detector.config` is `config` with padding and normalisation settled: with weights="none" in it, it builds
    the same network again, for a checkpoint's weights. `anchors`: others than those of `config.anchors`.
    Raises UserError where weights cannot be had or do not fit.
    """
    network = classifier(config.backbone, config.width_mult, config.reduced_tail)
    loaded = load_weights(network, config)
    loaded = replace(
        loaded,
        padding=loaded.padding if config.padding == "auto" else config.padding,
        normalisation=loaded.normalisation if config.normalisation == "auto" else config.normalisation,
    )
    if loaded.padding == "tensorflow":
        use_tensorflow_padding(network)
    config = msgspec.structs.replace(config, padding=loaded.padding, normalisation=loaded.normalisation)
    if anchors is None:
        anchors = AnchorGenerator(place(config.anchors, config.input, MAP_STRIDES[config.head]))
    stages = split(trunk(config.backbone, network, config.keep_last_conv), _cuts(config))
    return BUILD[config.head](config, loaded, stages, anchors)


def _cuts(config: ModelConfig) -> list[Cut]:
    """Where the head takes maps from the backbone, besides its end."""
    if config.head == "faster_rcnn_c4":
        return [STRIDE_16[config.backbone]]
    if config.head == "faster_rcnn_fpn":
        return [STRIDE_8[config.backbone], STRIDE_16[config.backbone]]
    return [SSD_STRIDE_16[config.backbone]]
