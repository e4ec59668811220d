"""Small datasets for the readers' tests, written by hand in each format."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

from training.data.truth import LabelledImage, Row, Truth

CAR = "Car 0.10 1 -1.57 10.00 20.00 40.00 50.00 1.50 1.60 3.70 3.00 1.70 4.00 -1.20"
DONT_CARE = "DontCare -1 -1 -10 60.00 5.00 70.00 9.00 -1 -1 -1 -1000 -1000 -1000 -10"


def write_picture(path: Path, width: int = 100, height: int = 60, level: int = 128) -> Path:
    """A picture with some noise about a grey level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0).integers(-20, 20, (height, width, 3))
    Image.fromarray((level + noise).clip(0, 255).astype(np.uint8)).save(path)
    return path


def write_text(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def write_kitti(root: Path, labels: dict[str, list[str]], suffix: str = ".png") -> Path:
    """KITTI's object set: the lines of each image's label file, by id."""
    for name, lines in labels.items():
        write_picture(root / "training" / "image_2" / f"{name}{suffix}")
        write_text(root / "training" / "label_2" / f"{name}.txt", *lines)
    return root


def annotation(number: int, image: int, **fields: object) -> dict[str, object]:
    """An annotation as docs/labels.md describes it."""
    return {
        "id": number,
        "image_id": image,
        "category_id": 1,
        "bbox": [10.0, 20.0, 30.0, 30.0],
        "bbox_visible": None,
        "area": 700,
        "segmentation": {"size": [60, 100], "counts": "0"},
        "truncation": 0.1,
        "occlusion_level": 1,
        "visibility": 0.6,
        "cuboid": {"location": [3.0, 1.7, 4.0], "rotation_y": 0.0},
        "iscrowd": 0,
        "ignore_reason": None,
    } | fields


CATEGORIES = ["car", "truck", "bus", "motorcyclist", "cyclist", "pedestrian"]


def write_coco(root: Path, annotations: list[dict[str, object]], images: int = 2) -> Path:
    """A dataset folder of Carousel's: images/000/NNNNNNNNN.jpg and annotations/instances.json."""
    entries = []
    for number in range(images):
        name = f"000/{number:09d}.jpg"
        write_picture(root / "images" / name)
        entries.append({"id": number, "file_name": name, "width": 100, "height": 60, "video_id": number // 2})
    categories = [{"id": place, "name": name} for place, name in enumerate(CATEGORIES, start=1)]
    document = {"images": entries, "annotations": annotations, "categories": categories}
    write_text(root / "annotations" / "instances.json", json.dumps(document))
    return root


def labelled(name: str, group: str = "", path: Path = Path(), rows: tuple[Row, ...] = ()) -> LabelledImage:
    return LabelledImage(name, path, 100, 60, group, Truth.of(rows))
