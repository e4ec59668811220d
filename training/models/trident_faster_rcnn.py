"""Faster R-CNN and R-FCN on trident branches: each proposes, and judges, regions of its own sizes."""

import torch
from torch import Tensor
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import clip_boxes_to_image

from training.models.anchors import AnchorGenerator
from training.models.detector import Prediction, Target, check_targets
from training.models.faster_rcnn import FasterRCNN, NeutralRPN, matched, proposal_network
from training.models.scale_aware import all_boxes, branch_targets, in_pixels, joined, outside, unanswerable
from training.models.settings import ModelConfig


class TridentFasterRCNN(FasterRCNN):
    """A Faster R-CNN whose maps are of all branches, (3 B, C, h, w); in fast mode, once trained, a plain one.

    Proposal network and head have one set of weights for all branches.
    """

    def proposal_network(self, anchors: AnchorGenerator, channels: int) -> "TridentRPN":
        """As FasterRCNN's, one for all branches."""
        network = proposal_network(TridentRPN, anchors, channels)
        network.config = self.config
        return network

    def forward(
        self, images: Tensor, targets: list[Target] | None = None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses in training, detections in eval: see Detector."""
        features = self.features(images)
        limits = in_pixels(self.config, (images.shape[-2], images.shape[-1]))
        if self.training:
            targets = branch_targets(list(check_targets(targets, images)), limits)
        results = self._results(images.repeat(len(features["0"]) // len(images), 1, 1, 1), features, targets)
        if self.config.trident_fast or isinstance(results, dict):
            return results
        return joined(results, limits, self.config)


class TridentRPN(NeutralRPN):
    """An RPN whose every branch proposes, and learns from, what is of its sizes."""

    config: ModelConfig

    def assign_targets_to_anchors(
        self, anchors: list[Tensor], targets: list[Target]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """As NeutralRPN's; no loss where the anchor or the box it is to find is not of the branch."""
        labels, boxes = super().assign_targets_to_anchors(anchors, list(map(all_boxes, targets)))
        for label, each, box, target in zip(labels, anchors, boxes, targets, strict=True):
            label[unanswerable(each, label > 0, box, target)] = -1
        return labels, boxes

    def filter_proposals(
        self,
        proposals: Tensor,
        objectness: Tensor,
        image_shapes: list[tuple[int, int]],
        num_anchors_per_level: list[int],
    ) -> tuple[list[Tensor], list[Tensor]]:
        """As torchvision's, of the proposals (3 B, A, 4) within each branch's range."""
        if self.config.trident_fast and not self.training:
            return super().filter_proposals(proposals, objectness, image_shapes, num_anchors_per_level)
        limits = in_pixels(self.config, image_shapes[0])
        clipped = clip_boxes_to_image(proposals, image_shapes[0])
        branches = zip(clipped.chunk(len(limits)), limits, strict=True)
        off = torch.cat([outside(part, each) for part, each in branches])
        objectness = objectness.reshape(off.shape).masked_fill(off, -torch.inf)  # a score of 0
        boxes, scores = super().filter_proposals(clipped, objectness, image_shapes, num_anchors_per_level)
        kept = [score > 0 for score in scores]
        return [box[k] for box, k in zip(boxes, kept, strict=True)], [
            score[k] for score, k in zip(scores, kept, strict=True)
        ]

    def forward(
        self, images: ImageList, features: dict[str, Tensor], targets: list[Target] | None = None
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """As torchvision's; in training without the proposals that are another branch's boxes."""
        proposals, losses = super().forward(images, features, targets)
        if self.training and targets is not None:
            proposals = [_own(*each) for each in zip(proposals, targets, strict=True)]
        return proposals, losses


def _own(proposals: Tensor, target: Target) -> Tensor:
    """The proposals but those matched to boxes elsewhere alone: they are no background."""
    return proposals[matched(proposals, target["boxes"]) | ~matched(proposals, target["elsewhere"])]
