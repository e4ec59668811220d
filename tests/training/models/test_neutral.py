"""Neutral regions: whatever the network says there, no loss comes of it."""

import pytest
import torch
from scenes import SIZE, picture, small, target

from training.models.neutral import covered

CAR = [[50.0, 20.0, 90.0, 60.0]]
VAN = [[4.0, 8.0, 44.0, 40.0]]
EVERYWHERE = [[0.0, 0.0, SIZE[1], SIZE[0]]]


def test_half_of_a_box_within_one_region_is_covered():
    boxes = torch.tensor([[0.0, 0, 10, 10], [6, 0, 16, 10], [4, 0, 14, 10], [20, 20, 30, 30]])
    regions = torch.tensor([[0.0, 0, 10, 10], [10, 0, 12, 10]])
    assert covered(boxes, regions).tolist() == [True, False, True, False]
    assert not covered(boxes, torch.zeros(0, 4)).any()


def _anchors_and_outputs(detector, images):
    features = detector.features(images)
    outputs = {name: value.detach().requires_grad_() for name, value in detector.head(features).items()}
    return detector.anchor_boxes(images, features), outputs


@pytest.mark.parametrize("head", ["ssd", "ssdlite"])
def test_anchors_on_neutral_regions_get_no_gradient(head):
    detector = small(head)
    images = picture(CAR + VAN)[None]
    anchors, outputs = _anchors_and_outputs(detector, images)
    wanted = target(CAR, VAN)
    off = covered(anchors, wanted["neutral"]) & ~covered(anchors, wanted["boxes"])
    outputs["cls_logits"].data[:, off] = torch.tensor(
        [-50.0, 50.0]
    )  # certain of a car: the hardest negatives
    sum(detector.losses(outputs, anchors, [wanted]).values()).backward()
    assert off.any()
    assert (outputs["cls_logits"].grad[:, off] == 0).all()
    assert (outputs["bbox_regression"].grad[:, off] == 0).all()
    assert (outputs["cls_logits"].grad != 0).any()


@pytest.mark.parametrize("head", ["ssd", "ssdlite"])
def test_what_stands_in_a_neutral_region_changes_no_loss(head):
    detector = small(head)
    anchors, outputs = _anchors_and_outputs(detector, picture(CAR)[None])
    wanted = target(CAR, VAN)
    quiet = {name: loss.item() for name, loss in detector.losses(outputs, anchors, [wanted]).items()}
    off = covered(anchors, wanted["neutral"]) & ~covered(anchors, wanted["boxes"])
    outputs["cls_logits"].data[:, off] += torch.tensor([-9.0, 9.0])
    loud = {name: loss.item() for name, loss in detector.losses(outputs, anchors, [wanted]).items()}
    assert loud == quiet
    assert detector.losses(outputs, anchors, [target(CAR)])["classification"] > 2 * loud["classification"]


def test_a_car_within_a_neutral_region_is_still_a_car():
    detector = small("ssdlite")
    anchors, outputs = _anchors_and_outputs(detector, picture(CAR)[None])
    with_region = detector.losses(outputs, anchors, [target(CAR, EVERYWHERE)])
    assert (
        with_region["bbox_regression"] == detector.losses(outputs, anchors, [target(CAR)])["bbox_regression"]
    )
    assert with_region["classification"] > 0


@pytest.mark.parametrize("head", ["faster_rcnn_c4", "faster_rcnn_fpn"])
def test_proposal_network_labels_neutral_anchors_as_no_loss(head):
    detector = small(head)
    anchors = torch.tensor([[50.0, 20, 90, 60], [4, 8, 44, 40], [0, 50, 20, 64]])
    labels, _ = detector.rpn.assign_targets_to_anchors([anchors], [target(CAR, VAN)])
    assert labels[0].tolist() == [1, -1, 0]


def test_region_head_samples_no_neutral_proposal():
    heads = small("faster_rcnn_c4").roi_heads
    proposals = torch.tensor([[50.0, 20, 90, 60], [4, 8, 44, 40], [0, 50, 20, 64]])
    seen = []
    heads.box_roi_pool.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[1][0]))
    features = {"0": torch.rand(1, 24, 4, 6)}
    heads(features, [proposals], [SIZE], [target(CAR, VAN)])
    assert {tuple(box) for box in seen[0].tolist()} == {(50, 20, 90, 60), (0, 50, 20, 64)}


@pytest.mark.parametrize("head", ["ssd", "ssdlite", "faster_rcnn_c4", "faster_rcnn_fpn", "rfcn"])
def test_an_image_that_is_all_neutral_has_no_loss_and_no_nan(head):
    detector = small(head)
    wide = [[-999.0, -999.0, 999.0, 999.0]]
    losses = detector(torch.rand(1, 3, *SIZE), [target(neutral=wide)])
    assert sum(losses.values()) == 0
    sum(losses.values()).backward()
    assert all(p.grad is None or (p.grad == 0).all() for p in detector.parameters())
