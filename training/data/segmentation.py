"""The torch dataset of segmenters: pictures and their label maps, augmented alike."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.transforms import InterpolationMode
from torchvision.tv_tensors import Image, Mask

from conf.errors import UserError
from conf.pictures import DAMAGED, open_picture
from training.data.augment import build_steps
from training.data.chance import Chance, Draw, generator_kept, uniform
from training.data.dataset import decode
from training.data.labelmaps import SegmentedImage
from training.data.pictures import opened
from training.data.semantics import IGNORED, TRAIN_ID, Labels
from training.data.settings import NO_AUGMENTATION, Augmentation
from training.data.windows import GREY, Window, draw_window, show
from training.errors import OnError, skip_or_raise

TRIES = 10  # for a piece that one class does not fill, as mmsegmentation's

Item = dict[str, Any]


class SegmentationDataset(Dataset[Item]):
    """Labelled pictures as a segmenter takes them to train.

    Without `short_side` a picture is stretched to `size` (height, width). With it, its shorter side is scaled
    to that, times what `augmentation.resize` draws, and a piece of `size` is cut out anywhere; where a
    picture is smaller, what lies outside is grey and ignored.

    An item, by an int or a `Draw`, is a dict of
      image    (3, H, W) uint8
      labels   (H, W) uint8: train ids, IGNORED where there is no loss
      id       str

    All chance follows from (seed, turn, place). UserError names a picture or labels that can't be decoded;
    `on_error="skip"` warns and gives a grey one that is ignored as a whole.
    """

    def __init__(
        self,
        images: Sequence[SegmentedImage],
        size: tuple[int, int],
        augmentation: Augmentation = NO_AUGMENTATION,
        *,
        short_side: int | None = None,
        seed: int = 0,
        on_error: OnError = "raise",
    ) -> None:
        self.images = list(images)
        self.size, self.short_side = size, short_side
        self.augmentation, self.seed = augmentation, seed
        self.on_error: OnError = on_error
        self._steps = build_steps(augmentation)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, key: int | Draw) -> Item:
        draw = key if isinstance(key, Draw) else Draw(key, 0)
        chance = Chance(self.seed, draw)
        image = self.images[draw.place]
        with generator_kept():
            picture, labels = self._shown(image, chance)
            sample = Image(picture), Mask(labels)
            for name, step in self._steps.items():
                chance.start(name)
                sample = step(sample)
        picture, labels = (each.as_subclass(Tensor) for each in sample)
        return {"image": picture, "labels": labels[0], "id": image.id}

    def _shown(self, image: SegmentedImage, chance: Chance) -> tuple[Tensor, Tensor]:
        """The picture (3, H, W) and its labels (1, H, W) at input size."""
        try:
            picture, labels = decode(image.path), torch.from_numpy(read_labels(image))[None]
        except UserError as error:
            skip_or_raise(error, self.on_error)
            picture, labels = grey(self.size), torch.full((1, *self.size), IGNORED, dtype=torch.uint8)
            return picture, labels
        if self.short_side is None:
            window = draw_window(image.width, image.height, torch.empty(0, 4), self.augmentation, chance)
        else:
            window = draw_piece(labels[0], self.size, self.short_side, self.augmentation, chance)
        return show(picture, window, self.size), show_labels(labels, window, self.size)


class WholePictures(Dataset[Item]):
    """Pictures as a segmenter is measured on them: whole, not augmented, their labels at their own size.

    An item is as SegmentationDataset's, its image stretched to `size` or, with `short_side`, at that scale.
    """

    def __init__(
        self,
        images: Sequence[SegmentedImage],
        size: tuple[int, int],
        short_side: int | None,
        on_error: OnError = "raise",
    ) -> None:
        self.images = list(images)
        self.size, self.short_side = size, short_side
        self.on_error: OnError = on_error

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Item:
        image = self.images[index]
        try:
            picture, labels = whole(decode(image.path), self.size, self.short_side), read_labels(image)
        except UserError as error:
            skip_or_raise(error, self.on_error)
            picture, labels = grey(self.size), np.full((image.height, image.width), IGNORED, np.uint8)
        return {"image": picture, "labels": torch.from_numpy(labels), "id": image.id}


def read_labels(image: SegmentedImage) -> Labels:
    """The train ids (h, w) of a picture. UserError where its file is damaged, or holds no ids."""
    try:
        with opened(image.labels) as file, open_picture(file) as picture:
            values = np.asarray(picture)
    except DAMAGED as error:
        raise UserError(f"{image.labels}: the labels are missing or damaged ({error}); copy them") from error
    if values.dtype != np.uint8 or values.ndim != 2:
        raise UserError(f"{image.labels}: labels are one number of 8 bits per pixel; these are colours")
    return TRAIN_ID[image.encoding][values]


def whole(picture: Tensor, size: tuple[int, int], short_side: int | None) -> Tensor:
    """The picture (3, h, w) as a segmenter of these settings takes it."""
    height, width = picture.shape[-2:]
    if short_side is not None:
        scale = short_side / min(height, width)
        size = round(scale * height), round(scale * width)
    return picture if size == (height, width) else show(picture, Window(0, 0, width, height), size)


def grey(size: tuple[int, int]) -> Tensor:
    """What stands in for a picture that cannot be read."""
    return torch.full((3, *size), GREY, dtype=torch.uint8)


def show_labels(labels: Tensor, window: Window, size: tuple[int, int]) -> Tensor:
    """What `window` shows of a map (1, h, w), at `size`: each cell has the label of the nearest pixel."""
    return show(labels, window, size, outside=IGNORED, interpolation=InterpolationMode.NEAREST_EXACT)


def draw_piece(
    labels: Tensor, size: tuple[int, int], short_side: int, settings: Augmentation, chance: Chance
) -> Window:
    """A random window onto a picture with these labels (h, w), seen about as large as `short_side` says."""
    height, width = labels.shape
    scale = short_side / min(height, width)
    if settings.resize:
        chance.start("resize")
        scale *= (1 + settings.resize) ** uniform(-1, 1)
    w, h = max(1, round(size[1] / scale)), max(1, round(size[0] / scale))
    chance.start("piece")
    window = Window(0, 0, w, h)
    for _ in range(TRIES):
        window = Window(round((width - w) * uniform(0, 1)), round((height - h) * uniform(0, 1)), w, h)
        if settings.class_share == 1 or _largest_share(labels, window) <= settings.class_share:
            break
    return window


def _largest_share(labels: Tensor, window: Window) -> float:
    """Of the window's labelled pixels, those of the most frequent class."""
    left, top = max(window.x, 0), max(window.y, 0)
    seen = labels[top : window.y + window.h, left : window.x + window.w]
    counts = torch.bincount(seen.flatten(), minlength=256)[:IGNORED]
    return float(counts.max() / counts.sum()) if counts.sum() else 1.0
