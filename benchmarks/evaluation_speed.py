"""Seconds to evaluate detections of KITTI's whole object set: by KITTI's, the paper's and COCO's protocols.

    python benchmarks/evaluation_speed.py [images=7481] [detections=20]

Made-up streets of 8 objects, about what KITTI's labels hold, each image with so many detections, half of them
near a car. Seconds of one core's work (processor time, one process); the last two are bootstraps with 1,000
resamples.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from training.data.detections import Detections
from training.data.truth import LabelledImage, Truth
from training.metrics import coco, kitti, paper
from training.metrics.bootstrap import interval
from training.metrics.breakdown import breakdown
from training.metrics.curves import average_precision

Floats = NDArray[np.float64]
Result = TypeVar("Result")

OBJECTS = 8


def main(images: int, detections: int) -> None:
    rng = np.random.default_rng(0)
    labelled = [labelled_image(rng, f"{number:06d}") for number in range(images)]
    found = {each.id: detected(rng, each.truth, detections) for each in labelled}
    print(f"{images} images, {images * OBJECTS} objects, {images * detections} detections")
    official = timed("KITTI, three difficulties", partial(kitti.evaluate, labelled, found))
    score = timed("the paper's AP", partial(paper.evaluate, labelled, found))
    timed("COCO's AP (pycocotools)", partial(coco.evaluate, labelled, found))
    timed("breakdown by four properties", partial(breakdown, score.pool))
    timed(
        "interval of the paper's AP",
        partial(interval, partial(average_precision, score.records), images),
    )
    moderate = official["moderate"].matches
    timed("interval of KITTI's R40", partial(interval, partial(r40, moderate), images))


def r40(matches: kitti.Matches, weights: NDArray[np.int64]) -> float:
    return kitti.r40(kitti.sampled_precision(matches, weights))


def timed(what: str, work: Callable[[], Result]) -> Result:
    start = time.process_time()
    result = work()
    print(f"{what:<30} {time.process_time() - start:6.2f} s")
    return result


def labelled_image(rng: np.random.Generator, id: str) -> LabelledImage:
    boxes = made_boxes(rng, OBJECTS)
    truth = Truth(
        kind=np.array(["Car"] * 6 + ["Van", "DontCare"]),
        boxes=boxes,
        truncation=np.where(rng.random(OBJECTS) < 0.8, 0.0, rng.random(OBJECTS)),
        occlusion=rng.integers(0, 4, OBJECTS),
        distance_m=rng.uniform(5, 80, OBJECTS),
        ignored=np.zeros(OBJECTS, bool),
    )
    return LabelledImage(id, Path(f"{id}.png"), 1242, 375, "", truth)


def detected(rng: np.random.Generator, truth: Truth, count: int) -> Detections:
    near = truth.boxes[np.arange(count // 2) % (OBJECTS - 1)]
    size = np.tile(near[:, 2:] - near[:, :2], 2)
    near = near + 0.05 * size * rng.standard_normal(near.shape)
    boxes = np.concatenate([near, made_boxes(rng, count - len(near))])
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2])
    return Detections(boxes, np.sort(rng.random(count))[::-1])


def made_boxes(rng: np.random.Generator, count: int) -> Floats:
    corner = np.stack([rng.uniform(0, 1200, count), rng.uniform(150, 200, count)], axis=1)
    height = np.exp(rng.uniform(np.log(20), np.log(150), count))
    return np.concatenate([corner, corner + np.stack([1.7 * height, height], axis=1)], axis=1)


if __name__ == "__main__":
    told = dict(word.split("=") for word in sys.argv[1:])
    main(int(told.get("images", 7481)), int(told.get("detections", 20)))
