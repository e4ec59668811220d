"""Faster R-CNN small enough to be quick."""

import pytest


@pytest.fixture(autouse=True)
def light_heads(monkeypatch):
    """Few proposals, small crops and few channels, where the real sizes would only cost time."""
    from training.models import faster_rcnn

    for constant in (faster_rcnn.PROPOSALS, faster_rcnn.PROPOSALS_BEFORE_NMS):
        for mode in constant:
            monkeypatch.setitem(constant, mode, 30)
    for name, value in {"ROI_BATCH": 16, "C4_CROP": 6, "PYRAMID_CHANNELS": 32, "HEAD_CHANNELS": 64}.items():
        monkeypatch.setattr(faster_rcnn, name, value)
