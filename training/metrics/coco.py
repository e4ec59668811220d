"""COCO's average precisions, by pycocotools."""

import contextlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics.overlaps import Floats, Ints, areas
from training.metrics.pool import pool

FIGURES = {"AP": 0, "AP50": 1, "AP75": 2, "AR100": 8}  # and their places in COCOeval.stats


def evaluate(images: Sequence[LabelledImage], detections: Mapping[str, Detections]) -> dict[str, float]:
    """COCO's AP, AP50, AP75 and AR100 for cars, 0..1, NaN where there is nothing to find.

    Neutral objects (DontCare, vans, `iscrowd`) are COCO's crowds. COCO's figures by size are left out: they
    would take pycocotools three times as long again, and `breakdown` has finer ones.
    """
    everything = pool(images, detections)
    truth = everything.truth
    wanted = np.flatnonzero(truth.cars | truth.neutral)
    objects = _annotations(everything.truth_image[wanted], truth.boxes[wanted])
    for annotation, crowd in zip(objects, truth.neutral[wanted].tolist(), strict=True):
        annotation["iscrowd"] = int(crowd)
    found = _annotations(everything.image, everything.boxes)
    for annotation, score in zip(found, everything.scores.tolist(), strict=True):
        annotation["score"] = score
    with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
        evaluation = COCOeval(_index(len(images), objects), _index(len(images), found), "bbox")
        evaluation.params.areaRng, evaluation.params.areaRngLbl = [[0, 1e10]], ["all"]
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    figures = {name: float(evaluation.stats[place]) for name, place in FIGURES.items()}
    return {name: value if value >= 0 else float("nan") for name, value in figures.items()}


def _annotations(image: Ints, boxes: Floats) -> list[dict[str, Any]]:
    sizes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    return [
        {"id": number, "image_id": of, "category_id": 1, "bbox": box, "area": area, "iscrowd": 0}
        for number, (of, box, area) in enumerate(
            zip(image.tolist(), sizes.tolist(), areas(boxes).tolist(), strict=True), start=1
        )
    ]


def _index(images: int, annotations: list[dict[str, Any]]) -> COCO:
    coco = COCO()
    coco.dataset = {
        "images": [{"id": number} for number in range(images)],
        "annotations": annotations,
        "categories": [{"id": 1, "name": "car"}],
    }
    coco.createIndex()
    return coco
