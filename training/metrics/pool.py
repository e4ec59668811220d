"""All objects and detections of a set of images, end to end in flat arrays, checked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from conf.errors import UserError
from training.data.detections import Detections
from training.data.truth import LabelledImage, Truth
from training.metrics.overlaps import Floats, Ints

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Pool:
    """I images with G objects and D detections; objects and detections are in the order of the images.

    Within an image, objects keep their label file's order, and detections go by descending score, equal
    scores in the order given.
    """

    ids: tuple[str, ...]
    clusters: (
        Ints  # (I,) images with the same number are of one group (drive, clip); one without group is alone
    )
    truth: Truth  # G objects
    truth_image: Ints  # (G,) index of the image, ascending
    boxes: Floats  # (D, 4) x1, y1, x2, y2 in pixels
    scores: Floats  # (D,)
    image: Ints  # (D,) index of the image, ascending

    @property
    def heights(self) -> Floats:
        """(G,) heights of the objects in pixels."""
        return self.truth.boxes[:, 3] - self.truth.boxes[:, 1]

    def detections_of(self, image: int) -> slice:
        """Where an image's detections lie in `boxes` and `scores`."""
        start, end = np.searchsorted(self.image, [image, image + 1])
        return slice(int(start), int(end))

    def objects_of(self, image: int) -> slice:
        """Where an image's objects lie in `truth`."""
        start, end = np.searchsorted(self.truth_image, [image, image + 1])
        return slice(int(start), int(end))


def pool(images: Sequence[LabelledImage], detections: Mapping[str, Detections]) -> Pool:
    """Lay images and their detections end to end; an image that `detections` lacks has none.

    Raises UserError if there is no image, an id comes twice, detections belong to no image, or a box or a
    score is not a number or the box is turned inside out.
    """
    ids = tuple(image.id for image in images)
    _check_ids(ids, detections)
    found = [(index, detections[id]) for index, id in enumerate(ids) if id in detections]
    boxes = np.concatenate([np.empty((0, 4)), *(np.reshape(each.boxes, (-1, 4)) for _, each in found)])
    scores = np.concatenate([np.empty(0), *(np.ravel(each.scores) for _, each in found)])
    for index, each in found:
        if len(each.boxes) != len(each.scores):
            raise UserError(f"image {ids[index]}: {len(each.boxes)} boxes but {len(each.scores)} scores")
    image = np.repeat([index for index, _ in found], [len(each.scores) for _, each in found]).astype(np.int64)
    _check_detections(ids, boxes, scores, image)
    order = np.lexsort((-scores, image))
    return Pool(
        ids=ids,
        clusters=_clusters(images),
        truth=_end_to_end([each.truth for each in images]),
        truth_image=np.repeat(np.arange(len(images)), [len(each.truth.kind) for each in images]),
        boxes=boxes[order],
        scores=scores[order],
        image=image,
    )


def _check_ids(ids: tuple[str, ...], detections: Mapping[str, Detections]) -> None:
    if not ids:
        raise UserError("there are no images to evaluate on: the split is empty")
    known = set(ids)
    if len(known) < len(ids):
        twice = next(id for index, id in enumerate(ids) if id in ids[:index])
        raise UserError(f"image {twice} is in the set twice; ids must be unique")
    for id in detections:
        if id not in known:
            raise UserError(
                f"there are detections for image {id}, which is not among the {len(ids)} images evaluated; "
                "pass only those of the split"
            )


def _check_detections(ids: tuple[str, ...], boxes: Floats, scores: Floats, image: Ints) -> None:
    numbers = np.isfinite(scores) & np.isfinite(boxes).all(axis=1)
    wrong = ~numbers | (boxes[:, 2] < boxes[:, 0]) | (boxes[:, 3] < boxes[:, 1])
    if wrong.any():
        first = int(np.argmax(wrong))
        problem = "x1 <= x2 and y1 <= y2 must hold" if numbers[first] else "they must be finite numbers"
        raise UserError(
            f"image {ids[image[first]]}: a detection has the box {boxes[first].tolist()} "
            f"and the score {scores[first]}; {problem}"
        )


def _clusters(images: Sequence[LabelledImage]) -> Ints:
    """(I,) the same number for images of one group; images without a group are groups of their own."""
    names = [("group", each.group) if each.group else ("image", each.id) for each in images]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], np.int64)


def _end_to_end(truths: Sequence[Truth]) -> Truth:
    return Truth(
        kind=np.concatenate([each.kind for each in truths]).astype(str),
        boxes=np.concatenate([np.reshape(each.boxes, (-1, 4)) for each in truths]),
        truncation=np.concatenate([each.truncation for each in truths]),
        occlusion=np.concatenate([each.occlusion for each in truths]),
        distance_m=np.concatenate([each.distance_m for each in truths]),
        ignored=np.concatenate([each.ignored for each in truths]).astype(bool),
        track=np.concatenate([each.track for each in truths]).astype(np.int64),
    )
