"""R-FCN: its maps and pooling are the paper's, a region costs nothing, and the hardest regions teach."""

import numpy as np
import pytest
import torch
from scenes import SIZE, assert_found, learn, picture, small, target
from torch import nn

from training.models import costs
from training.models.backbones import STRIDE_16, classifier, split
from training.models.costs import detector_cost
from training.models.dilation import dilate
from training.models.padding import use_tensorflow_padding
from training.models.rfcn import HARD_REGIONS, PARTS, VotePool, hard_losses
from training.models.settings import ModelConfig

CARS = (
    [[8.0, 12.0, 40.0, 36.0]],
    [[50.0, 20.0, 90.0, 60.0]],
    [[20.0, 30.0, 52.0, 60.0], [60.0, 4.0, 94.0, 30.0]],
    [[4.0, 4.0, 30.0, 24.0], [40.0, 24.0, 84.0, 58.0]],
)


def test_there_are_as_many_maps_as_the_paper_says():
    maps = small("rfcn", "mobilenet_v1", classes=20).features(torch.rand(1, 3, *SIZE))
    assert maps["scores"].shape[1] == 7**2 * (20 + 1)  # section 2: k²(C + 1), VOC's 20 classes
    assert maps["boxes"].shape[1] == 4 * 7**2
    assert {each.shape[2:] for each in maps.values()} == {(4, 6)}  # all of stride 16


def _equation_1(maps: np.ndarray, region: tuple[int, int, int, int]) -> np.ndarray:
    """The paper's r_c(i, j) averaged over the bins, of one region x, y, w, h in cells: (C,)."""
    x0, y0, width, height = region
    channels = len(maps) // PARTS**2
    z = maps.reshape(channels, PARTS, PARTS, *maps.shape[1:])
    votes = np.zeros((channels, PARTS, PARTS))
    for i in range(PARTS):  # across
        for j in range(PARTS):  # down
            xs = range(i * width // PARTS, -(-(i + 1) * width // PARTS))
            ys = range(j * height // PARTS, -(-(j + 1) * height // PARTS))
            votes[:, j, i] = np.mean([z[:, j, i, y0 + y, x0 + x] for x in xs for y in ys], axis=0)
    return votes.mean(axis=(1, 2))


def test_pooling_is_equation_1_where_parts_are_whole_cells():
    rng = np.random.default_rng(0)
    scores, boxes = rng.normal(size=(2 * 49, 30, 40)), rng.normal(size=(4 * 49, 30, 40))
    regions = [(3, 2, 14, 14), (10, 5, 28, 14), (0, 0, 14, 28)]
    pixels = torch.tensor([[x, y, x + w, y + h] for x, y, w, h in regions], dtype=torch.float32) * 16
    features = {"scores": torch.from_numpy(scores)[None], "boxes": torch.from_numpy(boxes)[None]}
    values = VotePool()(features, [pixels], [(480, 640)])
    for value, region in zip(values, regions, strict=True):  # parts of 2 or 4 cells: bilinear means are exact
        wanted = np.concatenate([_equation_1(scores, region), _equation_1(boxes, region)])
        np.testing.assert_allclose(value.numpy(), wanted, atol=1e-5)


def test_a_region_costs_nothing(monkeypatch):
    """Table 1: the depth of the RoI-wise subnetwork is 0."""
    config = ModelConfig(head="rfcn", backbone="mobilenet_v2")
    few = detector_cost(config)
    monkeypatch.setitem(costs.PROPOSALS, "testing", 3000)
    assert detector_cost(config) == few
    assert detector_cost(ModelConfig(head="faster_rcnn_c4", backbone="mobilenet_v2")).madds > 10 * few.madds
    assert not list(small("rfcn").roi_heads.parameters())


@pytest.mark.parametrize(("tensorflow", "first"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("backbone", ["mobilenet_v1", "mobilenet_v2"])
def test_a_dilated_stage_has_the_strided_ones_values_at_its_cells(backbone, tensorflow, first):
    torch.manual_seed(0)
    network = classifier(backbone, 0.25).eval()
    if tensorflow:
        use_tensorflow_padding(network)
    _, tail = split(network.features, [STRIDE_16[backbone]])
    maps = torch.rand(
        1, next(each.in_channels for each in tail.modules() if isinstance(each, nn.Conv2d)), 12, 16
    )
    strided = tail(maps)
    dilate(tail, 16, 16)
    dense = tail(maps)
    assert dense.shape[2:] == maps.shape[2:]
    torch.testing.assert_close(dense[..., first::2, first::2], strided)


def test_the_hardest_regions_teach_and_no_others():
    torch.manual_seed(0)
    count = 300
    scores = (3 * torch.randn(2 * count, 2)).requires_grad_()
    boxes = torch.randn(2 * count, 4).requires_grad_()
    labels = torch.randint(0, 2, (2 * count,))
    wanted = torch.randn(2 * count, 4)
    wanted[labels == 0] = torch.inf  # what a box of no size is coded to
    losses = hard_losses(scores, boxes, labels, wanted, [count, count])
    sum(losses.values()).backward()
    taught = scores.grad.abs().sum(dim=1) > 0
    assert [int(part.sum()) for part in taught.split(count)] == [HARD_REGIONS, HARD_REGIONS]
    entropy = nn.functional.cross_entropy(scores, labels, reduction="none").detach()
    off = nn.functional.smooth_l1_loss(boxes, wanted, reduction="none", beta=1 / 9).sum(dim=1).detach()
    loss = entropy + torch.where(labels > 0, off, 0)
    for part, known in zip(taught.split(count), loss.split(count), strict=True):
        assert known[part].min() >= known[~part].max()
    assert losses["loss_classifier"].item() == pytest.approx(entropy[taught].mean().item())
    assert not boxes.grad[~taught].any() and not boxes.grad[labels == 0].any()


def test_learns_four_images_by_heart():
    torch.manual_seed(0)
    detector = small("rfcn", "mobilenet_v1", bn_momentum=0.1)
    images = torch.stack([picture(boxes) for boxes in CARS])
    targets = [target(boxes) for boxes in CARS]
    learn(detector, lambda: detector(images, targets), rate=1e-2, steps=100)
    assert_found(detector.eval()(images), CARS)
