"""Pictures with a class for every pixel, from the folders of Carousel, Cityscapes and ADE20K."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from conf.errors import UserError
from training.data.coco import Whole, checked_name, decode, image_name
from training.data.kitti import lines
from training.data.pictures import Picture, list_pictures, picture_size
from training.data.semantics import ADE20K_CLASSES, CITYSCAPES, ClassSet, Encoding, numbered
from training.data.shards import are_shards, decoded, samples
from training.data.splits import divide, split
from training.errors import OnError, skip_or_raise

Side = Literal["train", "val", ""]  # where the dataset has put a picture; "": nowhere

_PICTURE, _LABEL_IDS, _TRAIN_IDS = "_leftImg8bit.png", "_gtFine_labelIds.png", "_gtFine_labelTrainIds.png"


@dataclass(frozen=True)
class SegmentedImage:
    """A picture and that of its labels, which has its size."""

    id: str
    path: Picture
    labels: Picture
    encoding: Encoding
    width: int
    height: int
    group: str
    """Clip or city: a split of ours never parts them."""
    side: Side = ""


class Dataset(NamedTuple):
    """What a folder holds."""

    images: list[SegmentedImage]
    classes: ClassSet


class _Frame(msgspec.Struct):
    """An entry of `images` in Carousel's annotations/instances.json."""

    id: Whole
    file_name: str
    video_id: Whole
    recipe: str

    @property
    def encoding(self) -> Encoding:
        return "carousel" if self.recipe == "structured" else "carousel_without_sky"


class _Instances(msgspec.Struct):
    images: list[_Frame]


class _Labels(msgspec.Struct):
    """What a sample of Carousel's shards says."""

    image: _Frame


def read_segmented(given: str | Path, *, on_error: OnError = "raise") -> Dataset:
    """All labelled pictures of a folder of Carousel (with `semantic/`), Cityscapes or ADE20K, by its layout.

    Or of Carousel's shards, in a folder or at a URL. UserError names what is missing; `on_error="skip"` warns
    and leaves a picture without labels out.
    """
    if are_shards(str(given)):
        return Dataset(list(_checked(_sharded(str(given)), on_error)), CITYSCAPES)
    root = Path(given)
    if (root / "leftImg8bit").is_dir():
        return Dataset(list(_checked(_cityscapes(root), on_error)), CITYSCAPES)
    if (root / "annotations" / "training").is_dir():
        return Dataset(list(_checked(_ade20k(root), on_error)), _ade20k_classes(root))
    if (root / "semantic").is_dir():
        return Dataset(list(_checked(_carousel(root), on_error)), CITYSCAPES)
    raise UserError(
        f"{root}: no labels of pixels in it. There must be semantic/ (rendered with outputs=[rgb,semantic]), "
        "leftImg8bit/ and gtFine/ (Cityscapes), or images/training/ and annotations/training/ (ADE20K)"
    )


def part(
    images: Sequence[SegmentedImage], which: str, held_out: float, seed: int, on_error: OnError = "raise"
) -> list[SegmentedImage]:
    """The pictures of train, val, all or a file of ids and groups.

    train and val are the dataset's own where it has them; else val is the share `held_out` of the clips,
    which may be none of few. UserError where nothing is left to train on, or a file names nothing.
    """
    if which not in ("train", "val") or not images:
        return split(images, which, on_error=on_error)
    if any(image.side for image in images):
        chosen = [image for image in images if image.side == which]
    else:
        chosen = divide(images, held_out, seed=seed)[which == "val"]
    if not chosen and which == "train":
        raise UserError(f"none of the {len(images)} pictures is left to train on: lower data.held_out")
    return chosen


def _carousel(root: Path) -> Iterator[SegmentedImage]:
    path = root / "annotations" / "instances.json"
    instances = decode(path, _Instances, "its rendering is not finished")
    for frame in sorted(instances.images, key=lambda frame: frame.id):
        name = checked_name(frame.file_name, f"{path}: image {frame.id}")
        yield SegmentedImage(
            image_name(frame.id),
            root / "images" / name,
            (root / "semantic" / name).with_suffix(".png"),
            frame.encoding,
            0,
            0,
            str(frame.video_id),
        )


def _sharded(root: str) -> Iterator[SegmentedImage]:
    for sample in samples(root):
        frame, pictures = decoded(sample, _Labels).image, sample.pictures
        if "semantic.png" not in pictures:
            raise UserError(f"{sample.where}: no labels of pixels; render with outputs=[rgb,semantic]")
        name, group = image_name(frame.id), str(frame.video_id)
        yield SegmentedImage(name, pictures["jpg"], pictures["semantic.png"], frame.encoding, 0, 0, group)


def _cityscapes(root: Path) -> Iterator[SegmentedImage]:
    sides: tuple[Side, ...] = ("train", "val")
    for side in sides:
        for path in sorted((root / "leftImg8bit" / side).glob(f"*/*{_PICTURE}")):
            name = path.name.removesuffix(_PICTURE)
            folder = root / "gtFine" / side / path.parent.name
            own: tuple[Path, Encoding] = folder / f"{name}{_TRAIN_IDS}", "train_ids"
            labels, encoding = own if own[0].is_file() else (folder / f"{name}{_LABEL_IDS}", "cityscapes")
            yield SegmentedImage(name, path, labels, encoding, 0, 0, path.parent.name, side)


def _ade20k(root: Path) -> Iterator[SegmentedImage]:
    sides: dict[str, Side] = {"training": "train", "validation": "val"}
    for folder, side in sides.items():
        for path in list_pictures(root / "images" / folder):
            labels = root / "annotations" / folder / f"{path.stem}.png"
            yield SegmentedImage(path.stem, path, labels, "ade20k", 0, 0, "", side)


def _ade20k_classes(root: Path) -> ClassSet:
    """Named by objectInfo150.txt, which comes with the dataset; numbered without it."""
    classes = numbered(ADE20K_CLASSES)
    path = root / "objectInfo150.txt"
    if not path.is_file():
        return classes
    rows = lines(path)[1:]
    names = tuple(row.split("\t")[-1].split(",")[0].strip() for row in rows if row.strip())
    if len(names) != ADE20K_CLASSES:
        raise UserError(f"{path}: {len(names)} classes, where ADE20K has {ADE20K_CLASSES}; copy it again")
    return ClassSet(names, classes.colours)


def _checked(images: Iterator[SegmentedImage], on_error: OnError) -> Iterator[SegmentedImage]:
    """With their sizes, once both files are there and agree."""
    for image in images:
        try:
            width, height = picture_size(image.path)
            of_labels = picture_size(image.labels)
            if of_labels != (width, height):
                told = f"{of_labels[0]} × {of_labels[1]}, but {image.path} is {width} × {height}"
                raise UserError(f"{image.labels} is {told}: the labels are of another picture")
        except UserError as error:
            skip_or_raise(error, on_error)
            continue
        yield replace(image, width=width, height=height)
