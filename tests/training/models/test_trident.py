"""Trident branches: one set of weights, each branch a plain network of its dilation, for its sizes."""

import copy

import pytest
import torch
from msgspec.structs import replace
from scenes import BACKBONES, SIZE, assert_found, learn, picture, small, target
from torch import nn
from torchvision.ops import box_area, box_iou

from training.models.costs import detector_cost, multiply_adds
from training.models.norms import batch_norms
from training.models.scale_aware import RANGES, branch_targets, in_pixels, joined
from training.models.settings import TRIDENT_HEADS, ModelConfig
from training.models.trident import DILATIONS, TridentConv2d
from training.models.trident_faster_rcnn import _own

HALVES = ((0.0, 0.4), (0.3, 0.6), (0.5, 1.0))  # of SIZE, √area: to 31 px, 24 to 47 px, from 39 px
SMALL, MIDDLE, LARGE = (
    [4.0, 4.0, 22.0, 20.0],
    [50.0, 10.0, 88.0, 44.0],
    [10.0, 5.0, 80.0, 60.0],
)  # 17, 36, 62 px
CARS = ([SMALL], [MIDDLE], [LARGE], [SMALL, MIDDLE])


def trident(head, backbone="mobilenet_v2", **options):
    return small(head, backbone, trident=True, trident_ranges=HALVES, **options)


def moving(detector):
    """BatchNorm with statistics that are not those of a new network."""
    for layer in batch_norms(detector):
        nn.init.uniform_(layer.running_mean, -0.1, 0.1)
        nn.init.uniform_(layer.running_var, 0.5, 1.5)
    return detector


def finest(detector, images):
    """The first stage's maps."""
    backbone = detector.backbone
    stage = backbone.stages[0] if hasattr(backbone, "stages") else backbone
    return (stage[0] if isinstance(stage, nn.ModuleList) else stage)(detector.normalise(images))


