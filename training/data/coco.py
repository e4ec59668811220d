"""COCO datasets: Carousel's own (annotations/instances.json beside images/) and anyone's."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Annotated, TypeVar

import msgspec

from conf.errors import UserError
from conf.reading import NOT_JSON
from training.data.pictures import Picture, picture_size
from training.data.truth import (
    LARGEST_WHOLE,
    UNTRACKED,
    LabelledImage,
    Row,
    Truth,
    checked_box,
    ground_distance_m,
)
from training.errors import OnError, skip_or_raise

# KITTI has neither buses nor motorcyclists; its "Misc" holds what fits nowhere else.
KINDS = {
    "car": "Car",
    "van": "Van",
    "truck": "Truck",
    "bus": "Misc",
    "motorcyclist": "Misc",
    "cyclist": "Cyclist",
    "pedestrian": "Pedestrian",
    "dontcare": "DontCare",
}
ID_DIGITS = 9

Content = TypeVar("Content")
Whole = Annotated[int, msgspec.Meta(ge=-LARGEST_WHOLE, le=LARGEST_WHOLE)]


class Category(msgspec.Struct):
    id: Whole
    name: str


class Image(msgspec.Struct):
    id: Whole | str
    file_name: str
    width: int | None = None
    height: int | None = None
    video_id: Whole | str | None = None
    frame_in_video: Whole | None = None


class Cuboid(msgspec.Struct):
    location: tuple[float, float, float]


class Annotation(msgspec.Struct):
    id: Whole | str
    image_id: Whole | str
    category_id: Whole
    bbox: tuple[float, float, float, float]
    iscrowd: Annotated[int, msgspec.Meta(ge=0, le=1)] | bool = 0
    truncation: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    occlusion_level: Annotated[int, msgspec.Meta(ge=0, le=3)] = 0
    cuboid: Cuboid | None = None
    track_id: Whole | str | None = None


class Instances(msgspec.Struct):
    images: list[Image]
    annotations: list[Annotation]
    categories: list[Category]


def read_coco(
    root_or_json: Path, images: Path | None = None, *, on_error: OnError = "raise"
) -> list[LabelledImage]:
    """The pictures of a COCO dataset: its folder, with annotations/instances.json, or the JSON file itself.

    A `file_name` is looked for in the folder `images`; without one, beside the JSON file, in ../images and in
    .. from there. Ids are the JSON's, numbers with nine digits ("000000042"), as Carousel names its files. A
    picture's group is its `video_id`. Carousel's truncation, occlusion level, location, `track_id` and
    `frame_in_video` are taken where they stand.

    UserError names the file and the entry of the first mistake; `on_error="skip"` warns and leaves that
    picture out (damaged JSON, ids given twice and a file without a category "car" always raise).
    """
    path = root_or_json / "annotations" / "instances.json" if root_or_json.is_dir() else root_or_json
    instances = decode(path, Instances, "a COCO dataset has its labels there")
    folders = [images] if images else [path.parent, path.parent.parent / "images", path.parent.parent]
    return labelled_images(
        path, instances, lambda image, where: _picture(image.file_name, folders, where), on_error=on_error
    )


def labelled_images(
    path: object,
    instances: Instances,
    picture: Callable[[Image, str], Picture],
    *,
    on_error: OnError = "raise",
) -> list[LabelledImage]:
    """The pictures of a file's content, sorted by id.

    path: for messages. picture: where that of an entry lies; the second argument opens what it may raise.
    Raises UserError: see `read_coco`.
    """
    kinds = {
        category.id: KINDS.get(category.name.lower(), category.name) for category in instances.categories
    }
    if "Car" not in kinds.values():
        named = ", ".join(sorted(kinds.values())) or "none"
        raise UserError(f'{path}: no category is called "car"; there are: {named}')
    _refuse_duplicates(path, instances)
    annotations = _by_image(path, instances, on_error)
    found = []
    for image in instances.images:
        try:
            file = picture(image, f"{path}: image {image.id!r}")
            found.append(_labelled(path, image, annotations[image.id], kinds, file))
        except UserError as error:
            skip_or_raise(error, on_error)
    return sorted(found, key=lambda image: image.id)


def decode(path: Path, kind: type[Content], advice: str) -> Content:
    """The content of a JSON file. Raises UserError, with the advice where there is no such file."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file; {advice}") from None
    except NOT_JSON as error:  # its message names the byte, or the entry that isn't as COCO has it
        raise UserError(f"{path}: {error}") from error


