"""SSD (arXiv 1512.02325) and SSDLite (arXiv 1801.04381, section 6.2) from torchvision's parts."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.detection._utils import BoxCoder, SSDMatcher
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.ssd import SSDScoringHead
from torchvision.models.detection.ssdlite import SSDLiteHead
from torchvision.ops import batched_nms, box_iou, clip_boxes_to_image
from torchvision.ops.misc import Conv2dNormActivation

from training.models.anchors import AnchorGenerator
from training.models.backbones import out_channels
from training.models.detector import Detector, Prediction, Target, check_targets
from training.models.mobilenet_v1 import scaled
from training.models.neutral import covered
from training.models.norms import batch_norm
from training.models.settings import ModelConfig
from training.models.share import per_process
from training.models.weights import Loaded

EXTRA_CHANNELS = (512, 256, 256, 128)  # maps after the backbone's, each half the size of the one before
STRIDES = (16, 32, 64, 128, 256, 512)

MATCH_IOU = 0.5
CODER_WEIGHTS = (10.0, 10.0, 5.0, 5.0)
NEGATIVES_PER_POSITIVE = 3  # SSD paper, section 2.2
NEGATIVES_AT_LEAST = 3  # per image, so that one without objects teaches too; torchvision mines none there
NO_LOSS = -1  # label of anchors on neutral regions
CANDIDATES = 1000  # detections per image that enter non-maximum suppression
SMALLEST_SIDE = 0.01  # pixels; a detection clipped to less lies outside the image


class SSD(Detector):
    """Maps of the backbone and extra ones, each predicting classes and boxes for its anchors.

    `stages`: the backbone, cut after each map. It and the extra maps are built as far as `anchors` uses them.
    """

    def __init__(
        self, config: ModelConfig, loaded: Loaded, stages: Sequence[nn.Module], anchors: AnchorGenerator
    ) -> None:
        super().__init__(config, loaded)
        maps = anchors.levels[-1] + 1
        self.backbone = nn.ModuleList(stages[:maps])
        channels = [out_channels(stage) for stage in self.backbone]
        extra_block = _lite_extra_block if config.head == "ssdlite" else _extra_block
        self.extras = nn.ModuleList()
        for wanted in EXTRA_CHANNELS[: max(0, maps - len(stages))]:
            channels.append(scaled(wanted, config.width_mult))
            self.extras.append(extra_block(channels[-2], channels[-1]))
        self.anchors = anchors
        self.head = _head(
            config, [channels[level] for level in anchors.levels], anchors.num_anchors_per_location()
        )
        self.matcher = SSDMatcher(MATCH_IOU)
        self.coder = BoxCoder(CODER_WEIGHTS)
        self.prepare()

    def pretrained(self) -> list[nn.Module]:
        """The backbone's stages."""
        return [self.backbone]

    def features(self, images: Tensor) -> list[Tensor]:
        """The maps that have anchors, fine to coarse."""
        return self._maps(self.backbone[0](self.normalise(images)))

    def _maps(self, finest: Tensor) -> list[Tensor]:
        """The maps that have anchors, from the one of stride 16."""
        maps = [finest]
        for layer in (*self.backbone[1:], *self.extras):
            maps.append(layer(maps[-1]))
        return [maps[level] for level in self.anchors.levels]

    def heads(self, images: Tensor) -> dict[str, Tensor]:
        """Raw cls_logits (B, A, 1 + classes), background first, and bbox_regression (B, A, 4), coded."""
        return self.head(self.features(images))

    def anchor_boxes(self, images: Tensor, features: list[Tensor]) -> Tensor:
        """The anchors (A, 4) in pixels, in the order of the outputs."""
        return self.anchors(ImageList(images, [_size(images)]), features)[0]

    def forward(
        self, images: Tensor, targets: list[Target] | None = None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses in training, detections in eval: see Detector."""
        return self._results(images, self.features(images), targets)

    def _results(
        self, images: Tensor, features: list[Tensor], targets: list[Target] | None = None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses or detections from the maps of the images."""
        outputs = {name: output.float() for name, output in self.head(features).items()}
        anchors = self.anchor_boxes(images, features)
        if self.training:
            return self.losses(outputs, anchors, list(check_targets(targets, images)))
        scores = outputs["cls_logits"].softmax(dim=-1)[..., 1:]
        return self.detections(scores, outputs["bbox_regression"], anchors, _size(images))

    def detections(
        self, scores: Tensor, coded: Tensor, anchors: Tensor, size: tuple[int, int]
    ) -> list[Prediction]:
        """Of each image, from scores (B, A, classes), coded boxes (B, A, 4) and anchors (A, 4) in pixels."""
        return [self._detections(*each, anchors, size) for each in zip(scores, coded, strict=True)]

    def losses(self, outputs: dict[str, Tensor], anchors: Tensor, targets: list[Target]) -> dict[str, Tensor]:
        """Cross-entropy over positives and mined negatives, smooth L1 over positives; both per positive."""
        labels, boxes = map(
            torch.stack, zip(*(self._assign(anchors, target) for target in targets), strict=True)
        )
        positive = labels > 0
        logits, coded = outputs["cls_logits"], outputs["bbox_regression"]
        entropy = F.cross_entropy(logits.flatten(0, 1), labels.clamp(min=0).flatten(), reduction="none")
        entropy = entropy.view_as(labels)
        wanted = self.coder.encode_single(boxes[positive], anchors.expand_as(boxes)[positive])
        count = per_process(positive.sum())
        return {
            "classification": entropy[positive | hardest(entropy, labels, positive.sum(dim=1))].sum() / count,
            "bbox_regression": F.smooth_l1_loss(coded[positive], wanted, reduction="sum") / count,
        }

    def _assign(self, anchors: Tensor, target: Target) -> tuple[Tensor, Tensor]:
        """Each anchor's label (A,), 0 for background or NO_LOSS, and the box (A, 4) that it is to find."""
        labels, boxes = anchors.new_zeros(len(anchors), dtype=torch.int64), anchors
        if len(target["boxes"]):
            match = self.matcher(box_iou(target["boxes"], anchors))
            labels = torch.where(match >= 0, target["labels"][match.clamp(min=0)], 0)
            boxes = target["boxes"][match.clamp(min=0)]
        off = (labels == 0) & covered(anchors, target["neutral"])
        return labels.masked_fill(off, NO_LOSS), boxes

    def _detections(
        self, scores: Tensor, coded: Tensor, anchors: Tensor, size: tuple[int, int]
    ) -> Prediction:
        """Decode the best scores (A, classes), clip to the image and suppress doubles class by class."""
        score, index = scores.flatten().topk(min(CANDIDATES, scores.numel()))
        index = index[score > self.config.score_threshold]
        score = score[: len(index)]
        anchor, label = index // scores.shape[1], index % scores.shape[1] + 1
        boxes = clip_boxes_to_image(self.coder.decode_single(coded[anchor], anchors[anchor]), size)
        inside = (boxes[:, 2:] - boxes[:, :2] >= SMALLEST_SIDE).all(dim=1)
        boxes, score, label = boxes[inside], score[inside], label[inside]
        kept = batched_nms(boxes, score, label, self.config.nms_threshold)[: self.config.detections_per_image]
        return {"boxes": boxes[kept], "scores": score[kept], "labels": label[kept]}


def hardest(entropy: Tensor, labels: Tensor, positives: Tensor) -> Tensor:
    """The negatives (B, A) of highest loss: so many per positive of the image (B,), and a few without any."""
    quota = (NEGATIVES_PER_POSITIVE * positives[:, None]).clamp(min=NEGATIVES_AT_LEAST)
    hardness = entropy.detach().masked_fill(labels != 0, -torch.inf)
    rank = hardness.argsort(dim=1, descending=True).argsort(dim=1)
    return (rank < quota) & (labels == 0)


def _head(config: ModelConfig, channels: list[int], anchors: list[int]) -> nn.Module:
    """SSDLite: 3x3 depthwise and 1x1 convolutions. SSD: 1x1 alone, as in the MobileNet paper's SSD300.

    With torchvision's 3x3 SSDHead that network had 17.9 M parameters instead of the paper's 6.8 M.
    """
    scores = config.classes + 1
    if config.head == "ssdlite":
        return SSDLiteHead(channels, anchors, scores, batch_norm)
    return PointwiseHead(channels, anchors, scores)


class PointwiseHead(nn.Module):
    """torchvision's SSDHead with 1x1 convolutions."""

    def __init__(self, channels: list[int], anchors: list[int], scores: int) -> None:
        super().__init__()
        self.classification_head = _pointwise(channels, anchors, scores)
        self.regression_head = _pointwise(channels, anchors, 4)

    def forward(self, features: list[Tensor]) -> dict[str, Tensor]:
        """The outputs of SSD.heads."""
        return {
            "bbox_regression": self.regression_head(features),
            "cls_logits": self.classification_head(features),
        }


def _pointwise(channels: list[int], anchors: list[int], columns: int) -> SSDScoringHead:
    convs = [nn.Conv2d(each, columns * count, 1) for each, count in zip(channels, anchors, strict=True)]
    for conv in convs:
        nn.init.xavier_uniform_(conv.weight)
        nn.init.zeros_(conv.get_parameter("bias"))
    return SSDScoringHead(nn.ModuleList(convs), columns)


def _size(images: Tensor) -> tuple[int, int]:
    """Height and width."""
    return images.shape[-2], images.shape[-1]


def _extra_block(channels: int, out: int) -> nn.Sequential:
    """1x1 to half the channels, then 3x3 of stride 2."""
    return nn.Sequential(_conv(channels, out // 2, 1), _conv(out // 2, out, 3, stride=2))


def _lite_extra_block(channels: int, out: int) -> nn.Sequential:
    """1x1 to half the channels, 3x3 depthwise of stride 2, 1x1."""
    half = out // 2
    return nn.Sequential(
        _conv(channels, half, 1), _conv(half, half, 3, stride=2, groups=half), _conv(half, out, 1)
    )


def _conv(channels: int, out: int, kernel: int, stride: int = 1, groups: int = 1) -> Conv2dNormActivation:
    return Conv2dNormActivation(
        channels, out, kernel, stride, groups=groups, norm_layer=batch_norm, activation_layer=nn.ReLU6
    )
