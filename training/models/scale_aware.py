"""Scale-aware training (arXiv 1901.01892, section 3.3): which sizes of boxes a trident branch answers for."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torchvision.ops import batched_nms, box_area

from training.models.detector import Prediction, Target
from training.models.settings import ModelConfig, Range

# From and to, in √(box area), as shares of √(image area): so they hold at any input size and shape.
RANGES: dict[str, tuple[Range, Range, Range]] = {
    # The paper's (0, 90), (30, 160), (90, ∞) px on COCO's pictures, of 640 x 480 px.
    "coco": ((0.0, 0.162), (0.054, 0.289), (0.162, 1.0)),
    # The same shares of KITTI's cars as these hold of COCO's objects: benchmarks/trident_ranges.py.
    "kitti_cars": ((0.0, 0.177), (0.085, 0.266), (0.177, 1.0)),
}


def ranges(config: ModelConfig) -> tuple[Range, Range, Range]:
    """Those of the branches, by name or as given."""
    given = config.trident_ranges
    return RANGES[given] if isinstance(given, str) else given


def in_pixels(config: ModelConfig, image: tuple[int, int]) -> list[tuple[float, float]]:
    """The branches' ranges of √(box area) on an image of this height and width; one up to 1 has no end."""
    side = math.sqrt(image[0] * image[1])
    return [(low * side, high * side if high < 1 else math.inf) for low, high in ranges(config)]


def outside(boxes: Tensor, limits: tuple[float, float] | Tensor) -> Tensor:
    """Which boxes (…, 4) in pixels are smaller or larger than the range. Bool (…)."""
    side = box_area(boxes.reshape(-1, 4)).sqrt().view(boxes.shape[:-1])
    return (side < limits[0]) | (side > limits[1])


def branch_targets(targets: Sequence[Target], limits: Sequence[tuple[float, float]]) -> list[Target]:
    """A target for each item of the maps' batch: of each branch, of each image.

    `range` (2,) is the branch's in pixels; `boxes` are those within it, `elsewhere` (N, 4) the others'.
    """
    return [_of_branch(target, target["boxes"].new_tensor(each)) for each in limits for target in targets]


def _of_branch(target: Target, limits: Tensor) -> Target:
    off = outside(target["boxes"], limits)
    return target | {
        "boxes": target["boxes"][~off],
        "labels": target["labels"][~off],
        "elsewhere": target["boxes"][off],
        "range": limits,
    }


def all_boxes(target: Target) -> Target:
    """A branch's target whose `boxes` are those of all branches, to match anchors to."""
    others = target["elsewhere"]
    return target | {
        "boxes": torch.cat((target["boxes"], others)),
        "labels": torch.cat((target["labels"], target["labels"].new_ones(len(others)))),  # of any class
    }


def unanswerable(anchors: Tensor, positive: Tensor, boxes: Tensor, target: Target) -> Tensor:
    """Which anchors (A, 4) a branch gets no loss from: out of its range, or matched to a box that is.

    positive (A,): whether an anchor is matched to a box; boxes (A, 4): to which.
    """
    return outside(anchors, target["range"]) | (positive & outside(boxes, target["range"]))


def joined(
    found: Sequence[Prediction], limits: Sequence[tuple[float, float]], config: ModelConfig
) -> list[Prediction]:
    """What the branches find in each image, within their ranges, doubles suppressed by class (section 3.4).

    `found`: of each branch, of each image.
    """
    count = len(found) // len(limits)
    return [_joined(found[index::count], limits, config) for index in range(count)]


def _joined(
    branches: Sequence[Prediction], limits: Sequence[tuple[float, float]], config: ModelConfig
) -> Prediction:
    inside = [~outside(branch["boxes"], each) for branch, each in zip(branches, limits, strict=True)]
    boxes, scores, labels = (
        torch.cat([branch[key][kept] for branch, kept in zip(branches, inside, strict=True)])
        for key in ("boxes", "scores", "labels")
    )
    kept = batched_nms(boxes, scores, labels, config.nms_threshold)[: config.detections_per_image]
    return {"boxes": boxes[kept], "scores": scores[kept], "labels": labels[kept]}
