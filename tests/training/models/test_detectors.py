"""Every head on every backbone: shapes, bounds, learning, images without cars, the same again."""

from itertools import product

import pytest
import torch
from scenes import BACKBONES, HEADS, SIZE, assert_found, learn, picture, small, target

from training.models.settings import AnchorConfig

PAIRS = list(product(HEADS, BACKBONES))
BOXES = ([[8.0, 12.0, 40.0, 36.0]], [[50.0, 20.0, 90.0, 60.0], [4.0, 4.0, 30.0, 24.0]])
LEARNING_RATE = {"ssd": 1e-2, "ssdlite": 1e-2, "faster_rcnn_c4": 2e-3, "faster_rcnn_fpn": 2e-3, "rfcn": 1e-2}
STEPS = 90


@pytest.mark.parametrize(("head", "backbone"), PAIRS)
def test_takes_any_size_and_detects_within_it(head, backbone):
    detector = small(head, backbone)
    for height, width in (SIZE, (97, 61)):
        images = torch.rand(2, 3, height, width)
        losses = detector.train()(images, [target([[5, 6, 50, 40]], [[0, 0, 20, 20]]), target()])
        assert all(loss.isfinite() and loss.ndim == 0 for loss in losses.values())
        detections = detector.eval()(images)
        assert len(detections) == 2
        for found in detections:
            boxes, scores = found["boxes"], found["scores"]
            assert len(boxes) == len(scores) == len(found["labels"]) > 0
            assert (boxes >= 0).all() and (boxes <= torch.tensor([width, height] * 2)).all()
            assert (boxes[:, 2:] > boxes[:, :2]).all()
            assert (scores.diff() <= 0).all() and (scores > detector.config.score_threshold).all()
            assert (found["labels"] == 1).all()


@pytest.mark.parametrize("head", ["ssd", "ssdlite"])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_every_anchor_has_one_output(head, backbone):
    detector = small(head, backbone).eval()
    images = torch.rand(1, 3, 75, 130)
    features = detector.features(images)
    outputs = detector.heads(images)
    anchors = detector.anchor_boxes(images, features)
    assert outputs["cls_logits"].shape == (1, len(anchors), 2)
    assert outputs["bbox_regression"].shape == (1, len(anchors), 4)


@pytest.mark.parametrize("head", HEADS)
def test_learns_two_images_by_heart(head):
    detector = small(head, "mobilenet_v1", bn_momentum=0.1)
    images = torch.stack([picture(boxes) for boxes in BOXES])
    targets = [target(boxes) for boxes in BOXES]
    history = learn(detector, lambda: detector(images, targets), rate=LEARNING_RATE[head], steps=STEPS)
    assert history[-1] < 0.3 * history[0]
    assert_found(detector.eval()(images), BOXES)


@pytest.mark.parametrize("head", HEADS)
def test_images_without_cars_still_teach(head):
    detector = small(head)
    losses = detector(torch.rand(2, 3, *SIZE), [target(), target()])
    loss = sum(losses.values())
    assert loss > 0
    loss.backward()
    assert any(parameter.grad.abs().sum() > 0 for parameter in detector.backbone.parameters())


@pytest.mark.parametrize("head", HEADS)
def test_same_seed_same_losses(head):
    def losses():
        torch.manual_seed(3)
        detector = small(head)
        found = detector(torch.rand(2, 3, *SIZE), [target(BOXES[1]), target()])
        return [value.item() for value in found.values()]

    assert losses() == losses()


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("shapes", [((0.2, 0.2),), ((0.25, 0.3), (0.9, 0.9)), ((0.9, 0.9),)])
def test_every_trained_parameter_takes_part(head, shapes):
    detector = small(head, "mobilenet_v1", anchors=AnchorConfig(shapes=shapes))
    sum(detector(torch.rand(2, 3, *SIZE), [target(BOXES[1]), target()]).values()).backward()
    unused = [name for name, parameter in detector.named_parameters() if parameter.grad is None]
    assert not unused  # they would stop training on several GPUs


@pytest.mark.parametrize("head", HEADS)
def test_half_precision_gives_whole_boxes(head):
    detector = small(head)
    with torch.autocast("cpu", torch.bfloat16):
        losses = detector(torch.rand(2, 3, *SIZE), [target(BOXES[1]), target()])
        found = detector.eval()(torch.rand(1, 3, *SIZE))[0]
    assert all(loss.isfinite() and loss.dtype == torch.float32 for loss in losses.values())
    assert found["boxes"].dtype == torch.float32


def test_boxes_without_area_are_refused():
    with pytest.raises(ValueError, match="without area"):
        small("ssdlite")(torch.rand(1, 3, *SIZE), [target([[5, 5, 5, 9]])])


def test_several_classes_keep_their_labels():
    detector = small("ssdlite", classes=3, score_threshold=0.0).eval()
    assert set(detector(torch.rand(1, 3, *SIZE))[0]["labels"].tolist()) <= {1, 2, 3}
    assert detector.heads(torch.rand(1, 3, *SIZE))["cls_logits"].shape[2] == 4