def _refuse_duplicates(path: object, instances: Instances) -> None:
    ids: dict[str, list[int | str]] = {
        "image": [image.id for image in instances.images],
        "annotation": [annotation.id for annotation in instances.annotations],
        "category": [category.id for category in instances.categories],
    }
    for what, names in ids.items():
        for name, times in Counter(names).most_common(1):
            if times > 1:
                raise UserError(f"{path}: {times} {what} entries have the id {name!r}; ids must be unique")


def _by_image(path: object, instances: Instances, on_error: OnError) -> Mapping[int | str, list[Annotation]]:
    known = {image.id for image in instances.images}
    annotations: dict[int | str, list[Annotation]] = defaultdict(list)
    for annotation in instances.annotations:
        if annotation.image_id in known:
            annotations[annotation.image_id].append(annotation)
        else:
            told = f"annotation {annotation.id!r} is of image {annotation.image_id!r}, which isn't listed"
            skip_or_raise(UserError(f"{path}: {told}"), on_error)
    return annotations


def _labelled(
    path: object, image: Image, annotations: list[Annotation], kinds: Mapping[int, str], file: Picture
) -> LabelledImage:
    width, height = picture_size(file)
    if (image.width or width, image.height or height) != (width, height):
        told = f"{image.width} × {image.height}, but {file} is {width} × {height}"
        raise UserError(f"{path}: image {image.id!r} is said to be {told}: the labels are of another picture")
    rows = []
    for annotation in annotations:
        if annotation.category_id not in kinds:
            told = f"annotation {annotation.id!r} is of category {annotation.category_id}"
            raise UserError(f"{path}: {told}, which isn't listed under categories")
        rows.append(_row(annotation, kinds[annotation.category_id], width, height, path))
    group = "" if image.video_id is None else str(image.video_id)
    frame = image.frame_in_video if group else None
    return LabelledImage(image_name(image.id), file, width, height, group, Truth.of(rows), frame)


def image_name(number: int | str) -> str:
    """A COCO image id as an id of ours: numbers with nine digits, names as they are."""
    return f"{number:0{ID_DIGITS}d}" if isinstance(number, int) else number


def checked_name(name: str, where: str) -> str:
    """A picture's `file_name`. Raises UserError where it leads out of the folder."""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name.replace("\\", "/")).parts:
        raise UserError(f"{where}: file_name {name!r} leaves the dataset's folder")
    return name


def _picture(name: str, folders: list[Path], where: str) -> Path:
    name = checked_name(name, where)
    for folder in folders:
        with suppress(OSError):  # of a name that is too long
            if (folder / name).is_file():
                return folder / name
    places = ", ".join(str(folder) for folder in folders)
    raise UserError(f"{where}: {name!r} is missing (looked in {places})")


def _row(annotation: Annotation, kind: str, width: int, height: int, path: object) -> Row:
    x, y, w, h = annotation.bbox
    where = f"{path}: annotation {annotation.id!r}"
    box = checked_box((x, y, x + w, y + h), width, height, where)
    distance_m = float("nan")
    if annotation.cuboid is not None:
        distance_m = ground_distance_m(*annotation.cuboid.location[::2], where)
    ignored = bool(annotation.iscrowd)
    track = annotation.track_id if isinstance(annotation.track_id, int) else UNTRACKED
    return Row(kind, box, annotation.truncation, annotation.occlusion_level, distance_m, ignored, track)
