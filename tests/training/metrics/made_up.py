"""Made-up labels and detections for the metrics' tests, the same on every machine and NumPy version."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import RandomState  # its stream is frozen for good; that of default_rng is not

from training.data.detections import Detections
from training.data.truth import LabelledImage, Truth
from training.metrics.overlaps import Floats

KINDS = ("Car", "Van", "DontCare", "Pedestrian", "Truck")
SHARES = (0.62, 0.12, 0.12, 0.09, 0.05)
LEVELS = (0.0, 0.15, 0.30, 0.50)  # truncations on KITTI's limits


@dataclass(frozen=True)
class Recipe:
    """What a made-up set is like."""

    seed: int
    images: int
    objects: float = 7  # per image, at most twice that
    whole: bool = False  # whole pixels, so that overlaps and heights fall on limits
    digits: int = 9  # of scores: few give ties
    copies: int = 1  # detections per object, at most: more than 1 as without non-maximum suppression
    crowd: bool = False  # boxes in a narrow strip, so that they cover one another
    spread: float = 0.12  # how far boxes are moved, as a share of their size
    false: float = 3  # false detections per image, at most twice that
    blank: float = 0.1  # share of images without object, and without detection


RECIPES = {
    "plain": Recipe(1, images=120),
    "good": Recipe(9, images=120, spread=0.02, false=0.5),
    "ties": Recipe(2, images=90, digits=1),
    "duplicates": Recipe(3, images=60, copies=5),
    "crowded": Recipe(4, images=60, crowd=True, copies=4, objects=12),
    "whole pixels": Recipe(5, images=90, whole=True, digits=2, copies=3, crowd=True),
    "few cars": Recipe(6, images=8, objects=3),
    "mostly empty": Recipe(7, images=150, blank=0.7),
    "no detection": Recipe(8, images=5, copies=0, false=0),
}


def made_up(recipe: Recipe) -> tuple[list[LabelledImage], dict[str, Detections]]:
    """Labelled images and detections of `recipe`; names and files do not exist."""
    chance = RandomState(recipe.seed)
    images, detections = [], {}
    for number in range(recipe.images):
        truth = _truth(chance, recipe)
        image = LabelledImage(f"{number:06d}", Path("none.png"), 1242, 375, f"drive {number // 8}", truth)
        images.append(image)
        detections[image.id] = perturbed(chance, truth, recipe)
    return images, detections


def _truth(chance: RandomState, recipe: Recipe) -> Truth:
    count = 0 if chance.random_sample() < recipe.blank else int(chance.random_sample() * 2 * recipe.objects)
    width = np.exp(np.log(25) + chance.random_sample(count) * np.log(12))
    height = np.exp(np.log(18) + chance.random_sample(count) * np.log(6))
    span = 120 if recipe.crowd else 1000
    left, top = chance.random_sample(count) * span, 150 + chance.random_sample(count) * span / 10
    boxes = np.stack([left, top, left + width, top + height], axis=1)
    on_limit = chance.random_sample(count) < 0.1
    boxes[on_limit, 3] = boxes[on_limit, 1] + np.where(chance.random_sample(on_limit.sum()) < 0.5, 25, 40)
    kind = np.array(KINDS)[np.searchsorted(np.cumsum(SHARES), chance.random_sample(count) * 0.999)]
    return labels(
        kind,
        np.round(boxes, 0 if recipe.whole else 2),
        truncation=np.array(LEVELS)[
            (chance.random_sample(count) * chance.random_sample(count) * 4).astype(int)
        ],
        occlusion=(chance.random_sample(count) * chance.random_sample(count) * 4).astype(int),
        distance_m=np.round(chance.random_sample(count) * 80, 2),
    )


def labels(
    kind: Sequence[str],
    boxes: Floats,
    truncation: Floats | float = 0.0,
    occlusion: Floats | int = 0,
    distance_m: Floats | float = 20.0,
    ignored: Sequence[bool] | bool = False,
    track: Sequence[int] | int = -1,
) -> Truth:
    """Truth of N objects, with one value for all where one is given."""
    count = len(kind)
    return Truth(
        kind=np.array(kind, dtype=str).reshape(count),
        boxes=np.asarray(boxes, float).reshape(count, 4),
        truncation=np.broadcast_to(truncation, count).astype(float),
        occlusion=np.broadcast_to(occlusion, count).astype(int),
        distance_m=np.broadcast_to(distance_m, count).astype(float),
        ignored=np.broadcast_to(ignored, count).astype(bool),
        track=np.broadcast_to(track, count).astype(int),
    )


def perturbed(chance: RandomState, truth: Truth, recipe: Recipe) -> Detections:
    """Detections as a middling detector gives them: moved boxes of most objects, and false ones."""
    kept = truth.boxes[(truth.kind != "DontCare") | (chance.random_sample(len(truth.kind)) < 0.3)]
    copies = (chance.random_sample(len(kept)) * recipe.copies + 0.85).astype(int)
    boxes = np.repeat(kept, copies, axis=0)
    size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    spread = recipe.spread * chance.random_sample((len(boxes), 1)) ** 2
    moved = boxes + spread * size * (2 * chance.random_sample(boxes.shape) - 1) * 2
    good = np.clip(0.9 - 4 * spread[:, 0] + 0.4 * (chance.random_sample(len(boxes)) - 0.5), 0.01, 0.99)

    count = int(chance.random_sample() * 2 * recipe.false)
    corner = np.stack([chance.random_sample(count) * 1100, 120 + chance.random_sample(count) * 120], axis=1)
    extent = 15 + 90 * chance.random_sample((count, 2))
    false = np.concatenate([corner, corner + extent], axis=1)

    boxes = np.concatenate([moved, false])
    scores = np.concatenate([good, 0.7 * chance.random_sample(count)])
    return detections_of(np.round(boxes, 0 if recipe.whole else 2), np.round(scores, recipe.digits))


def detections_of(boxes: Floats, scores: Floats) -> Detections:
    """Detections in the order of their scores."""
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    return Detections(np.asarray(boxes, float).reshape(-1, 4)[order], np.asarray(scores, float)[order])


def from_label_file(text: str) -> Truth:
    """The truth of a KITTI label file, its numbers as they stand."""
    rows = [line.split() for line in text.splitlines()]
    numbers = np.array([[float(word) for word in row[1:]] for row in rows]).reshape(-1, 14)
    boxes, distance = numbers[:, 3:7], numbers[:, 12]
    return labels([row[0] for row in rows], boxes, numbers[:, 0], numbers[:, 1].astype(int), distance)


def on_real_labels(
    truths: dict[str, Truth], recipe: Recipe
) -> tuple[list[LabelledImage], dict[str, Detections]]:
    """Real labels in the order of their ids, with made-up detections."""
    chance = RandomState(recipe.seed)
    images = [LabelledImage(id, Path("none.png"), 1242, 375, "", truths[id]) for id in sorted(truths)]
    return images, {image.id: perturbed(chance, image.truth, recipe) for image in images}
