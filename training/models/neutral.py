"""Neutral regions, where nothing is learned: neighbour classes, DontCare, instances not asked for."""

from torch import Tensor
from torchvision.ops import box_area

COVERED = 0.5  # of a box's area within one neutral region


def covered(boxes: Tensor, neutral: Tensor) -> Tensor:
    """Which boxes (N, 4) have at least half of their area within one of the regions (M, 4). Bool (N,)."""
    corner = boxes[:, None, :2].maximum(neutral[None, :, :2])
    opposite = boxes[:, None, 2:].minimum(neutral[None, :, 2:])
    shared = (opposite - corner).clamp(min=0).prod(dim=2)
    return (shared >= COVERED * box_area(boxes)[:, None]).any(dim=1)
