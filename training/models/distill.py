"""Distillation: an SSD emulates the detections of a larger detector, beside the labels or without any.

The MobileNet paper trains small networks so, by their emulating "the outputs of a larger model instead
of the ground-truth labels" (arXiv 1704.04861, section 4.5), for which unlabelled pictures serve as well.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import box_iou

from conf.errors import UserError
from training.models.detector import Detector, Prediction, Target, check_targets
from training.models.neutral import covered
from training.models.settings import ModelConfig
from training.models.share import per_process
from training.models.ssd import NO_LOSS, SSD, hardest

MIN_SCORE = 0.1  # less is background: the unsure detections are many, and would take anchors from the others


class Distillation:
    """A teacher, and what it adds to its student's losses.

    It is no nn.Module: nothing of it is trained, or saved with the student that holds it.
    """

    def __init__(self, teacher: Detector, student: ModelConfig, weight: float) -> None:
        """weight: of the teacher's loss, 0 to 1, in pictures that have labels too.

        Raises UserError where this student cannot be taught, or not by this teacher.
        """
        _check(teacher.config, student)
        self._teacher = teacher.eval().requires_grad_(False)
        self._weight = weight

    def losses(
        self, student: SSD, images: Tensor, targets: list[Target], labelled: Sequence[bool]
    ) -> dict[str, Tensor]:
        """The student's losses in training: see Detector.

        labelled: B bools; of the targets of the other pictures only `neutral` is looked at. A labelled one
        has (1 - weight) · labelled loss + weight · teacher's, another the teacher's alone. Each loss is per
        positive within the pictures of a kind, and the two kinds count by their shares of the batch.
        """
        features = student.features(images)
        outputs = {name: output.float() for name, output in student.head(features).items()}
        anchors = student.anchor_boxes(images, features)
        targets = list(check_targets(targets, images))
        parts: list[tuple[Tensor, dict[str, Tensor]]] = []
        pictures = per_process(images.new_tensor(len(images)))
        for kind, weight in ((True, self._weight), (False, 1.0)):
            places = [place for place, each in enumerate(labelled) if each == kind]
            share = per_process(images.new_tensor(len(places))) / pictures
            if not places:
                _wait_for_others((weight < 1) + (weight > 0), images)
                continue
            own = [targets[place] for place in places]
            part = {name: output[places] for name, output in outputs.items()}
            if weight < 1:
                parts.append((share * (1 - weight), student.losses(part, anchors, own)))
            if weight > 0:
                taught = self.targets(images[places], own)
                parts.append((share * weight, emulation(student, part, anchors, taught)))
        names = parts[0][1]
        return {name: torch.stack([factor * each[name] for factor, each in parts]).sum() for name in names}

    @torch.no_grad()
    def targets(self, images: Tensor, neutral: Sequence[Target]) -> list[Target]:
        """Targets with scores (N,): what the teacher finds in images (B, 3, H, W) in 0..1, from MIN_SCORE on.

        It sees them at the size of its own input; boxes are in their pixels. `neutral` of the given targets
        is passed on.
        """
        teacher = self._teacher.to(images.device)
        (height, width), (own_height, own_width) = images.shape[-2:], teacher.config.input
        if (height, width) != (own_height, own_width):
            images = F.interpolate(images, (own_height, own_width), mode="bilinear", antialias=True)
        scale = images.new_tensor([width / own_width, height / own_height] * 2)
        return [
            _sure(found, scale) | {"neutral": target["neutral"]}
            for found, target in zip(teacher(images), neutral, strict=True)
        ]


def emulation(
    student: SSD, outputs: dict[str, Tensor], anchors: Tensor, taught: list[Target]
) -> dict[str, Tensor]:
    """SSD.losses with likelihoods for labels: where all scores are 1, they are the same.

    outputs: of a batch, as SSD.heads gives them. taught: targets whose boxes have scores (N,). An anchor that
    meets a box of score s has the likelihoods s of its label and 1 - s of background to emulate, by
    cross-entropy, and the box, of which the loss counts s; s is also its part in the number of positives,
    that of negatives to mine and that which both losses are divided by. On neutral regions the teacher's
    boxes count; the rest there is left out, as for labels.
    """
    labels, scores, boxes = map(
        torch.stack, zip(*(_assign(student, anchors, each) for each in taught), strict=True)
    )
    positive = labels > 0
    logits, coded = outputs["cls_logits"], outputs["bbox_regression"]
    likely = logits.log_softmax(dim=-1)
    own = likely.gather(-1, labels.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    entropy = -(scores * own + (1 - scores) * likely[..., 0])
    wanted = student.coder.encode_single(boxes[positive], anchors.expand_as(boxes)[positive])
    distance = F.smooth_l1_loss(coded[positive], wanted, reduction="none").sum(dim=1)
    count = per_process(scores.sum())
    return {
        "classification": entropy[positive | hardest(entropy, labels, scores.sum(dim=1))].sum() / count,
        "bbox_regression": (scores[positive] * distance).sum() / count,
    }


def _assign(student: SSD, anchors: Tensor, target: Target) -> tuple[Tensor, Tensor, Tensor]:
    """Each anchor's label (A,), 0 for background or NO_LOSS, and of the box that it is to find score and box.

    Without one the score is 0.
    """
    labels, scores = anchors.new_zeros(len(anchors), dtype=torch.int64), anchors.new_zeros(len(anchors))
    boxes = anchors
    if len(target["boxes"]):
        match = student.matcher(box_iou(target["boxes"], anchors))
        found, match = match >= 0, match.clamp(min=0)
        labels = torch.where(found, target["labels"][match], 0)
        scores = torch.where(found, target["scores"][match], 0.0)
        boxes = target["boxes"][match]
    off = (labels == 0) & covered(anchors, target["neutral"])
    return labels.masked_fill(off, NO_LOSS), scores, boxes


def _wait_for_others(losses: int, images: Tensor) -> None:
    """So many losses of pictures that another process may have and this one has not."""
    for _ in range(losses):
        per_process(images.new_zeros(()))


def _sure(found: Prediction, scale: Tensor) -> Prediction:
    """The detections from MIN_SCORE on, at another scale."""
    kept = found["scores"] >= MIN_SCORE
    return {
        "boxes": found["boxes"][kept].float() * scale,
        "scores": found["scores"][kept].float(),
        "labels": found["labels"][kept],
    }


def _check(teacher: ModelConfig, student: ModelConfig) -> None:
    if student.head not in ("ssd", "ssdlite") or student.temporal != "none" or student.trident:
        raise UserError(
            f"distill.teacher: a student is an ssd or ssdlite, without temporal and trident; {student.name} "
            "as it is set here cannot be taught. Choose another model, or leave distill.teacher out"
        )
    if teacher.classes != student.classes:
        raise UserError(
            f"distill.teacher: the teacher knows {teacher.classes} classes, and the student is to know "
            f"{student.classes}: give a teacher of the same"
        )
