"""Augmentation of a picture at input size: flip, light, blur, JPEG, noise, as torchvision's v2 transforms.

Crops and resizing come before, in windows.py, as do four pictures in one, in dataset.py.
"""

from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchvision.transforms import v2
from torchvision.tv_tensors import Image

from training.data.settings import Augmentation

BLUR_SIGMA_PX = (0.1, 2.0)
BLUR_KERNEL_PX = 9
JPEG_QUALITY = (30, 90)
NOISE_TABLE = 1 << 21


def build_steps(settings: Augmentation, clips: bool = False) -> dict[str, v2.Transform]:
    """The transforms, by the name of their stream of chance, in the order in which they apply.

    Each takes a tuple of tv_tensors: an Image (3, H, W) uint8 and any number of BoundingBoxes. What
    `settings` has at 0 isn't there. `clips`: noise has a step and a stream of its own, for it differs from
    frame to frame where light doesn't.
    """
    brightness, contrast, saturation = (
        value if settings.light else 0.0
        for value in (settings.brightness, settings.contrast, settings.saturation)
    )
    steps: dict[str, v2.Transform] = {}
    if settings.flip:
        steps["flip"] = v2.RandomHorizontalFlip(settings.flip)
    if saturation:
        steps["saturation"] = v2.ColorJitter(saturation=saturation)
    if settings.hue:
        steps["hue"] = v2.ColorJitter(hue=settings.hue)
    if settings.blur:
        steps["blur"] = v2.RandomApply([v2.GaussianBlur(BLUR_KERNEL_PX, BLUR_SIGMA_PX)], settings.blur)
    if brightness or contrast or (settings.noise and not clips):
        steps["exposure"] = Exposure(brightness, contrast, 0.0 if clips else settings.noise)
    if settings.noise and clips:
        steps["noise"] = Exposure(0.0, 0.0, settings.noise)
    if settings.jpeg:
        steps["jpeg"] = v2.RandomApply([v2.JPEG(JPEG_QUALITY)], settings.jpeg)
    return steps


class Exposure(v2.Transform):
    """Brightness, contrast and Gaussian noise in one pass over the pixels.

    What v2.ColorJitter and v2.GaussianNoise would do one after the other, in a tenth of the time, without
    their copies and roundings between; contrast turns about the mean of all channels. The noise is read from
    a table of normal draws at a random place, for drawing as many anew takes longer than all else here. In
    NumPy, whose loops stay on one core: workers have no more.
    """

    def __init__(self, brightness: float, contrast: float, noise: float) -> None:
        super().__init__()
        self.brightness, self.contrast, self.noise = brightness, contrast, noise
        self.table = _normal_table() if noise else None

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """The two factors, the noise's standard deviation in grey levels, and where in the table it begins.

        Four draws whatever is switched on, so that each keeps its own.
        """
        bright, contrast, level, start = torch.rand(4).tolist()
        return {
            "brightness": 1 + self.brightness * (2 * bright - 1),
            "contrast": 1 + self.contrast * (2 * contrast - 1),
            "level": 255 * self.noise * level,
            "start": start,
        }

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """The Image with its new light; anything else as it is."""
        if not isinstance(inpt, Image):
            return inpt
        pixels = inpt.as_subclass(Tensor).numpy()
        mean = float(pixels[:, ::4, ::4].mean())
        gain = params["brightness"] * params["contrast"]
        shift = params["brightness"] * (1 - params["contrast"]) * mean
        result = np.multiply(pixels, np.float32(gain), dtype=np.float32)
        result += np.float32(shift + 0.5)  # halves are rounded up, else pictures would darken by half a level
        if self.table is not None:
            start = int(params["start"] * max(len(self.table) - pixels.size, 1))
            noise = self.table[start : start + pixels.size] * np.float32(params["level"])
            result += (
                np.resize(noise, pixels.shape) if len(noise) < pixels.size else noise.reshape(pixels.shape)
            )
        return Image(torch.from_numpy(np.clip(result, 0, 255, out=result).astype(np.uint8)))


@cache
def _normal_table() -> NDArray[np.float32]:
    """The same standard normal draws in every process."""
    generator = torch.Generator().manual_seed(0)
    return torch.randn(NOISE_TABLE, generator=generator).numpy()
