"""Each test on one core, with seeds, and Faster R-CNN small enough to be quick."""

import pytest


@pytest.fixture(autouse=True)
def one_thread():
    """The tests run beside others, and networks of these sizes gain nothing from more."""
    import torch  # here, so that this file loads where torch is not installed

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def light_heads(monkeypatch):
    """Few proposals, small crops and few channels, where the real sizes would only cost time."""
    from training.models import faster_rcnn

    for constant in (faster_rcnn.PROPOSALS, faster_rcnn.PROPOSALS_BEFORE_NMS):
        for mode in constant:
            monkeypatch.setitem(constant, mode, 30)
    for name, value in {"ROI_BATCH": 16, "C4_CROP": 6, "PYRAMID_CHANNELS": 32, "HEAD_CHANNELS": 64}.items():
        monkeypatch.setattr(faster_rcnn, name, value)
