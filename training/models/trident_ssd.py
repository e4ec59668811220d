"""SSD and SSDLite on trident branches: an anchor stands in all three, and learns in those of its size."""

import torch
from torch import Tensor
from torchvision.ops import clip_boxes_to_image

from training.models.detector import Prediction, Target, check_targets
from training.models.scale_aware import all_boxes, branch_targets, in_pixels, outside, unanswerable
from training.models.ssd import NO_LOSS, SSD
from training.models.trident import DILATIONS


class TridentSSD(SSD):
    """An SSD whose maps are of all branches, (3 B, C, h, w); in fast mode, once trained, a plain one."""

    def forward(
        self, images: Tensor, targets: list[Target] | None = None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses in training, detections in eval: see Detector."""
        features = self.features(images)
        if self.training:
            size = (images.shape[-2], images.shape[-1])
            targets = branch_targets(list(check_targets(targets, images)), in_pixels(self.config, size))
        return self._results(images.repeat(len(features[0]) // len(images), 1, 1, 1), features, targets)

    def _assign(self, anchors: Tensor, target: Target) -> tuple[Tensor, Tensor]:
        """As SSD's; no loss where the anchor or the box it is to find is not of the branch."""
        labels, boxes = super()._assign(anchors, all_boxes(target))
        return labels.masked_fill(unanswerable(anchors, labels > 0, boxes, target), NO_LOSS), boxes

    def detections(
        self, scores: Tensor, coded: Tensor, anchors: Tensor, size: tuple[int, int]
    ) -> list[Prediction]:
        """As SSD's, from the anchors of all branches together: suppression joins them."""
        if self.config.trident_fast:
            return super().detections(scores, coded, anchors, size)
        boxes = self.coder.decode_single(coded.flatten(0, 1), anchors.repeat(len(coded), 1))
        boxes = clip_boxes_to_image(boxes, size).view_as(coded)
        branches = zip(boxes.chunk(len(DILATIONS)), in_pixels(self.config, size), strict=True)
        inside = torch.cat([~outside(part, limits) for part, limits in branches])
        scores = scores * inside[..., None]
        return super().detections(
            _by_image(scores), _by_image(coded), anchors.repeat(len(DILATIONS), 1), size
        )


def _by_image(values: Tensor) -> Tensor:
    """(3 B, A, n), branch after branch, as (B, 3 A, n)."""
    return torch.cat(values.chunk(len(DILATIONS)), dim=1)
