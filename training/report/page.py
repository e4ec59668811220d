"""report.html: one file with the figures, curves and pictures of a run, to be opened anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from markupsafe import Markup

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics.breakdown import Bin
from training.metrics.curves import curve
from training.metrics.matching import Mistake
from training.report import examples, plots, rendering, thumbnails
from training.report.examples import Verdicts
from training.report.figures import Figures, percent, sources, span
from training.report.files import write_atomic
from training.report.history import Series, read_history
from training.report.shots import Shot, whole

PROPERTIES = {
    "height_px": ("Height", "pixels"),
    "occlusion": ("Occlusion", "KITTI's levels"),
    "truncation": ("Truncation", "share outside"),
    "distance_m": ("Distance", "metres"),
}
OCCLUSION = ("0 fully visible", "1 partly", "2 largely", "3 unknown")
MISTAKES = {
    Mistake.BACKGROUND: ("Background", "on nothing, or hardly touching it"),
    Mistake.LOCALISATION: ("Localisation", "on a car, but the box is too far off"),
    Mistake.DUPLICATE: ("Duplicate", "on a car that a surer detection has found"),
    Mistake.OTHER_CLASS: ("Other class", "on something that is no car"),
}


@dataclass(frozen=True)
class Bar:
    """A line of a table of bars."""

    name: str
    count: int
    share: float | None  # 0..1, the bar's length; None: no bar
    text: str
    further: str = ""


@dataclass(frozen=True, eq=False)
class Section:
    """What the template shows of one set."""

    name: str
    figures: Figures
    curves: list[tuple[str, Markup]]  # titles and plots
    breakdown: list[tuple[str, str, list[Bar]]]  # property, unit, bins
    mistakes: list[Bar]
    false: list[tuple[str, str, list[Shot]]]  # kind, what it is, the surest
    best: list[Shot]
    worst: list[Shot]


def write_report(
    path: Path,
    title: str,
    sets: Mapping[str, tuple[Sequence[LabelledImage], Mapping[str, Detections], Figures]],
    run: Path | None = None,
    facts: Mapping[str, str] = {},
) -> None:
    """Write the page, whole or not at all; it needs no network and no other file.

    sets: by name, pictures with the detections and figures that were made from them. run: the folder of a
    run, whose logged figures are shown where it has any. facts: names and values for a table at the end.
    Raises RunError where the disk refuses, UserError for a run's CSV file that is none. A picture that can't
    be read is left out with a word.
    """
    environment = rendering.environment()
    environment.filters |= {"sources": sources}
    page = environment.get_template("report.html.j2").render(
        title=title,
        style=rendering.style("style.css"),
        history=_history(read_history(run)) if run else [],
        sections=[
            _section(f"set{number}", name, images, figures)
            for number, (name, (images, _, figures)) in enumerate(sets.items(), start=1)
        ],
        facts=facts,
    )
    write_atomic(path, page.encode("utf-8"))


def _history(history: Mapping[str, Series]) -> list[tuple[str, Markup]]:
    """Titles and plots of a run's course."""
    parts = {name: each for name, each in history.items() if name.startswith("train/")}
    total = {name: each for name, each in parts.items() if name == "train/loss"}
    rates = {name: each for name, each in history.items() if name.startswith("lr-")}
    precisions = {name: each for name, each in history.items() if name.endswith("/ap")}
    drawn = []
    if parts:
        drawn.append(("Loss", plots.losses("losses", _unprefixed({**total, **parts}))))
    if precisions:
        drawn.append(("AP at IoU 0.5, validation", plots.validation("validation", precisions)))
    if rates:
        drawn.append(("Learning rate", plots.rates("rates", rates)))
    return [(title, Markup(svg)) for title, svg in drawn]


def _unprefixed(series: Mapping[str, Series]) -> dict[str, Series]:
    named = {name.removeprefix("train/"): each for name, each in series.items()}
    return {"total" if name == "loss" else name: each for name, each in named.items()}


def _section(key: str, name: str, images: Sequence[LabelledImage], figures: Figures) -> Section:
    judged = examples.judge(figures.paper, figures.threshold)
    by_id = {image.id: image for image in images}
    ranked = [by_id[id] for id in judged.pool.ids]
    return Section(
        name=name,
        figures=figures,
        curves=[(title, Markup(svg)) for title, svg in _curves(key, figures)],
        breakdown=[
            (title, unit, [_bin(of, number, part) for number, part in enumerate(figures.breakdown[of])])
            for of, (title, unit) in PROPERTIES.items()
            if any(part.positives for part in figures.breakdown[of])
        ],
        mistakes=_mistakes(judged, figures),
        false=[
            (title, about, [_false(judged, ranked, index) for index in examples.surest(judged, kind)])
            for kind, (title, about) in MISTAKES.items()
            if figures.mistakes[kind.name.lower()]
        ],
        best=[whole(judged, ranked[index], index) for index in examples.best(judged)],
        worst=[whole(judged, ranked[index], index) for index in examples.worst(judged)],
    )


def _curves(key: str, figures: Figures) -> list[tuple[str, str]]:
    drawn, threshold = curve(figures.paper.records), figures.threshold
    return [
        ("AP at IoU 0.5", plots.precision_recall(f"{key}-paper", drawn, threshold, figures.paper.ap)),
        ("AP at IoU 0.5, by score", plots.by_threshold(f"{key}-scores", drawn, threshold)),
        ("KITTI, at its 41 recalls", plots.kitti_precision_recall(f"{key}-kitti", figures.kitti)),
    ]


def _bin(of: str, number: int, part: Bin) -> Bar:
    text = OCCLUSION[number] if of == "occlusion" else span(part)
    recall = part.recall if isfinite(part.recall) else None
    return Bar(text, part.positives, recall, percent(part.recall), percent(part.ap))


def _mistakes(judged: Verdicts, figures: Figures) -> list[Bar]:
    """Bars of false detections by kind, as long as their share of all."""
    total = max(1, sum(figures.mistakes.values()))
    on = ", ".join(f"{name} {count}" for name, count in examples.confused(judged).items())
    return [
        Bar(title, count, count / total, f"{count:,}", on if kind is Mistake.OTHER_CLASS and on else about)
        for kind, (title, about) in MISTAKES.items()
        for count in [figures.mistakes[kind.name.lower()]]
    ]


def _false(judged: Verdicts, images: Sequence[LabelledImage], detection: int) -> Shot:
    """A false detection amid what is true around it."""
    pool = judged.pool
    image = images[int(pool.image[detection])]
    source = thumbnails.part(
        image.path, tuple(pool.boxes[detection].tolist()), examples.marks_around(judged, detection)
    )
    on = examples.reason(judged, detection) if judged.mistake[detection] == Mistake.OTHER_CLASS else ""
    return Shot(source, f"{pool.scores[detection]:.2f}{' on ' if on else ''}{on}", image.id)
