"""Anchors on feature maps: shapes go to maps by size, and small ones stand several to a cell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import box_iou

from training.models.settings import AnchorConfig

# (width, height) as fractions of the image: shapes.kmeans_shapes of the 24,679 boxes of type Car that are at
# least 25 px high in 7,450 of KITTI's object labels, at 1242 x 375 px. benchmarks/anchor_recall.py prints how
# well they cover KITTI, and fits others.
KITTI_CARS: tuple[tuple[float, float], ...] = (
    (0.0282, 0.0790),
    (0.0407, 0.0994),
    (0.0650, 0.0904),
    (0.0566, 0.1467),
    (0.0967, 0.1344),
    (0.0855, 0.2294),
    (0.1433, 0.2137),
    (0.1602, 0.3562),
    (0.2566, 0.4651),
)

STRIDES_PER_SIZE = 2  # an anchor belongs on the coarsest map of which it spans this many cells
RECALL_CHUNK = 512  # boxes at a time


@dataclass(frozen=True)
class LevelAnchors:
    """The anchors of every cell of one feature map."""

    level: int  # of the detector's maps, from 0
    boxes: tuple[tuple[float, float, float, float], ...]  # x, y of centre in cells; width, height in images


class AnchorGenerator(nn.Module):
    """Anchors with the interface of torchvision's generators: they follow the sizes of images and maps."""

    def __init__(self, levels: Sequence[LevelAnchors]) -> None:
        super().__init__()
        self.levels = tuple(level.level for level in levels)
        for index, level in enumerate(levels):
            self.register_buffer(f"boxes_{index}", torch.tensor(level.boxes), persistent=False)

    def num_anchors_per_location(self) -> list[int]:
        """Anchors per cell of each map that has any, in the order of `levels`."""
        return [len(self._boxes(index)) for index in range(len(self.levels))]

    def forward(self, image_list: ImageList, feature_maps: list[Tensor]) -> list[Tensor]:
        """For each image (A, 4): x1, y1, x2, y2 in pixels, by map, row, column and anchor of the cell.

        `feature_maps`: only those of `levels`. Anchors at the border reach out of the image.
        """
        height, width = image_list.tensors.shape[-2:]
        anchors = torch.cat(
            [
                _tile(self._boxes(index), feature_map.shape[-2:], (height, width))
                for index, feature_map in enumerate(feature_maps)
            ]
        )
        return [anchors for _ in image_list.image_sizes]

    def _boxes(self, index: int) -> Tensor:
        return self.get_buffer(f"boxes_{index}")


def _tile(boxes: Tensor, grid: Sequence[int], image: tuple[int, int]) -> Tensor:
    """Corners (rows * columns * A, 4) in pixels of the cell's `boxes` (A, 4) in every cell of a grid."""
    (rows, columns), (height, width) = grid, image
    y, x = torch.meshgrid(
        torch.arange(rows, device=boxes.device), torch.arange(columns, device=boxes.device), indexing="ij"
    )
    centres = torch.stack((x, y), dim=-1).view(rows, columns, 1, 2) + boxes[:, :2]
    centres = centres * boxes.new_tensor([width / columns, height / rows])
    half = (boxes[:, 2:] * boxes.new_tensor([width, height]) / 2).expand_as(centres)
    return torch.cat((centres - half, centres + half), dim=-1).view(-1, 4)


def place(config: AnchorConfig, size: tuple[int, int], strides: Sequence[int]) -> list[LevelAnchors]:
    """Give each shape to a map and to as many places in its cells as `config.spacing` asks for.

    `size`: height and width of the input in pixels; `strides` of the maps, ascending. A map that no shape
    fits gets none and is left out. Anchors denser than cells: FaceBoxes (arXiv 1708.05234).
    """
    shapes = KITTI_CARS if config.shapes == "kitti_cars" else config.shapes
    levels: dict[int, list[tuple[float, float, float, float]]] = {}
    for width, height in shapes:
        pixels = (width * size[1], height * size[0])
        level = _level(math.sqrt(pixels[0] * pixels[1]), strides)
        across, down = (math.ceil(strides[level] / (config.spacing * length)) for length in pixels)
        levels.setdefault(level, []).extend(
            ((x + 0.5) / across, (y + 0.5) / down, width, height) for y in range(down) for x in range(across)
        )
    return [LevelAnchors(level, tuple(levels[level])) for level in sorted(levels)]


def _level(size: float, strides: Sequence[int]) -> int:
    """The coarsest map on which an anchor of `size` pixels spans enough cells, else the finest."""
    return max(
        (level for level, stride in enumerate(strides) if size >= STRIDES_PER_SIZE * stride), default=0
    )


def anchor_boxes(generator: AnchorGenerator, size: tuple[int, int], strides: Sequence[int]) -> Tensor:
    """All anchors (A, 4) in pixels of an input of this height and width, without running a network."""
    height, width = size
    maps = [
        torch.empty(1, 1, -(-height // strides[level]), -(-width // strides[level]))
        for level in generator.levels
    ]
    return generator(ImageList(torch.empty(1, 1, height, width), [size]), maps)[0]


def best_overlaps(boxes: Tensor, anchors: Tensor) -> Tensor:
    """The highest IoU (N,) that each box (N, 4) has with any anchor (A, 4)."""
    return torch.cat([box_iou(chunk, anchors).amax(dim=1) for chunk in torch.split(boxes, RECALL_CHUNK)])
