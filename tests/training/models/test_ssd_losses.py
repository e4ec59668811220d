"""SSD's losses are torchvision's where every picture has a car and nothing is neutral."""

from types import SimpleNamespace

import pytest
import torch
from torchvision.models.detection.ssd import SSD as TorchvisionSSD
from torchvision.ops import box_iou

from training.models.build import build_detector
from training.models.settings import ModelConfig
from training.models.ssd import NEGATIVES_PER_POSITIVE

SIZE = (96, 160)
CARS = ([[10.0, 30, 50, 60]], [[60.0, 40, 140, 90], [0.0, 50, 12, 58], [70.0, 45, 150, 95]])


@pytest.mark.parametrize("seed", range(3))
def test_losses_are_torchvisions(seed):
    torch.manual_seed(seed)
    config = ModelConfig(backbone="mobilenet_v3_small", width_mult=0.25, input=SIZE, weights="none")
    detector = build_detector(config)
    images = torch.zeros(2, 3, *SIZE)
    anchors = detector.anchor_boxes(images, detector.features(images))
    outputs = {
        "cls_logits": 2 * torch.randn(2, len(anchors), 2),
        "bbox_regression": torch.randn(2, len(anchors), 4),
    }
    targets = [
        {
            "boxes": torch.tensor(boxes),
            "labels": torch.ones(len(boxes), dtype=torch.int64),
            "neutral": torch.empty(0, 4),
        }
        for boxes in CARS
    ]
    theirs = TorchvisionSSD.compute_loss(
        SimpleNamespace(box_coder=detector.coder, neg_to_pos_ratio=NEGATIVES_PER_POSITIVE),
        targets,
        outputs,
        [anchors, anchors],
        [detector.matcher(box_iou(target["boxes"], anchors)) for target in targets],
    )
    ours = detector.losses(outputs, anchors, targets)
    assert ours.keys() == theirs.keys()
    for name, value in theirs.items():
        assert ours[name].item() == pytest.approx(value.item(), rel=1e-5)
