"""Small detectors and made-up images with bright boxes, for the tests beside this file."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torchvision.ops import box_iou

from training.models.build import build_detector
from training.models.detector import Detector
from training.models.settings import AnchorConfig, ModelConfig

HEADS = ("ssd", "ssdlite", "faster_rcnn_c4", "faster_rcnn_fpn", "rfcn")
BACKBONES = ("mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small")
SIZE = (64, 96)  # height, width
SHAPES = AnchorConfig(shapes=((0.25, 0.3), (0.5, 0.5), (0.9, 0.9)))  # on two maps of SIZE


def small(head: str, backbone: str = "mobilenet_v2", **options) -> Detector:
    """A narrow detector for SIZE with weights at random."""
    options = {"width_mult": 0.25, "input": SIZE, "weights": "none", "anchors": SHAPES} | options
    return build_detector(ModelConfig(head=head, backbone=backbone, **options))


def target(boxes: list[list[float]] = (), neutral: list[list[float]] = ()) -> dict[str, Tensor]:
    """A detector's target from boxes x1, y1, x2, y2."""
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32).view(-1, 4),
        "labels": torch.ones(len(boxes), dtype=torch.int64),
        "neutral": torch.tensor(neutral, dtype=torch.float32).view(-1, 4),
    }


def picture(boxes: list[list[float]], size: tuple[int, int] = SIZE) -> Tensor:
    """Noise with one bright box for each of `boxes`: (3, H, W)."""
    image = 0.2 * torch.rand(3, *size)
    for x1, y1, x2, y2 in boxes:
        image[:, int(y1) : int(y2), int(x1) : int(x2)] += 0.7
    return image


def learn(
    network: nn.Module, losses: Callable[[], Mapping[str, Tensor]], *, rate: float, steps: int
) -> list[float]:
    """Train on the same losses again and again. Returns their sums."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate)
    history = []
    for _ in range(steps):
        loss = sum(losses().values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history


def assert_found(found: Sequence[Mapping[str, Tensor]], wanted: Sequence[list[list[float]]]) -> None:
    """In each picture, the surest detections are on its boxes."""
    for seen, boxes in zip(found, wanted, strict=True):
        best = box_iou(torch.tensor(boxes).view(-1, 4), seen["boxes"][: len(boxes)]).amax(dim=1)
        assert (best > 0.5).all(), f"{seen['boxes'][:3]} for {boxes}"
