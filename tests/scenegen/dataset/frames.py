"""Frame records for the dataset's tests, made from boxes on a road by the labels themselves."""

import math

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from scenegen.dataset.records import Annotation, Cuboid, FrameRecord, Rle
from scenegen.dataset.store import frame_name
from scenegen.labels.annotate import encode_rle
from scenegen.labels.cuboid import cuboid

WIDTH, HEIGHT, FOCAL = 300, 100, 175.0
K = ((FOCAL, 0.0, WIDTH / 2), (0.0, FOCAL, HEIGHT / 2), (0.0, 0.0, 1.0))
# World (x right, y away, z up) to camera (x right, y down, z forward), 1.5 m above the world's origin.
POSE = ((1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, -1.0, 0.0, 1.5), (0.0, 0.0, 0.0, 1.0))


def rectangle(x: int, y: int, w: int, h: int) -> NDArray[np.bool_]:
    """A mask."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y : y + h, x : x + w] = True
    return mask


def decode(rle: Rle) -> NDArray[np.bool_]:
    """The mask of a record's run lengths."""
    return coco_mask.decode({"size": list(rle.size), "counts": rle.counts}).astype(bool)


def parked(x: float = 1.0, ahead: float = 12.0, heading_deg: float = 60.0) -> Cuboid:
    """A car on the ground before the camera."""
    c, s = math.cos(math.radians(heading_deg)), math.sin(math.radians(heading_deg))
    matrix = np.array([[c, -s, 0, x], [s, c, 0, ahead], [0, 0, 1, 0], [0, 0, 0, 1.0]])
    return cuboid(matrix, np.array(POSE), length=4.0, width=1.8, height=1.5)


def annotation(mask: NDArray[np.bool_] | None = None, **changes) -> Annotation:
    """A car seen where `mask` says; without one, a hidden car."""
    fields = {
        "category_id": 1,
        "bbox": (20.0, 30.0, 40.0, 20.0),
        "bbox_visible": None,
        "bbox_full": (20.0, 30.0, 40.0, 20.0),
        "segmentation": None,
        "area": 0,
        "visibility": 0.0,
        "truncation": 0.0,
        "occlusion_level": 3,
        "cuboid": parked(),
        "iscrowd": 1,
        "ignore_reason": "hidden",
        "track_id": 0,
        "model_id": "sedan-1",
        "style": "sedan",
    }
    if mask is not None:
        ys, xs = np.nonzero(mask)
        box = (xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1)
        box = tuple(float(value) for value in box)
        fields |= {
            "bbox": box,
            "bbox_visible": box,
            "bbox_full": box,
            "segmentation": encode_rle(mask),
            "area": int(mask.sum()),
            "visibility": 1.0,
            "occlusion_level": 0,
            "iscrowd": 0,
            "ignore_reason": None,
        }
    return Annotation(**fields | changes)


def record(frame: int, *annotations: Annotation, **changes) -> FrameRecord:
    """A frame of these cars."""
    fields = {
        "frame": frame,
        "file_name": f"{frame_name(frame)}.jpg",
        "width": WIDTH,
        "height": HEIGHT,
        "K": K,
        "camera_pose": POSE,
        "seed": 0,
        "video_id": frame,
        "frame_in_video": 0,
        "recipe": "structured",
        "spec_sha256": "0" * 64,
        "sha256": {"images": "0" * 64},
        "annotations": annotations,
    }
    return FrameRecord(**fields | changes)
