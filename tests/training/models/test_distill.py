"""A student learns what its teacher finds, beside the labels or where there are none."""

import copy
from math import log

import pytest
import torch
from scenes import SIZE, learn, picture, small, target
from torch import Tensor, nn
from torchvision.ops import box_iou

from conf.errors import UserError
from training.models.detector import Target
from training.models.distill import MIN_SCORE, Distillation, emulation
from training.models.settings import ModelConfig

BOXES = (
    [[8.0, 12.0, 40.0, 36.0]],
    [[50.0, 20.0, 90.0, 60.0], [4.0, 4.0, 30.0, 24.0]],
    [[30.0, 30.0, 70.0, 58.0]],
    [],
)
SURE = 0.9
STEPS = 120


class Oracle(nn.Module):
    """A teacher that knows a few pictures, by their first pixels, and what is on them."""

    def __init__(
        self, images: Tensor, found: tuple[Target, ...], size: tuple[int, int] = SIZE, classes: int = 1
    ) -> None:
        super().__init__()
        self.config = ModelConfig(name="oracle", head="faster_rcnn_fpn", input=size, classes=classes)
        self.known = dict(zip(images[:, 0, 0, 0].tolist(), found, strict=True))
        self.seen: list[Tensor] = []

    def forward(self, images: Tensor) -> list[Target]:
        self.seen.append(images)
        return [self.known[pixel] for pixel in images[:, 0, 0, 0].tolist()]


def found(boxes: list[list[float]], *scores: float) -> Target:
    """What a teacher finds."""
    return {name: values for name, values in target(boxes).items() if name != "neutral"} | {
        "scores": torch.tensor(scores)
    }


def teaching(student, images: Tensor, *known: Target, weight: float = 0.5, **options) -> Distillation:
    """By a teacher who finds `known` in the images."""
    return Distillation(Oracle(images, known, **options), student.config, weight)


def raw(student, count: int) -> tuple[dict[str, Tensor], Tensor]:
    """Outputs at random, and the anchors."""
    images = torch.zeros(count, 3, *SIZE)
    anchors = student.anchor_boxes(images, student.features(images))
    sizes = {"cls_logits": student.config.classes + 1, "bbox_regression": 4}
    return {name: torch.randn(count, len(anchors), size) for name, size in sizes.items()}, anchors


