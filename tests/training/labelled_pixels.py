"""Small folders of pictures with labels of pixels, as Carousel, Cityscapes and ADE20K lay them out."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (64, 128)  # height, width


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def picture(labels: np.ndarray) -> np.ndarray:
    """Each value in a grey of its own, with noise."""
    noise = np.random.default_rng(0).integers(0, 8, (*labels.shape, 3))
    return (labels[..., None] * 13 % 240 + noise).astype(np.uint8)


def street(number: int = 0) -> np.ndarray:
    """Carousel's values: sky over road, a car and a distractor, further right in each picture."""
    labels = np.zeros(SIZE, np.uint8)
    labels[32:] = 1
    labels[24:48, 8 * (number % 8) : 8 * (number % 8) + 40] = 8
    labels[:8, :8] = 15
    return labels


def write_carousel(root: Path, clips: int = 4, frames: int = 2, recipe: str = "structured") -> Path:
    """Rendered clips of two frames each."""
    entries = []
    for number in range(clips * frames):
        name, labels = f"000/{number:09d}", street(number)
        save(root / "images" / f"{name}.jpg", picture(labels))
        save(root / "semantic" / f"{name}.png", labels)
        entry = {"id": number, "file_name": f"{name}.jpg", "video_id": number // frames, "recipe": recipe}
        entries.append(entry)
    (root / "annotations").mkdir(exist_ok=True)
    (root / "annotations" / "instances.json").write_text(json.dumps({"images": entries}))
    return root


def write_cityscapes(root: Path, ids: str = "labelIds") -> Path:
    """A picture of each of two cities: label ids 0 (void), 7 (road) and 26 (car), or their train ids."""
    values = {"labelIds": (0, 7, 26), "labelTrainIds": (255, 0, 13)}[ids]
    for side, city in (("train", "aachen"), ("val", "lindau")):
        labels = np.repeat(np.array(values, np.uint8), (20, 30, 14))[:, None].repeat(128, axis=1)
        name = f"{city}_000000_000019"
        save(root / "leftImg8bit" / side / city / f"{name}_leftImg8bit.png", picture(labels))
        save(root / "gtFine" / side / city / f"{name}_gtFine_{ids}.png", labels)
    return root


def write_ade20k(root: Path) -> Path:
    """A picture of each side with the classes 1 and 150, and 0 above them."""
    for side in ("training", "validation"):
        labels = np.repeat(np.array((0, 1, 150), np.uint8), (20, 30, 14))[:, None].repeat(128, axis=1)
        save(root / "images" / side / f"ADE_{side}_00000001.jpg", picture(labels))
        save(root / "annotations" / side / f"ADE_{side}_00000001.png", labels)
    return root
