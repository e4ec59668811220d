"""Faster R-CNN (arXiv 1506.01497) on a C4 map or a pyramid: torchvision's parts, with neutral regions."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import RoIHeads, fastrcnn_loss
from torchvision.models.detection.rpn import RegionProposalNetwork
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign, box_iou
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from training.models.anchors import AnchorGenerator
from training.models.backbones import out_channels
from training.models.detector import Detector, Prediction, Target, check_targets
from training.models.neutral import covered
from training.models.settings import ModelConfig
from training.models.share import per_process
from training.models.weights import Loaded

C4_STRIDES = (16,)
FPN_STRIDES = (8, 16, 32, 64)

PYRAMID_CHANNELS = 256  # these two as in torchvision's fasterrcnn_mobilenet_v3_large_fpn
HEAD_CHANNELS = 1024
C4_CROP, FPN_CROP = 14, 7  # cells of a region: the C4 tail halves them
PROPOSALS_BEFORE_NMS = {"training": 2000, "testing": 1000}
PROPOSALS = {"training": 1000, "testing": 300}  # testing: as in both papers
RPN_POSITIVE_IOU, RPN_NEGATIVE_IOU, RPN_NMS = 0.7, 0.3, 0.7
RPN_BATCH, RPN_POSITIVES = 256, 0.5  # anchors per image
ROI_IOU = 0.5
ROI_BATCH, ROI_POSITIVES = 128, 0.25  # proposals per image

R = TypeVar("R", bound="NeutralRPN")
H = TypeVar("H", bound="NeutralRoIHeads")


class FasterRCNN(Detector):
    """A region proposal network on `features`, and a head that classifies and refines each proposal.

    No image is resized. The RPN's maps are those of `anchors.levels`; the head takes what it needs of all.
    """

    def __init__(
        self,
        config: ModelConfig,
        loaded: Loaded,
        backbone: nn.Module,
        anchors: AnchorGenerator,
        channels: int,
        regions: Callable[[], "NeutralRoIHeads"],
    ) -> None:
        """`channels`: of the RPN's maps. `regions` makes the head, once the RPN has drawn its weights."""
        super().__init__(config, loaded)
        self.backbone = backbone
        self.rpn = self.proposal_network(anchors, channels)
        self.roi_heads = regions()
        self.prepare()

    def proposal_network(self, anchors: AnchorGenerator, channels: int) -> "NeutralRPN":
        """The RPN on maps of so many channels."""
        return proposal_network(NeutralRPN, anchors, channels)

    def pretrained(self) -> list[nn.Module]:
        """The backbone's stages, the C4 tail among them."""
        return [
            getattr(self.backbone, "stages", self.backbone),
            *([self.roi_heads.box_head] if isinstance(self.roi_heads.box_head, PooledTail) else []),
        ]

    def features(self, images: Tensor) -> dict[str, Tensor]:
        """Maps by name, fine to coarse: "0" alone, or "0", "1", "2" and "pool"."""
        maps = self.backbone(self.normalise(images))
        return maps if isinstance(maps, dict) else {"0": maps}

    def forward(
        self, images: Tensor, targets: list[Target] | None = None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses in training, detections in eval: see Detector."""
        if self.training:
            targets = list(check_targets(targets, images))
        return self._results(images, self.features(images), targets)

    def _results(
        self, images: Tensor, features: dict[str, Tensor], targets: list[Target] | None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses or detections from the maps of the images."""
        names = list(features)
        sizes = [tuple(images.shape[-2:])] * len(images)
        proposed = OrderedDict(
            (names[level], features[names[level]]) for level in self.rpn.anchor_generator.levels
        )
        proposals, rpn_losses = self.rpn(ImageList(images, sizes), proposed, targets)
        detections, roi_losses = self.roi_heads(features, proposals, sizes, targets)
        return {**rpn_losses, **roi_losses} if self.training else detections


def faster_rcnn_c4(
    config: ModelConfig,
    loaded: Loaded,
    stages: Sequence[nn.Module],
    anchors: AnchorGenerator,
    kind: type[FasterRCNN] = FasterRCNN,
) -> FasterRCNN:
    """One map of stride 16; the rest of the backbone, `stages[1]`, runs on each region."""
    body, tail = stages
    pool = MultiScaleRoIAlign(["0"], C4_CROP, sampling_ratio=2)
    regions = partial(_regions, config, pool, PooledTail(tail), out_channels(tail))
    return kind(config, loaded, body, anchors, out_channels(body), regions)


def faster_rcnn_fpn(
    config: ModelConfig, loaded: Loaded, stages: Sequence[nn.Module], anchors: AnchorGenerator
) -> FasterRCNN:
    """A pyramid (arXiv 1612.03144) over maps of stride 8, 16 and 32, and a head of two dense layers."""
    pyramid = Pyramid(stages)
    pool = MultiScaleRoIAlign(["0", "1", "2"], FPN_CROP, sampling_ratio=2)
    head = TwoMLPHead(PYRAMID_CHANNELS * FPN_CROP**2, HEAD_CHANNELS)
    regions = partial(_regions, config, pool, head, HEAD_CHANNELS)
    return FasterRCNN(config, loaded, pyramid, anchors, PYRAMID_CHANNELS, regions)


def _regions(
    config: ModelConfig, pool: MultiScaleRoIAlign, head: nn.Module, channels: int
) -> "NeutralRoIHeads":
    """Faster R-CNN's: `head` makes `channels` numbers of a region, two dense layers its scores and boxes."""
    return roi_heads(NeutralRoIHeads, config, pool, head, Predictor(channels, config.classes + 1))


def roi_heads(
    kind: type[H], config: ModelConfig, pool: nn.Module, head: nn.Module, predictor: nn.Module
) -> H:
    """RoI heads of torchvision's making: `pool` cuts regions out, `head` and `predictor` judge them."""
    return kind(
        pool,
        head,
        predictor,
        ROI_IOU,
        ROI_IOU,
        ROI_BATCH,
        ROI_POSITIVES,
        None,
        config.score_threshold,
        config.nms_threshold,
        config.detections_per_image,
    )


def proposal_network(kind: type[R], anchors: AnchorGenerator, channels: int) -> R:
    """An RPN on maps of so many channels."""
    return kind(
        anchors,
        LevelRPNHead(channels, anchors.num_anchors_per_location()),
        RPN_POSITIVE_IOU,
        RPN_NEGATIVE_IOU,
        RPN_BATCH,
        RPN_POSITIVES,
        PROPOSALS_BEFORE_NMS,
        PROPOSALS,
        RPN_NMS,
    )


class PooledTail(nn.Module):
    """The last stage of a backbone on regions (R, C, 14, 14), averaged over each to (R, C')."""

    def __init__(self, stage: nn.Module) -> None:
        super().__init__()
        self.stage = stage

    def forward(self, regions: Tensor) -> Tensor:
        """(R, C')."""
        return self.stage(regions).mean(dim=(2, 3))


class Pyramid(nn.Module):
    """A backbone's stages under torchvision's feature pyramid."""

    def __init__(self, stages: Sequence[nn.Module]) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)
        self.fpn = FeaturePyramidNetwork(
            [out_channels(stage) for stage in stages], PYRAMID_CHANNELS, LastLevelMaxPool()
        )

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """One map of 256 channels per stage, named from "0", and "pool"."""
        maps = OrderedDict()
        for index, stage in enumerate(self.stages):
            images = stage(images)
            maps[str(index)] = images
        return self.fpn(maps)


