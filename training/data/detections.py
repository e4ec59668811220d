"""Detections on disk: KITTI's result folders and COCO's results JSON, anyone's or ours."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from conf.errors import UserError
from conf.reading import NOT_JSON
from training.data.coco import Whole, image_name
from training.data.kitti import LABEL_FIELDS, lines

CAR_CATEGORY = 1  # as in Carousel's own datasets


@dataclass(frozen=True, eq=False)
class Detections:
    """What a model found in one picture, the surest first."""

    boxes: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 4)))
    """(M, 4) x1, y1, x2, y2, pixels of the picture, continuous and 0-based"""
    scores: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    """(M,) descending"""

    @classmethod
    def of(cls, rows: Iterable[tuple[float, ...]]) -> "Detections":
        """From rows of x1, y1, x2, y2, score in any order."""
        table = np.array(list(rows), dtype=np.float64).reshape(-1, 5)
        table = table[np.argsort(-table[:, 4], kind="stable")]
        return cls(table[:, :4], table[:, 4])


def read_detections(
    path: Path, ids: Iterable[str], known: Iterable[str] = (), *, category: int = CAR_CATEGORY
) -> dict[str, Detections]:
    """Detections of cars for each of `ids` from a folder of KITTI text files or from a COCO results JSON.

    A picture without a file or entry has no detections. Those of pictures in `known`, such as the other
    split's, are passed over. UserError names the file and line or entry of a mistake, or a picture that is in
    neither.
    """
    if path.is_dir():
        return read_kitti_results(path, ids, known)
    return read_coco_results(path, ids, known, category=category)


def read_kitti_results(folder: Path, ids: Iterable[str], known: Iterable[str] = ()) -> dict[str, Detections]:
    """As `read_detections`, from `folder`/ID.txt, where an id may hold a folder ("0003/000017").

    The official devkit's `data` folder may lie between. Lines are a label's 15 fields and a score; those of
    another type than Car are passed over.
    """
    folder = folder / "data" if (folder / "data").is_dir() else folder
    found: dict[str, Detections] = {name: Detections() for name in ids}
    others = set(known)
    by_stem = {name.rpartition("/")[2]: name for name in [*found, *others] if name.rpartition("/")[2] == name}
    for file in sorted(folder.rglob("*.txt")):
        name = file.relative_to(folder).with_suffix("").as_posix()
        if name not in found and name not in others:
            name = by_stem.get(file.stem, name)  # our own export puts a thousand to a folder
        if name in found:
            found[name] = _read_file(file)
        elif name not in others:
            raise UserError(f"{file}: the dataset has no picture {name!r}")
    return found


def _read_file(file: Path) -> Detections:
    """The cars of one result file. Fields that 2D detections don't use are not looked at."""
    rows = []
    for number, line in enumerate(lines(file), start=1):
        fields = line.split()
        if len(fields) != LABEL_FIELDS + 1:
            told = f"{len(fields)} fields; a result has {LABEL_FIELDS + 1}: a label's and the score"
            raise UserError(f"{file}:{number}: {told}")
        if fields[0].lower() != "car":  # the official evaluation doesn't mind case either
            continue
        texts = (*fields[4:8], fields[15])
        try:
            row = tuple(map(float, texts))
        except ValueError:
            raise UserError(f"{file}:{number}: one of {', '.join(texts)} is not a number") from None
        rows.append(_checked(row, f"{file}:{number}"))
    return Detections.of(rows)


def _checked(row: tuple[float, ...], where: str) -> tuple[float, ...]:
    x1, y1, x2, y2, _ = row
    if not isfinite(sum(row)):
        raise UserError(f"{where}: a number is not finite")
    if x2 < x1 or y2 < y1:
        raise UserError(f"{where}: the box {x1:g}, {y1:g}, {x2:g}, {y2:g} ends before it begins")
    return row


def write_kitti_results(folder: Path, detections: Mapping[str, Detections]) -> None:
    """Writes `folder`/ID.txt per picture, also where nothing was found; −1, −10, −1000 mean "unknown"."""
    for name, found in detections.items():
        file = folder / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            f"Car -1 -1 -10 {x1:.2f} {y1:.2f} {x2:.2f} {y2:.2f} -1 -1 -1 -1000 -1000 -1000 -10 {score:.9g}\n"
            for (x1, y1, x2, y2), score in zip(found.boxes, found.scores, strict=True)
        ]
        file.write_text("".join(lines), encoding="ascii")


class Result(msgspec.Struct):
    """An entry of COCO's results format."""

    image_id: Whole | str
    category_id: Whole
    bbox: tuple[float, float, float, float]
    score: float


def read_coco_results(
    path: Path, ids: Iterable[str], known: Iterable[str] = (), *, category: int = CAR_CATEGORY
) -> dict[str, Detections]:
    """As `read_detections`, from a JSON list; `image_id` is the id or, where that is a number, the number."""
    try:
        results = msgspec.json.decode(path.read_bytes(), type=list[Result])
    except OSError:
        raise UserError(f"{path}: there is no such folder or file of detections") from None
    except NOT_JSON as error:
        raise UserError(f"{path}: {error}") from error
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in ids}
    others = set(known)
    names = {_image_id(name): name for name in [*others, *rows]}
    for place, result in enumerate(results):
        where = f"{path}: entry {place}"
        name = names.get(result.image_id, str(result.image_id))
        if name not in rows and name not in others:
            raise UserError(f"{where}: the dataset has no picture {image_name(result.image_id)!r}")
        x, y, w, h = result.bbox
        row = _checked((x, y, x + w, y + h, result.score), where)
        if name in rows and result.category_id == category:
            rows[name].append(row)
    return {name: Detections.of(found) for name, found in rows.items()}


def coco_results(detections: Mapping[str, Detections], *, category: int = CAR_CATEGORY) -> list[Result]:
    """The entries of COCO's results format, ordered as `detections`; `msgspec.json.encode` writes them."""
    return [
        Result(
            _image_id(name),
            category,
            (round(x1, 3), round(y1, 3), round(x2 - x1, 3), round(y2 - y1, 3)),
            score,
        )
        for name, found in detections.items()
        for (x1, y1, x2, y2), score in zip(found.boxes.tolist(), found.scores.tolist(), strict=True)
    ]


def write_coco_results(path: Path, detections: Mapping[str, Detections]) -> None:
    """Writes the JSON whole or, where writing fails, not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(msgspec.json.encode(coco_results(detections)))
    part.replace(path)


def _image_id(name: str) -> int | str:
    """A picture's id as COCO's results have it: a number where it is one."""
    return int(name) if name.isdecimal() else name
