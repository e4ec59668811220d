"""From a ModelConfig to a detector."""

from collections.abc import Callable, Sequence
from functools import partial

from torch import nn

from training.models.anchors import AnchorGenerator, place
from training.models.backbones import SSD_STRIDE_16, STRIDE_8, STRIDE_16, Cut, split
from training.models.detector import Detector
from training.models.faster_rcnn import C4_STRIDES, FPN_STRIDES, faster_rcnn_c4, faster_rcnn_fpn
from training.models.pretrained import pretrained
from training.models.rfcn import rfcn
from training.models.settings import HeadName, ModelConfig
from training.models.ssd import STRIDES
from training.models.temporal_ssd import ssd
from training.models.trident import with_branches
from training.models.trident_faster_rcnn import TridentFasterRCNN
from training.models.trident_ssd import TridentSSD
from training.models.weights import Loaded

MAP_STRIDES: dict[HeadName, tuple[int, ...]] = {
    "ssd": STRIDES,
    "ssdlite": STRIDES,
    "faster_rcnn_c4": C4_STRIDES,
    "faster_rcnn_fpn": FPN_STRIDES,
    "rfcn": C4_STRIDES,
}
Build = Callable[[ModelConfig, Loaded, Sequence[nn.Module], AnchorGenerator], Detector]
BUILD: dict[HeadName, Build] = {
    "ssd": ssd,
    "ssdlite": ssd,
    "faster_rcnn_c4": faster_rcnn_c4,
    "faster_rcnn_fpn": faster_rcnn_fpn,
    "rfcn": rfcn,
}
TRIDENT: dict[HeadName, Build] = {
    "ssd": TridentSSD,
    "ssdlite": TridentSSD,
    "faster_rcnn_c4": partial(faster_rcnn_c4, kind=TridentFasterRCNN),
    "rfcn": partial(rfcn, kind=TridentFasterRCNN),
}


def build_detector(config: ModelConfig, anchors: AnchorGenerator | None = None) -> Detector:
    """The detector in training mode, its backbone with the weights that `config` names.

    `detector.config` is `config` with padding and normalisation settled: with weights="none" in it, it builds
    the same network again, for a checkpoint's weights. `anchors`: others than those of `config.anchors`.
    Raises UserError where weights cannot be had or do not fit.
    """
    features, loaded, config = pretrained(config)
    if anchors is None:
        anchors = AnchorGenerator(place(config.anchors, config.input, MAP_STRIDES[config.head]))
    stages = split(features, _cuts(config))
    if config.trident:
        return TRIDENT[config.head](config, loaded, _branching(stages, config), anchors)
    return BUILD[config.head](config, loaded, stages, anchors)


def _cuts(config: ModelConfig) -> list[Cut]:
    """Where the head takes maps from the backbone, besides its end."""
    if config.head in ("faster_rcnn_c4", "rfcn"):
        return [STRIDE_16[config.backbone]]
    if config.head == "faster_rcnn_fpn":
        return [STRIDE_8[config.backbone], STRIDE_16[config.backbone]]
    return [SSD_STRIDE_16[config.backbone]]


def _branching(stages: Sequence[nn.Sequential], config: ModelConfig) -> Sequence[nn.Sequential]:
    """The stages with trident branches: all of an SSD's, since each has anchors, else the proposals'."""
    if config.head in ("ssd", "ssdlite"):
        return with_branches(stages, config.trident_fast)
    return [*with_branches(stages[:1], config.trident_fast), *stages[1:]]
