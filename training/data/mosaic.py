"""Four pictures in one (Bochkovskiy et al., "YOLOv4", arXiv:2004.10934, section 3.3): where each goes."""

from typing import NamedTuple

import torch
from torch import Tensor

from training.data.windows import Window

CENTRE = (0.35, 0.65)


class Quarter(NamedTuple):
    """A quarter of the input, and how its picture is to be cut: 0 to 1 each."""

    x: int
    y: int
    w: int
    h: int
    input_size: tuple[int, int]
    zoom: float
    across: float
    down: float

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels of the input."""
        return self.h, self.w

    @property
    def shift(self) -> Tensor:
        """What takes a box of the quarter to the input."""
        return torch.tensor([self.x, self.y, self.x, self.y], dtype=torch.float32)

    def of(self, canvas: Tensor) -> Tensor:
        """This quarter of a (3, H, W) canvas, as a view."""
        return canvas[:, self.y : self.y + self.h, self.x : self.x + self.w]

    def window(self, width: int, height: int, _cars: Tensor) -> Window:
        """The part of a picture of this size that goes here, its aspect kept as the input has it.

        `zoom` 0 cuts out a piece at full scale, 1 the largest of the quarter's shape.
        """
        share_x, share_y = self.w / self.input_size[1], self.h / self.input_size[0]
        factor = 1 + self.zoom * (1 / max(share_x, share_y) - 1)
        w, h = max(1, round(width * share_x * factor)), max(1, round(height * share_y * factor))
        return Window(round((width - w) * self.across), round((height - h) * self.down), w, h)


def draw_quarters(size: tuple[int, int]) -> list[Quarter]:
    """Four quarters of an input of `size` (height, width) about a random centre."""
    height, width = size
    low, high = CENTRE
    x, y = (low + (high - low) * torch.rand(2)).tolist()
    x, y = round(x * width), round(y * height)
    rectangles = [(0, 0, x, y), (x, 0, width - x, y), (0, y, x, height - y), (x, y, width - x, height - y)]
    return [Quarter(*rectangle, size, *torch.rand(3).tolist()) for rectangle in rectangles]