class LevelRPNHead(nn.Module):
    """As torchvision's RPNHead, one 3x3 convolution for all maps, but each has its own number of anchors."""

    def __init__(self, channels: int, anchors: list[int]) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.objectness = nn.ModuleList(nn.Conv2d(channels, count, 1) for count in anchors)
        self.deltas = nn.ModuleList(nn.Conv2d(channels, 4 * count, 1) for count in anchors)
        for conv in (self.conv, *self.objectness, *self.deltas):
            nn.init.normal_(conv.weight, std=0.01)
            nn.init.zeros_(conv.bias)

    def forward(self, maps: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Per map objectness (B, A, H, W) and deltas (B, 4 A, H, W), in float32: boxes need its precision."""
        hidden = [torch.relu(self.conv(each)) for each in maps]
        return (
            [layer(each).float() for layer, each in zip(self.objectness, hidden, strict=True)],
            [layer(each).float() for layer, each in zip(self.deltas, hidden, strict=True)],
        )


class Predictor(FastRCNNPredictor):
    """torchvision's two dense layers, with outputs in float32 under mixed precision too."""

    def forward(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Class logits (R, 1 + classes) and coded boxes (R, 4 + 4 classes) of regions (R, C)."""
        scores, deltas = super().forward(regions)
        return scores.float(), deltas.float()


class NeutralRPN(RegionProposalNetwork):
    """A region proposal network that learns nothing from background on neutral regions."""

    def assign_targets_to_anchors(
        self, anchors: list[Tensor], targets: list[Target]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Labels 1, 0, or -1 for no loss, and the matched boxes, per image."""
        labels, boxes = super().assign_targets_to_anchors(anchors, targets)
        for label, each, target in zip(labels, anchors, targets, strict=True):
            label[(label == 0) & covered(each, target["neutral"])] = -1
        return labels, boxes

    def compute_loss(
        self,
        objectness: Tensor,
        pred_bbox_deltas: Tensor,
        labels: list[Tensor],
        regression_targets: list[Tensor],
    ) -> tuple[Tensor, Tensor]:
        """As torchvision's, per anchor sampled from the whole batch; zero where all is neutral."""
        count = sampled(labels, RPN_BATCH, RPN_POSITIVES)
        share = count / per_process(count)
        if not count:
            return 0 * objectness.sum(), 0 * pred_bbox_deltas.sum()
        entropy, distance = super().compute_loss(objectness, pred_bbox_deltas, labels, regression_targets)
        return share * entropy, share * distance


def sampled(labels: list[Tensor], most: int, positives: float) -> Tensor:
    """How many torchvision's sampler takes of each image's labels (A,), 1, 0 and -1, in all; a number ()."""
    positive = torch.stack([(label > 0).sum() for label in labels]).clamp(max=int(most * positives))
    negative = torch.stack([(label == 0).sum() for label in labels])
    return (positive + negative.minimum(most - positive)).sum()


class NeutralRoIHeads(RoIHeads):
    """RoI heads that leave out background proposals on neutral regions: sampling never sees them."""

    def forward(
        self,
        features: dict[str, Tensor],
        proposals: list[Tensor],
        image_shapes: list[tuple[int, int]],
        targets: list[Target] | None = None,
    ) -> tuple[list[Prediction], dict[str, Tensor]]:
        """As torchvision's; the losses are per region sampled from the whole batch.

        They are zero where nothing but neutral proposals is left.
        """
        if not self.training or targets is None:
            return super().forward(features, proposals, image_shapes, targets)
        proposals = [usable(*each) for each in zip(proposals, targets, strict=True)]
        proposals, _, labels, coded = self.select_training_samples(proposals, targets)
        count = labels[0].new_tensor(sum(map(len, labels)))
        share = count / per_process(count)
        if not count:
            nothing = 0 * sum(parameter.sum() for parameter in self.parameters())
            return [], {"loss_classifier": nothing, "loss_box_reg": nothing}
        scores, boxes = self.box_predictor(
            self.box_head(self.box_roi_pool(features, proposals, image_shapes))
        )
        entropy, distance = fastrcnn_loss(scores, boxes, labels, coded)
        return [], {"loss_classifier": share * entropy, "loss_box_reg": share * distance}


def usable(proposals: Tensor, target: Target) -> Tensor:
    """The proposals that match a box or are not covered by a neutral region."""
    return proposals[~covered(proposals, target["neutral"]) | matched(proposals, target["boxes"])]


def matched(proposals: Tensor, boxes: Tensor) -> Tensor:
    """Which proposals (N, 4) are taken for one of the boxes (M, 4). Bool (N,)."""
    return (box_iou(proposals, boxes) >= ROI_IOU).any(dim=1)
