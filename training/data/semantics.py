"""Classes of pixels: Cityscapes' and ADE20K's, and what Carousel's and Cityscapes' label images mean in them.

A label map holds train ids: 0 to classes − 1, and IGNORED where there is neither loss nor measure.
"""

import colorsys
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

IGNORED = 255
ADE20K_CLASSES = 150

Labels = NDArray[np.uint8]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class ClassSet:
    """The classes that a network tells apart, by train id."""

    names: tuple[str, ...]
    colours: tuple[Colour, ...]

    def __len__(self) -> int:
        return len(self.names)

    def painted(self, labels: Labels) -> NDArray[np.uint8]:
        """The colours (h, w, 3) of a label map (h, w); black where it is ignored."""
        palette = np.zeros((256, 3), np.uint8)
        palette[: len(self)] = self.colours
        return palette[labels]


# Name, colour and label id of the 19 classes that Cityscapes evaluates, in the order of their train ids
# (github.com/mcordts/cityscapesScripts, helpers/labels.py).
_CITYSCAPES: tuple[tuple[str, Colour, int], ...] = (
    ("road", (128, 64, 128), 7),
    ("sidewalk", (244, 35, 232), 8),
    ("building", (70, 70, 70), 11),
    ("wall", (102, 102, 156), 12),
    ("fence", (190, 153, 153), 13),
    ("pole", (153, 153, 153), 17),
    ("traffic light", (250, 170, 30), 19),
    ("traffic sign", (220, 220, 0), 20),
    ("vegetation", (107, 142, 35), 21),
    ("terrain", (152, 251, 152), 22),
    ("sky", (70, 130, 180), 23),
    ("person", (220, 20, 60), 24),
    ("rider", (255, 0, 0), 25),
    ("car", (0, 0, 142), 26),
    ("truck", (0, 0, 70), 27),
    ("bus", (0, 60, 100), 28),
    ("train", (0, 80, 100), 31),
    ("motorcycle", (0, 0, 230), 32),
    ("bicycle", (119, 11, 32), 33),
)
CITYSCAPES = ClassSet(
    tuple(name for name, _, _ in _CITYSCAPES), tuple(colour for _, colour, _ in _CITYSCAPES)
)

# What Carousel's `semantic/` images show, by their values 0 to 15 (docs/labels.md). Barriers are fences and
# walls, signs are signs and lights, riders are one with what they ride; a distractor is none of the classes.
_CAROUSEL = (
    "sky", "road", "sidewalk", "terrain", "building", "vegetation", "pole", "fence", "car", "truck", "bus",
    "rider", "rider", "person", "traffic sign", None,
)  # fmt: skip

Encoding = Literal["carousel", "carousel_without_sky", "cityscapes", "train_ids", "ade20k"]


def numbered(count: int) -> ClassSet:
    """Classes without names, in colours that differ."""
    return ClassSet(
        tuple(f"class {number}" for number in range(1, count + 1)), tuple(map(_colour, range(count)))
    )


def _colour(number: int) -> Colour:
    """Hues a golden angle apart, in turn pale and strong, bright and dark."""
    parts = colorsys.hsv_to_rgb(0.618 * number % 1, 0.5 + 0.4 * (number % 2), 0.95 - 0.15 * (number % 3))
    red, green, blue = (round(255 * part) for part in parts)
    return red, green, blue


def classes_of(count: int) -> ClassSet:
    """The classes of a network that tells `count` apart: Cityscapes' where they are 19."""
    return CITYSCAPES if count == len(CITYSCAPES) else numbered(count)


def _table(pairs: dict[int, int]) -> Labels:
    table = np.full(256, IGNORED, np.uint8)
    for value, train_id in pairs.items():
        table[value] = train_id
    return table


_carousel = {value: CITYSCAPES.names.index(name) for value, name in enumerate(_CAROUSEL) if name is not None}
TRAIN_ID: dict[Encoding, Labels] = {
    "carousel": _table(_carousel),
    # The paper's recipe shows photographs and textures behind the scene: what they show, nothing tells.
    "carousel_without_sky": _table({value: name for value, name in _carousel.items() if value}),
    "cityscapes": _table({label: train_id for train_id, (_, _, label) in enumerate(_CITYSCAPES)}),
    "train_ids": _table({train_id: train_id for train_id in range(len(CITYSCAPES))}),
    "ade20k": _table({value: value - 1 for value in range(1, ADE20K_CLASSES + 1)}),  # 0 is "other"
}
"""(256,) the train id of each value in a file of this encoding"""
