"""A segmenter's figures: as a table, as figures.json, and as a page with pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from training.data.pictures import Picture
from training.data.semantics import IGNORED, ClassSet, Labels
from training.data.stills import read_rgb
from training.metrics.miou import Score
from training.report import rendering
from training.report.figures import percent
from training.report.files import write_atomic
from training.report.thumbnails import data_uri

WIDEST = 640  # pixels of a picture on the page
OPACITY = 0.55  # of the classes' colours over a picture


@dataclass(frozen=True, eq=False)
class Example:
    """A picture of the page."""

    id: str
    path: Picture
    truth: Labels
    predicted: Labels


@dataclass(frozen=True, eq=False)
class Measured:
    """What a segmenter came to on one set."""

    name: str
    images: int
    classes: ClassSet
    score: Score
    examples: Sequence[Example]


@dataclass(frozen=True)
class _Row:
    name: str
    colour: str
    iou: float
    share: float  # of the labelled pixels


def table(measured: Measured) -> str:
    """IoU by class and their mean, in percent, in aligned lines."""
    lines = [f"{'pictures':<16}{measured.images:>10,}"]
    lines += [f"{row.name:<16}{percent(row.iou):>10}" for row in _rows(measured)]
    lines.append(f"{'mean IoU':<16}{percent(measured.score.miou):>10}")
    lines.append(f"{'pixels right':<16}{percent(measured.score.accuracy):>10}")
    return "\n".join(lines)


def write_segmentation(folder: Path, title: str, sets: Sequence[Measured], facts: Mapping[str, str]) -> None:
    """Write figures.json and report.html, whole or not at all. Raises RunError where the disk refuses."""
    told = {"sets": {measured.name: _figures(measured) for measured in sets}, "facts": dict(facts)}
    write_atomic(folder / "figures.json", msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
    template = rendering.environment().get_template("segmentation.html.j2")
    page = template.render(
        title=title,
        style=rendering.style("style.css", "segmentation.css"),
        sections=[(measured, _rows(measured), list(map(_shots, _painted(measured)))) for measured in sets],
        facts=facts,
    )
    write_atomic(folder / "report.html", page.encode("utf-8"))


def overlay(picture: Image.Image, labels: Labels, classes: ClassSet) -> Image.Image:
    """The picture under the colours of its classes; `labels` (h, w) has its size."""
    return Image.blend(picture.convert("RGB"), Image.fromarray(classes.painted(labels)), OPACITY)


def _figures(measured: Measured) -> dict[str, Any]:
    score = measured.score
    return {
        "images": measured.images,
        "miou": _number(score.miou),
        "accuracy": _number(score.accuracy),
        "iou": {row.name: _number(row.iou) for row in _rows(measured)},
        "pixels": dict(zip(measured.classes.names, score.pixels.tolist(), strict=True)),
    }


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if isnan(value) else value


def _rows(measured: Measured) -> list[_Row]:
    score, total = measured.score, max(int(measured.score.pixels.sum()), 1)
    columns = zip(measured.classes.names, measured.classes.colours, score.iou, score.pixels, strict=True)
    return [
        _Row(name, "#{:02x}{:02x}{:02x}".format(*colour), float(iou), float(pixels) / total)
        for name, colour, iou, pixels in columns
    ]


def _painted(measured: Measured) -> list[tuple[str, list[tuple[str, Image.Image]]]]:
    """Of each example its name and, with captions, the picture, the truth and what was predicted."""
    painted = []
    for example in measured.examples:
        picture = Image.fromarray(read_rgb(example.path))
        known = np.where(example.truth == IGNORED, np.uint8(IGNORED), example.predicted)
        pictures = [("picture", picture)]
        if (example.truth != IGNORED).any():
            pictures.append(("truth", Image.fromarray(measured.classes.painted(example.truth))))
        pictures.append(("predicted", Image.fromarray(measured.classes.painted(known))))
        painted.append((example.id, pictures))
    return painted


def _shots(example: tuple[str, list[tuple[str, Image.Image]]]) -> tuple[str, list[tuple[str, str]]]:
    name, pictures = example
    return name, [(caption, data_uri(_reduced(picture))) for caption, picture in pictures]


def _reduced(picture: Image.Image) -> Image.Image:
    scale = min(1.0, WIDEST / picture.width)
    size = round(scale * picture.width), max(1, round(scale * picture.height))
    return picture.resize(size, Image.Resampling.LANCZOS)
