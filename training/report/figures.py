"""All that is measured on pictures with detections: as a record, as JSON, and as a table to read."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import isfinite, isnan
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.metrics import coco, flicker, kitti, paper
from training.metrics.bootstrap import Interval, Statistic, interval
from training.metrics.breakdown import Bin, breakdown
from training.metrics.curves import average_precision, best_f1
from training.metrics.matching import count_mistakes, mistakes
from training.metrics.overlaps import Ints
from training.report.files import write_atomic

FEW_UNITS = 20  # intervals over fewer are too narrow (training/metrics/bootstrap.py)
FALLBACK_THRESHOLD = 0.5  # where no car is found, so that no score has the best F1


@dataclass(frozen=True, eq=False)
class Figures:
    """The measurements. Shares are 0..1, and NaN where there is no car to find."""

    images: int
    cars: int  # labelled, of any size
    units: int  # drives or clips; pictures without one count by themselves
    paper: paper.Score
    paper_interval: Interval | None  # of the paper's AP; None without a car to find, or with one drive
    kitti: Mapping[str, kitti.Score]  # "easy", "moderate", "hard"
    kitti_interval: Interval | None  # of moderate's R40
    coco: Mapping[str, float]  # "AP", "AP50", "AP75", "AR100"
    breakdown: Mapping[str, Sequence[Bin]]  # by "height_px", "occlusion", "truncation", "distance_m"
    threshold: float  # the score of the best F1, above which pictures are judged and mistakes counted
    missed: int  # cars of `paper` without a detection above the threshold
    flicker: flicker.Stability | None  # None where no car has a track over two frames
    mistakes: Mapping[str, int]  # false detections above the threshold, by their kind's name in lower case
    notes: tuple[str, ...]  # what keeps the figures from being taken at their face value

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; what is not a finite number is None."""
        return _plain(
            {
                "images": self.images,
                "cars": self.cars,
                "units": self.units,
                "paper": {
                    "ap": self.paper.ap,
                    "interval": self.paper_interval and asdict(self.paper_interval),
                    "cars": self.paper.positives,
                },
                "kitti": {
                    name: {"r40": score.r40, "r11": score.r11, "cars": score.positives}
                    for name, score in self.kitti.items()
                },
                "kitti_moderate_r40_interval": self.kitti_interval and asdict(self.kitti_interval),
                "coco": self.coco,
                "breakdown": {name: [asdict(each) for each in bins] for name, bins in self.breakdown.items()},
                "flicker": self.flicker and self.flicker.as_dict(),
                "at_best_f1": {"threshold": self.threshold, "missed": self.missed, "false": self.mistakes},
                "notes": list(self.notes),
            }
        )


def measure(images: Sequence[LabelledImage], detections: Mapping[str, Detections], seed: int = 0) -> Figures:
    """Figures of `detections`, by image id, on `images`.

    Intervals are drawn over drives or clips with `seed`. A set without cars, or detections of nothing, raises
    no error. Raises UserError if there is no image, or as `training.metrics.pool.pool` does.
    """
    score = paper.evaluate(images, detections)
    by_difficulty, notes = _kitti(images, detections)
    everything, found = score.pool, score.assignment
    clusters = everything.clusters
    threshold = operating_point(score)
    units = len(np.unique(clusters))
    above = everything.scores >= threshold
    hits = above & (found.truth >= 0)
    return Figures(
        images=len(images),
        cars=int(everything.truth.cars.sum()),
        units=units,
        paper=score,
        paper_interval=_interval(partial(average_precision, score.records), clusters, seed),
        kitti=by_difficulty,
        kitti_interval=_interval(partial(_r40, by_difficulty["moderate"].matches), clusters, seed),
        coco=coco.evaluate(images, detections),
        breakdown=breakdown(everything),
        threshold=threshold,
        missed=score.positives - int(hits.sum()),
        flicker=flicker.evaluate(images, score, threshold),
        mistakes=count_mistakes(mistakes(everything, found)[0][above]),
        notes=(*_notes_on_units(units, score.positives), *notes),
    )


def operating_point(score: paper.Score) -> float:
    """The score above which detections are judged: that of the best F1, or a middling one where none is."""
    threshold = best_f1(score.records)
    return threshold if isfinite(threshold) else FALLBACK_THRESHOLD