def dilated_copy(detector, dilation):
    """The plain detector with the convolutions that branches change dilated by hand."""
    plain = copy.deepcopy(detector)
    strides = 0
    stages = plain.backbone.stages[0] if detector.config.head == "rfcn" else plain.backbone
    for conv in [module for module in stages.modules() if isinstance(module, nn.Conv2d)]:
        strides += conv.stride == (2, 2)
        if strides >= 4 and conv.groups > 1 and conv.stride == (1, 1):
            conv.dilation = (dilation, dilation)
            conv.padding = tuple(dilation * (size // 2) for size in conv.kernel_size)
    return plain


@pytest.mark.parametrize("head", TRIDENT_HEADS)
def test_a_plain_models_weights_are_a_tridents(head):
    plain, branching = small(head), trident(head)
    assert {name: value.shape for name, value in plain.state_dict().items()} == {
        name: value.shape for name, value in branching.state_dict().items()
    }
    branching.load_state_dict(plain.state_dict())


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("head", ["ssdlite", "faster_rcnn_c4"])
def test_each_branch_is_the_plain_network_with_its_dilation(head, backbone):
    torch.manual_seed(0)
    plain = moving(small(head, backbone)).eval()
    branching = trident(head, backbone).eval()
    branching.load_state_dict(plain.state_dict())
    assert any(isinstance(layer, TridentConv2d) for layer in branching.modules())
    images = torch.rand(2, 3, *SIZE)
    for branch, dilation in zip(finest(branching, images).chunk(3), DILATIONS, strict=True):
        wanted = finest(dilated_copy(plain, dilation), images)
        assert torch.equal(branch, wanted) if dilation == 1 else torch.allclose(branch, wanted, atol=1e-6)
    assert not torch.allclose(wanted, finest(plain, images), atol=1e-3)  # they do differ


@pytest.mark.parametrize("head", ["ssd", "ssdlite", "rfcn"])
def test_the_first_branchs_maps_are_the_plain_detectors(head):
    plain = moving(small(head)).eval()
    branching = trident(head).eval()
    branching.load_state_dict(plain.state_dict())
    images = torch.rand(2, 3, *SIZE)
    theirs, ours = plain.features(images), branching.features(images)
    names = theirs if isinstance(theirs, dict) else range(len(theirs))
    for name in names:
        torch.testing.assert_close(ours[name].chunk(3)[0], theirs[name])


@pytest.mark.parametrize("head", TRIDENT_HEADS)
def test_fast_mode_is_the_plain_model_at_twice_the_dilation(head):
    torch.manual_seed(0)
    plain = moving(small(head)).eval()
    fast = trident(head, trident_fast=True)
    fast.load_state_dict(plain.state_dict())
    images = torch.rand(2, 3, *SIZE)
    for got, wanted in zip(fast.eval()(images), dilated_copy(plain, 2)(images), strict=True):
        assert len(got["boxes"]) > 0
        torch.testing.assert_close(got, wanted)
    maps = fast.train().features(images)
    assert len(maps["0"] if isinstance(maps, dict) else maps[0]) == 3 * len(
        images
    )  # it learns with all three


@pytest.mark.parametrize("head", TRIDENT_HEADS)
def test_parameters_stay_and_fast_mode_costs_nothing_more(head):
    config = ModelConfig(head=head, backbone="mobilenet_v2", input=(96, 160), width_mult=0.25)
    plain, branching, fast = (
        detector_cost(replace(config, **options))
        for options in ({}, {"trident": True}, {"trident": True, "trident_fast": True})
    )
    assert plain.parameters == branching.parameters == fast.parameters
    assert fast.madds == plain.madds
    assert plain.madds < branching.madds < 3 * plain.madds


@pytest.mark.parametrize("backbone", BACKBONES)
def test_the_stages_with_branches_cost_three_times_as_much(backbone):
    with torch.device("meta"):
        plain, branching = (
            small("faster_rcnn_c4", backbone, trident=each).backbone for each in (False, True)
        )
    start = branching.start
    before = multiply_adds(plain[:start].eval(), SIZE)
    whole, tripled = (multiply_adds(each.eval(), SIZE) for each in (plain, branching))
    assert tripled - before == 3 * (whole - before) > 0


def of_branches(detector, *targets):
    return branch_targets(targets, in_pixels(detector.config, SIZE))


def shares(boxes):
    """√area as a share of the image's."""
    return (box_area(boxes) / (SIZE[0] * SIZE[1])).sqrt()


@pytest.mark.parametrize("head", ["ssd", "ssdlite"])
def test_anchors_learn_in_the_branches_of_their_size_and_box(head):
    detector = trident(head)
    images = picture([SMALL, LARGE])[None]
    features = detector.features(images)
    outputs = {name: value.detach().requires_grad_() for name, value in detector.head(features).items()}
    anchors = detector.anchor_boxes(images, features)
    side = shares(anchors)
    mined = torch.rand_like(outputs["cls_logits"][..., 0]) < 0.5
    outputs["cls_logits"].data[mined] = torch.tensor([-9.0, 9.0])  # hard negatives of all sizes
    sum(detector.losses(outputs, anchors, of_branches(detector, target([SMALL, LARGE]))).values()).backward()
    scored, boxed = (outputs[name].grad.abs().sum(dim=2) > 0 for name in ("cls_logits", "bbox_regression"))
    for branch, (low, high) in enumerate(HALVES):
        outside = (side < low) | (side > high)
        assert outside.any() and scored[branch, ~outside].any()
        assert not scored[branch, outside].any() and not boxed[branch, outside].any()
    best = box_iou(torch.tensor([SMALL, LARGE]), anchors).argmax(dim=1)
    assert scored[:, best].tolist() == [[True, False], [False, False], [False, True]]
    assert boxed[:, best].tolist() == [[True, False], [False, False], [False, True]]


@pytest.mark.parametrize("head", ["faster_rcnn_c4", "rfcn"])
def test_proposal_networks_learn_in_the_branches_of_anchor_and_box(head):
    network = trident(head).rpn
    near = [6.0, 4.0, 30.0, 28.0]  # 24 px, of the first two branches; it overlaps SMALL, of the first alone
    anchors = torch.tensor([SMALL, LARGE, near, [60.0, 40.0, 80.0, 60.0]])
    labels, _ = network.assign_targets_to_anchors(
        [anchors] * 3, of_branches(trident(head), target([SMALL, LARGE]))
    )
    assert [label.tolist() for label in labels] == [[1, -1, -1, 0], [-1, -1, -1, -1], [-1, 1, -1, -1]]


def test_proposals_are_of_their_branchs_sizes():
    network = trident("faster_rcnn_c4").rpn.eval()
    boxes = torch.tensor([SMALL, MIDDLE, LARGE]).repeat(3, 1, 1)
    kept, _ = network.filter_proposals(boxes, torch.zeros(9, 1), [SIZE] * 3, [3])
    assert [each.tolist() for each in kept] == [[SMALL], [MIDDLE], [LARGE]]


@pytest.mark.parametrize("head", ["faster_rcnn_c4", "rfcn"])
def test_regions_of_another_branchs_car_are_no_background(head):
    detector = trident(head)
    regions, empty = [], [[60.0, 40.0, 80.0, 60.0]]
    close = [4.0, 4.0, 22.0, 36.0]  # SMALL's 24 px neighbour: of the second branch's sizes, SMALL is not
    given = [torch.tensor([close, *empty])] * 3
    detector.roi_heads.box_roi_pool.register_forward_pre_hook(lambda _, inputs: regions.extend(inputs[1]))
    targets = of_branches(detector, target([SMALL]))
    proposals = [_own(*each) for each in zip(given, targets, strict=True)]
    detector.roi_heads(detector.features(picture([SMALL])[None]), proposals, [SIZE] * 3, targets)
    assert [sorted(each.tolist()) for each in regions] == [sorted([close, SMALL, *empty]), empty, empty]


def test_what_branches_find_is_joined_within_their_ranges():
    config = trident("ssdlite").config
    moved = [SMALL[0] + 1, *SMALL[1:]]
    found = [
        {"boxes": torch.tensor(boxes), "scores": torch.tensor(scores), "labels": torch.tensor(labels)}
        for boxes, scores, labels in (
            ([SMALL, LARGE], [0.6, 0.9], [1, 1]),  # LARGE is none of the first branch
            ([MIDDLE, SMALL], [0.8, 0.9], [1, 1]),
            ([LARGE, MIDDLE], [0.7, 0.9], [1, 1]),
        )
    ]
    found[0] = {key: torch.cat((value, value[:1])) for key, value in found[0].items()}
    found[0]["boxes"][2] = torch.tensor(moved)  # a double of SMALL, and of lower score
    found[0]["scores"][2] = 0.5
    one = joined(found, in_pixels(config, SIZE), config)
    assert one[0]["boxes"].tolist() == [MIDDLE, LARGE, SMALL]
    assert one[0]["scores"].tolist() == pytest.approx([0.8, 0.7, 0.6])
    found[0]["labels"][2] = 2  # another class is no double
    assert len(joined(found, in_pixels(config, SIZE), config)[0]["boxes"]) == 4


@pytest.mark.parametrize("branch", range(3))
def test_an_ssds_branch_detects_its_sizes_alone(branch):
    detector = trident("ssdlite", nms_threshold=0.99).eval()
    images = torch.rand(1, 3, *SIZE)
    anchors = detector.anchor_boxes(images, detector.features(images))
    scores = torch.zeros(3, len(anchors), 1)
    scores[branch] = 0.9
    found = detector.detections(scores, torch.zeros(3, len(anchors), 4), anchors, SIZE)[0]
    low, high = HALVES[branch]
    side = shares(found["boxes"])
    assert len(side) and (side >= low).all() and (side <= high).all()


@pytest.mark.parametrize("head", TRIDENT_HEADS)
def test_detections_and_losses_at_any_size(head):
    detector = trident(head)
    for height, width in (SIZE, (97, 61)):
        images = torch.rand(2, 3, height, width)
        losses = detector.train()(images, [target([[5, 6, 50, 40]], [[0, 0, 20, 20]]), target()])
        assert all(loss.isfinite() and loss.ndim == 0 for loss in losses.values())
        found = detector.eval()(images)
        assert len(found) == 2 and all((each["scores"].diff() <= 0).all() for each in found)


@pytest.mark.parametrize("head", TRIDENT_HEADS)
def test_every_trained_parameter_takes_part(head):
    detector = trident(head, "mobilenet_v1")
    sum(detector(torch.rand(2, 3, *SIZE), [target([SMALL]), target()]).values()).backward()
    assert not [name for name, parameter in detector.named_parameters() if parameter.grad is None]


@pytest.mark.parametrize(("head", "rate"), [("ssdlite", 1e-2), ("faster_rcnn_c4", 5e-3)])
def test_learns_four_images_by_heart(head, rate):
    torch.manual_seed(0)
    detector = trident(head, "mobilenet_v1", bn_momentum=0.3)
    images = torch.stack([picture(boxes) for boxes in CARS])
    targets = [target(boxes) for boxes in CARS]
    learn(detector, lambda: detector(images, targets), rate=rate, steps=70)
    assert_found(detector.eval()(images), CARS)


@pytest.mark.parametrize("name", RANGES)
def test_named_ranges_leave_no_box_out(name):
    ModelConfig(trident=True, trident_ranges=RANGES[name])


def test_cocos_ranges_are_the_papers():
    side = (640 * 480) ** 0.5
    pixels = [(low * side, high * side) for low, high in RANGES["coco"]]
    assert pixels[0] == pytest.approx((0, 90), abs=0.3)
    assert pixels[1] == pytest.approx((30, 160), abs=0.3)
    assert pixels[2][0] == pytest.approx(90, abs=0.3) and in_pixels(ModelConfig(), SIZE)[2][1] == float("inf")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"trident_ranges": ((0, 0.2), (0.3, 0.5), (0.4, 1))}, "no branch takes boxes between 0.2 and 0.3"),
        ({"trident_ranges": ((0.1, 0.2), (0.2, 0.5), (0.4, 1))}, "between 0 and 0.1"),
        ({"trident_ranges": ((0, 0.2), (0.2, 0.5), (0.4, 0.9))}, "above 0.9"),
        ({"trident_ranges": ((0, 0.2), (0.5, 0.2), (0.1, 1))}, "ends before it begins"),
        ({"head": "faster_rcnn_fpn"}, "not of faster_rcnn_fpn"),
        ({"trident": False, "trident_fast": True}, "set trident=true too"),
    ],
)
def test_what_makes_no_sense_is_refused(options, told):
    with pytest.raises(ValueError, match=told):
        ModelConfig(**{"trident": True} | options)