def test_soft_losses_by_hand():
    """Two boxes of 0.7 and 0.9, each met by one of nine anchors; one lies on a neutral region."""
    student = small("ssdlite")
    anchors = torch.tensor([[10.0 * i, 0, 10 * i + 8, 8] for i in range(9)])
    logits = torch.zeros(1, 9, 2)
    logits[0, :, 1] = torch.tensor([1.0, 2.0, -1, -2, -3, -4, -5, -6, 50])
    moved = anchors[1] + torch.tensor([0.0, 0, 0, 8 * 0.1])  # a tenth higher, centre half of that lower
    taught = found([anchors[0].tolist(), moved.tolist()], 0.7, 0.9) | {"neutral": anchors[8:]}
    outputs = {"cls_logits": logits, "bbox_regression": torch.zeros(1, 9, 4)}
    losses = emulation(student, outputs, anchors, [taught])

    def entropy(score: float, logit: float) -> float:
        """Of two classes, background's logit 0."""
        back, car = -log(1 + 2.718281828459045**logit), -log(1 + 2.718281828459045**-logit)
        return -(score * car + (1 - score) * back)

    # 1.6 positives: 4.8 negatives, so the five that are the least like background, the neutral one left out.
    wanted = entropy(0.7, 1) + entropy(0.9, 2) + sum(entropy(0, logit) for logit in (-1, -2, -3, -4, -5))
    assert losses["classification"].item() == pytest.approx(wanted / 1.6, rel=1e-5)
    coded = (10 * 0.05, 5 * log(1.1))  # the centre's y by 10 anchor heights, the log of the height by 5
    distance = sum(value**2 / 2 for value in coded)
    assert losses["bbox_regression"].item() == pytest.approx(0.9 * distance / 1.6, rel=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_a_teacher_who_knows_the_labels_gives_their_losses(seed):
    torch.manual_seed(seed)
    student = small("ssdlite")
    outputs, anchors = raw(student, 3)
    targets = [target(BOXES[1], [[40, 0, 96, 30]]), target([], [[0, 0, 50, 64]]), target()]
    sure = [each | {"scores": torch.ones(len(each["boxes"]))} for each in targets]
    soft, hard = emulation(student, outputs, anchors, sure), student.losses(outputs, anchors, targets)
    assert soft.keys() == hard.keys()
    for name in hard:
        assert soft[name].item() == pytest.approx(hard[name].item(), rel=1e-5)


def test_several_classes_share_their_likelihood_with_background_alone():
    student = small("ssdlite", classes=3)
    outputs, anchors = raw(student, 1)
    taught = target(BOXES[0]) | {"labels": torch.tensor([2]), "scores": torch.tensor([0.6])}
    outputs["cls_logits"] = (
        torch.tensor([0.4, 1e-6, 0.6, 1e-6]).log().expand_as(outputs["cls_logits"]).clone()
    )
    outputs["cls_logits"].requires_grad_()
    emulation(student, outputs, anchors, [taught])["classification"].backward()
    positive = student._assign(anchors, taught)[0] == 2
    assert positive.any()
    assert outputs["cls_logits"].grad[0, positive].abs().max() < 1e-5  # they are as they should be


def test_without_weight_the_teacher_changes_no_bit():
    alone = small("ssdlite")
    student = copy.deepcopy(alone)
    images = torch.stack([picture(boxes) for boxes in BOXES])
    targets = [target(boxes) for boxes in BOXES]
    known = [found(boxes, *[SURE] * len(boxes)) for boxes in reversed(BOXES)]
    wanted = alone(images, targets)
    losses = teaching(student, images, *known, weight=0.0).losses(student, images, targets, [True] * 4)
    assert losses.keys() == wanted.keys()
    assert all(torch.equal(losses[name], wanted[name]) for name in wanted)
    for values in (losses, wanted):
        torch.stack(list(values.values())).sum().backward()
    for ours, plain in zip(student.parameters(), alone.parameters(), strict=True):
        assert torch.equal(ours.grad, plain.grad)


def test_losses_are_mixed_by_weight():
    student = small("ssdlite").eval()  # BatchNorm's statistics stay
    images, targets = torch.rand(2, 3, *SIZE), [target(BOXES[0]), target(BOXES[1])]
    known = [found(BOXES[2], 0.5), found([])]
    none, some, all_ = (
        teaching(student, images, *known, weight=weight).losses(student, images, targets, [True, True])
        for weight in (0.0, 0.25, 1.0)
    )
    for name in some:
        assert some[name].item() == pytest.approx(
            0.75 * none[name].item() + 0.25 * all_[name].item(), rel=1e-5
        )
        assert none[name] != all_[name]


def test_missing_labels_leave_no_trace():
    student = small("ssdlite").eval()
    images = torch.stack([picture(BOXES[0]), picture(BOXES[1])])
    known = found(BOXES[0], SURE), found(BOXES[1], SURE, 0.4)
    teacher = teaching(student, images, *known, weight=0.25)
    mixed, other = (
        teacher.losses(student, images, [target(BOXES[0]), missing], [True, False])
        for missing in (target(), target([[1.0, 1, 60, 60]]))
    )
    assert mixed == other  # whatever stands where labels would
    own = teacher.losses(student, images[:1], [target(BOXES[0])], [True])
    outputs = {name: value[1:] for name, value in student.heads(images).items()}
    anchors = student.anchor_boxes(images, student.features(images))
    taught = emulation(student, outputs, anchors, [target() | known[1]])
    for name, loss in mixed.items():
        assert loss.item() == pytest.approx((own[name].item() + taught[name].item()) / 2, rel=1e-4)


def test_a_student_learns_four_images_from_its_teacher_alone():
    student = small("ssdlite", "mobilenet_v1", bn_momentum=0.1)
    images = torch.stack([picture(boxes) for boxes in BOXES])
    known = [found(boxes, *[SURE] * len(boxes)) for boxes in BOXES]
    teacher = teaching(student, images, *known, weight=1.0)
    wrong = [target([[60.0, 2.0, 94.0, 30.0]])] * 4  # labels have no weight
    learn(
        student,
        lambda: teacher.losses(student, images, wrong, [True, False, True, False]),
        rate=1e-2,
        steps=STEPS,
    )
    for seen, wanted in zip(student.eval()(images), BOXES, strict=True):
        if not wanted:
            assert (seen["scores"] < 0.5).all()
            continue
        best = box_iou(torch.tensor(wanted), seen["boxes"][: len(wanted)]).amax(dim=1)
        assert (best > 0.5).all()
        assert (seen["scores"][: len(wanted)] - SURE).abs().max() < 0.1  # no surer than it was taught


def test_the_teacher_sees_its_own_size_and_answers_in_the_students():
    student = small("ssdlite")
    known = found([[20.0, 40.0, 60.0, 90.0], [1.0, 1, 50, 50]], SURE, MIN_SCORE / 2)
    black = torch.zeros(1, 3, *SIZE)
    teacher = teaching(student, black, known, size=(2 * SIZE[0], SIZE[1] // 2))
    (seen,) = teacher.targets(black, [target([], [[1.0, 2, 3, 4]])])
    assert seen["neutral"].tolist() == [[1.0, 2, 3, 4]]
    assert seen["boxes"].tolist() == [[40.0, 20.0, 120.0, 45.0]]  # the unsure one is left out
    assert seen["scores"].tolist() == pytest.approx([SURE])
    assert teacher._teacher.seen[0].shape == (1, 3, 2 * SIZE[0], SIZE[1] // 2)


def test_a_faster_rcnn_teaches_in_half_precision_without_being_changed():
    student, teacher = small("ssdlite", "mobilenet_v3_small"), small("faster_rcnn_fpn", input=(96, 64))
    before = copy.deepcopy(teacher.state_dict())
    distillation = Distillation(teacher, student.config, 0.5)
    assert isinstance(distillation, Distillation) and not isinstance(distillation, nn.Module)
    with torch.autocast("cpu", torch.bfloat16):
        images = torch.rand(2, 3, *SIZE)
        losses = distillation.losses(student, images, [target(BOXES[0]), target()], [True, False])
    loss = sum(losses.values())
    loss.backward()
    assert loss.dtype == torch.float32 and loss.isfinite()
    assert not teacher.training and all(parameter.grad is None for parameter in teacher.parameters())
    assert all(torch.equal(value, before[name]) for name, value in teacher.state_dict().items())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"head": "faster_rcnn_c4"}, "a student is an ssd or ssdlite"),
        ({"temporal": "merge"}, "without temporal and trident"),
        ({"trident": True}, "without temporal and trident"),
        ({"classes": 2}, "the teacher knows 1 classes"),
    ],
)
def test_whom_it_cannot_teach_is_said(options, told):
    with pytest.raises(UserError, match=told):
        Distillation(Oracle(torch.empty(0, 3, 1, 1), ()), ModelConfig(**options), 0.5)