def _kitti(
    images: Sequence[LabelledImage], detections: Mapping[str, Detections]
) -> tuple[dict[str, kitti.Score], list[str]]:
    """The scores, NaN where the protocol gives 0 for want of cars, and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scores = kitti.evaluate(images, detections)
    notes = [str(warning.message) for warning in caught]
    for name in [name for name, score in scores.items() if not score.positives]:
        scores[name] = replace(scores[name], r40=float("nan"), r11=float("nan"))
        notes = [note for note in notes if not note.startswith(f"KITTI {name}:")]
        notes.append(f"KITTI {name}: no car to find")
    return scores, notes


def _r40(matches: kitti.Matches, weights: Ints) -> float:
    if not (weights * matches.records.positives).sum():
        return float("nan")
    return kitti.r40(kitti.sampled_precision(matches, weights))


def _interval(statistic: Statistic, clusters: Ints, seed: int) -> Interval | None:
    """None where there is nothing to draw from: no car, or a single drive."""
    once = np.ones(len(clusters), np.int64)
    if len(np.unique(clusters)) < 2 or isnan(statistic(once)):
        return None
    return interval(statistic, len(clusters), clusters, seed=seed)


def _notes_on_units(units: int, positives: int) -> Iterator[str]:
    if not positives:
        yield "AP at IoU 0.5: no car higher than 40 px and less than 0.15 truncated"
    if units == 1:
        yield "Everything is of one drive, clip or picture: no interval can be given"
    elif units < FEW_UNITS:
        yield f"Drawn over only {units} drives, clips or pictures, the intervals are too narrow"


def _plain(value: Any) -> Any:
    """Containers and numbers as JSON has them."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def write_figures(path: Path, figures: Figures, facts: Mapping[str, str]) -> None:
    """Write figures and facts as JSON, whole or not at all. Raises RunError where the disk refuses."""
    told = {**figures.as_dict(), "facts": dict(facts)}
    write_atomic(path, msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def table(figures: Figures) -> str:
    """The figures in a few aligned lines, average precisions and recalls in percent."""
    asked = f"{figures.paper.positives:,} higher than 40 px and less than 0.15 truncated"
    by_height = figures.breakdown["height_px"]
    lines = [
        _line("pictures", f"{figures.images:,} from {sources(figures)}"),
        _line("cars", f"{figures.cars:,}, of which {asked}"),
        _line("AP at IoU 0.5", percent(figures.paper.ap) + _spread(figures, figures.paper_interval)),
        _line("KITTI, IoU 0.7", *figures.kitti),
        _line("  R40", *(percent(score.r40) for score in figures.kitti.values())),
        _line("  R11", *(percent(score.r11) for score in figures.kitti.values())),
        _line("  cars", *(f"{score.positives:,}" for score in figures.kitti.values())),
        _line(
            "  R40 moderate",
            percent(figures.kitti["moderate"].r40) + _spread(figures, figures.kitti_interval),
        ),
        _line("COCO", *figures.coco),
        _line("", *map(percent, figures.coco.values())),
        _line("by height, px", *map(span, by_height)),
        _line("  recall", *(percent(each.recall) for each in by_height)),
        _line("  cars", *(f"{each.positives:,}" for each in by_height)),
        *_flicker_lines(figures.flicker),
    ]
    return "\n".join([*lines, *(f"note: {note}" for note in figures.notes)])


def _flicker_lines(stability: flicker.Stability | None) -> Iterator[str]:
    """The sum at the best F1 and at each recall, and its parts."""
    if stability is None:
        return
    columns = {"best F1": stability.at}
    columns |= {f"{recall:.0%}": each for recall, each in stability.by_recall.items()}
    yield _line("flicker, recall", *columns)
    yield _line("  sum", *(f"{each.total:.3f}" for each in columns.values()))
    yield _line("  fragment", *(f"{each.fragment:.3f}" for each in columns.values()))
    yield _line("  centre", *(f"{each.centre:.3f}" for each in columns.values()))
    yield _line("  scale, ratio", *(f"{each.scale_and_ratio:.3f}" for each in columns.values()))
    yield _line("  score from", *(f"{each.threshold:.2f}" for each in columns.values()))


def _line(name: str, *cells: str) -> str:
    """A name and either a sentence or cells of a table."""
    return f"{name:<16}" + (cells[0] if len(cells) == 1 else "".join(f"{cell:>10}" for cell in cells))


def percent(share: float) -> str:
    """A share of 0..1 in percent, as tables of average precisions give it."""
    return "–" if isnan(share) else f"{100 * share:.1f}"


def span(part: Bin) -> str:
    """The stretch of a bin."""
    return f"{part.low:g}–{part.high:g}" if isfinite(part.high) else f"≥ {part.low:g}"


def sources(figures: Figures) -> str:
    """How many drives, clips or single pictures the intervals are drawn over."""
    noun = "picture" if figures.units == figures.images else "drive or clip"
    if figures.units != 1:
        noun = noun.replace("drive", "drives") + "s"
    return f"{figures.units:,} {noun}"


def _spread(figures: Figures, bounds: Interval | None) -> str:
    """An interval behind its figure."""
    if bounds is None:
        return ""
    return f"  ({bounds.level:.0%}: {percent(bounds.low)} to {percent(bounds.high)}, over {sources(figures)})"
