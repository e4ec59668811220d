"""Windows onto a picture: crop, resize and zoom as one rectangle, so that pixels are resampled once.

A window is a rectangle in the picture's pixels, whole numbers, that is shown at the model's input size. It
may reach beyond the picture; what lies there is grey.
"""

from typing import NamedTuple

from torch import Tensor
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F
from torchvision.tv_tensors import BoundingBoxes

from training.data.chance import Chance, uniform
from training.data.settings import Augmentation

GREY = 114  # near the mean of street scenes and of ImageNet
ZOOM_OUT = 2.0

_iou_crop = v2.RandomIoUCrop()  # SSD's, with its paper's settings (Liu et al., ECCV 2016, section 2.2)


class Window(NamedTuple):
    """Left, top, width and height in pixels of the picture."""

    x: int
    y: int
    w: int
    h: int


def draw_window(width: int, height: int, boxes: Tensor, settings: Augmentation, chance: Chance) -> Window:
    """A random window onto a picture of this size whose cars are `boxes` (N, 4).

    Zoom-out, resize, crop and IoU crop follow each other, each within or around the window before it.
    """
    window = Window(0, 0, width, height)
    if settings.zoom_out:
        chance.start("zoom_out")
        if uniform(0, 1) < settings.zoom_out:
            factor = uniform(1, ZOOM_OUT)
            window = _scaled(window, factor, factor)
    if settings.resize:
        chance.start("resize")
        factor = (1 + settings.resize) ** uniform(-1, 1)
        window = _scaled(window, factor, factor)
    if settings.crop:
        chance.start("crop")
        window = _scaled(window, uniform(1 - settings.crop, 1), uniform(1 - settings.crop, 1))
    if settings.iou_crop and len(boxes):
        chance.start("iou_crop")
        if uniform(0, 1) < settings.iou_crop:
            window = _iou_window(window, boxes)
    return window


def _scaled(window: Window, fx: float, fy: float) -> Window:
    """A window fx times as wide and fy times as high, anywhere within the other, or around it."""
    w, h = max(1, round(window.w * fx)), max(1, round(window.h * fy))
    x = window.x + round((window.w - w) * uniform(0, 1))
    y = window.y + round((window.h - h) * uniform(0, 1))
    return Window(x, y, w, h)


def _iou_window(window: Window, boxes: Tensor) -> Window:
    moved = boxes - boxes.new_tensor([window.x, window.y, window.x, window.y])
    inside = BoundingBoxes(moved, format="XYXY", canvas_size=(window.h, window.w))
    drawn = _iou_crop.make_params([inside])
    if not drawn:  # it drew "no crop"
        return window
    return Window(window.x + drawn["left"], window.y + drawn["top"], drawn["width"], drawn["height"])


def show(
    picture: Tensor,
    window: Window,
    size: tuple[int, int],
    *,
    outside: int = GREY,
    interpolation: v2.InterpolationMode = v2.InterpolationMode.BILINEAR,
) -> Tensor:
    """What `window` shows of `picture` (C, h, w) uint8, at `size` (height, width)."""
    _, height, width = picture.shape
    left, top = max(window.x, 0), max(window.y, 0)
    right, bottom = min(window.x + window.w, width), min(window.y + window.h, height)
    part = picture[:, top:bottom, left:right]
    if (right - left, bottom - top) == (window.w, window.h):
        return F.resize(part, list(size), interpolation).contiguous()  # decoders give (h, w, 3) in memory
    sx, sy = size[1] / window.w, size[0] / window.h
    x1, x2 = round((left - window.x) * sx), round((right - window.x) * sx)
    y1, y2 = round((top - window.y) * sy), round((bottom - window.y) * sy)
    canvas = picture.new_full((len(picture), *size), outside)
    if x2 > x1 and y2 > y1:
        canvas[:, y1:y2, x1:x2] = F.resize(part, [y2 - y1, x2 - x1], interpolation)
    return canvas


def show_boxes(boxes: Tensor, window: Window, size: tuple[int, int]) -> Tensor:
    """`boxes` (N, 4) of the picture in the pixels of what `show` gives, not cut at its edges."""
    origin = boxes.new_tensor([window.x, window.y, window.x, window.y])
    scale = boxes.new_tensor([size[1] / window.w, size[0] / window.h] * 2)
    return (boxes - origin) * scale
