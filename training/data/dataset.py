"""The torch dataset: pictures and their boxes, augmented, at the model's input size."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils.data import Dataset
from torchvision.io import ImageReadMode, decode_image
from torchvision.tv_tensors import BoundingBoxes, Image

from conf.errors import UserError
from training.data.augment import build_steps
from training.data.chance import Chance, Draw, generator_kept, uniform
from training.data.mosaic import Quarter, draw_quarters
from training.data.pictures import Picture, opened
from training.data.settings import NO_AUGMENTATION, Augmentation, of_clips
from training.data.truth import LabelledImage
from training.data.windows import GREY, Window, draw_window, show, show_boxes
from training.errors import OnError, skip_or_raise

MIN_SIZE_PX = 4.0
MIN_KEPT = 0.3

Item = dict[str, Any]


class Part(NamedTuple):
    """A picture, or a quarter of one, at its place in the input."""

    pixels: Tensor  # (3, h, w) uint8
    positives: Tensor  # (N, 4) float32, pixels of the input
    neutral: Tensor  # (M, 4)
    labelled: bool = True


class DetectionDataset(Dataset[Item]):
    """Labelled pictures as a detector takes them.

    `size` is the input's (height, width); a picture is stretched to it, so its aspect changes unless the two
    have the same. Cars lower or narrower than `min_size_px` in the input, or of which a crop leaves less than
    `min_kept`, become neutral. `clips`: pictures are drawn as frames of clips (clips.py), with what
    `of_clips` leaves of the augmentation.

    An item, by an int or a `Draw`, is a dict of
      image    (3, H, W) uint8
      boxes    (N, 4) float32: x1, y1, x2, y2 of the cars, pixels of the input, within it
      labels   (N,) int64, all 1
      neutral  (M, 4) float32: where a detection is neither right nor wrong
      labelled bool: whether all that is seen was labelled; else `boxes` lacks cars
      scale    (sx, sy): an unaugmented box times these is one of the original picture
      id       str
      first    () bool: whether it begins a video or clip, or is a still. By an int: whether it isn't the
               next frame of the picture before it in the list

    All chance follows from (seed, turn, place): the order of the calls and the number of worker processes are
    without effect. UserError names a picture that can't be decoded; `on_error="skip"` warns and gives a grey
    one that is neutral as a whole, so that batches keep their size.
    """

    def __init__(
        self,
        images: Sequence[LabelledImage],
        size: tuple[int, int],
        augmentation: Augmentation = NO_AUGMENTATION,
        *,
        seed: int = 0,
        min_size_px: float = MIN_SIZE_PX,
        min_kept: float = MIN_KEPT,
        on_error: OnError = "raise",
        clips: bool = False,
    ) -> None:
        self.images = list(images)
        self.size = size
        self.augmentation = of_clips(augmentation) if clips else augmentation
        self.seed = seed
        self.min_size_px, self.min_kept = min_size_px, min_kept
        self.on_error: OnError = on_error
        self._steps = build_steps(augmentation, clips)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, key: int | Draw) -> Item:
        draw = key if isinstance(key, Draw) else Draw(key, 0)
        chance = Chance(self.seed, draw)
        with generator_kept():
            item = self._item(draw.place, self._shown(draw.place, chance), chance)
        return item | {"first": torch.tensor(self._is_first(key))}

    def _is_first(self, key: int | Draw) -> bool:
        """Whether nothing of the picture before is to be remembered."""
        if isinstance(key, Draw):
            return key.clip in (None, key.place)
        return key == 0 or not self.images[key].follows(self.images[key - 1])

    def _shown(self, index: int, chance: Chance) -> Part:
        """The picture at input size, or four of them, with what boxes there are."""
        if self.augmentation.mosaic:
            chance.start("mosaic")
            if uniform(0, 1) < self.augmentation.mosaic:
                return self._mosaic(index)

        def choose(width: int, height: int, cars: Tensor) -> Window:
            return draw_window(width, height, cars, self.augmentation, chance)

        return self._part(index, self.size, choose)

    def _mosaic(self, index: int) -> Part:
        others = torch.randint(len(self.images), (3,)).tolist()
        quarters = draw_quarters(self.size)
        parts = [self._quarter(i, quarter) for i, quarter in zip([index, *others], quarters, strict=True)]
        canvas = torch.empty((3, *self.size), dtype=torch.uint8)
        for part, quarter in zip(parts, quarters, strict=True):
            quarter.of(canvas).copy_(part.pixels)
        positives = torch.cat([part.positives for part in parts])
        neutral = torch.cat([part.neutral for part in parts])
        return Part(canvas, positives, neutral, all(part.labelled for part in parts))

    def _quarter(self, index: int, quarter: Quarter) -> Part:
        part = self._part(index, quarter.size, quarter.window)
        return part._replace(positives=part.positives + quarter.shift, neutral=part.neutral + quarter.shift)

    def _part(self, index: int, size: tuple[int, int], choose: Callable[[int, int, Tensor], Window]) -> Part:
        """Picture `index` at `size`, in the window that `choose` draws for its width, height and cars."""
        image = self.images[index]
        try:
            picture = decode(image.path, upright=not image.labelled)
        except UserError as error:
            skip_or_raise(error, self.on_error)
            grey = torch.full((3, *size), GREY, dtype=torch.uint8)
            everywhere = torch.tensor([[0.0, 0.0, size[1], size[0]]])
            return Part(grey, torch.empty(0, 4), everywhere, image.labelled)
        boxes = torch.from_numpy(image.truth.boxes).float()
        positives, neutral = boxes[image.truth.cars], boxes[image.truth.neutral]
        window = choose(picture.shape[2], picture.shape[1], positives)
        positives, neutral = (show_boxes(some, window, size) for some in (positives, neutral))
        positives, neutral = self._settle(positives, neutral, size)
        return Part(show(picture, window, size), positives, neutral, image.labelled)

    def _settle(self, positives: Tensor, neutral: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
        """Cuts boxes at the edges; cars that are then too small, or mostly cut off, become neutral."""
        cut, rest = _clipped(positives, size), _clipped(neutral, size)
        sides = cut[:, 2:] - cut[:, :2]
        kept = sides.prod(1) / (positives[:, 2:] - positives[:, :2]).prod(1).clamp(min=1e-6)
        fit = (sides >= self.min_size_px).all(1) & (kept >= self.min_kept)
        rest = torch.cat([cut[~fit], rest])
        return cut[fit], rest[(rest[:, 2:] > rest[:, :2]).all(1)]

    def _item(self, index: int, part: Part, chance: Chance) -> Item:
        sample = Image(part.pixels), _boxes(part.positives, self.size), _boxes(part.neutral, self.size)
        for name, step in self._steps.items():
            chance.start(name)
            sample = step(sample)
        picture, positives, neutral = sample
        image = self.images[index]
        boxes = self._jittered(positives.as_subclass(Tensor), chance)
        return {
            "image": picture.as_subclass(Tensor),
            "boxes": boxes,
            "labels": torch.ones(len(boxes), dtype=torch.int64),
            "neutral": neutral.as_subclass(Tensor),
            "labelled": part.labelled,
            "scale": (image.width / self.size[1], image.height / self.size[0]),
            "id": image.id,
        }

    def _jittered(self, boxes: Tensor, chance: Chance) -> Tensor:
        """The boxes with each edge moved a little, as annotators differ."""
        if not self.augmentation.box_jitter:
            return boxes
        chance.start("box_jitter")
        sides = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)
        moves = torch.randn(boxes.shape).clamp(-2, 2) * self.augmentation.box_jitter
        return _clipped(boxes + moves * sides, self.size)


def decode(path: Picture, upright: bool = False) -> Tensor:
    """The picture as (3, h, w) uint8. UserError if it is missing or damaged, or has more than 8 bits.

    upright: turned as its EXIF says; labels are of the pixels as they are stored.
    By torchvision, which is faster than Pillow at JPEG and as fast at PNG (benchmarks/loading_speed.py).
    """
    try:
        with opened(path) as file:
            content = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
        picture = decode_image(content, mode=ImageReadMode.RGB, apply_exif_orientation=upright)
    except (RuntimeError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else "unknown format"
        raise UserError(f"{path}: the picture is missing or damaged ({reason}); copy it again") from error
    if picture.dtype != torch.uint8:
        raise UserError(f"{path}: a picture of more than 8 bits per channel; save it with 8")
    return picture


def collate(items: Sequence[Item]) -> tuple[Tensor, list[Item]]:
    """A batch: images (B, 3, H, W) uint8, and per picture the rest of its item.

    Left at 8 bits, a quarter of the bytes go through the workers' pipes and to the device;
    `images.to(device).float() / 255` there is what a detector takes.
    """
    images = torch.stack([item["image"] for item in items])
    return images, [{name: value for name, value in item.items() if name != "image"} for item in items]


def _boxes(boxes: Tensor, size: tuple[int, int]) -> BoundingBoxes:
    return BoundingBoxes(boxes, format="XYXY", canvas_size=size)


def _clipped(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    height, width = size
    return boxes.clamp(min=0).minimum(boxes.new_tensor([width, height, width, height]))
