"""Every figure of a study as tables for CSV files: APs are 0 to 1, and what is not defined is empty."""

import csv
import io
from collections.abc import Iterator, Mapping
from math import isfinite

import numpy as np

from training.metrics.curves import curve, precision_at
from training.study import published
from training.study.results import Trial
from training.study.view import View, figure

RECALLS = np.linspace(0, 1, 101)  # at which curves are told

Cell = str | int | float | None
Line = Mapping[str, Cell]


def tables(view: View) -> dict[str, list[Line]]:
    """All tables by their file's name; the lines of one have the same columns."""
    return {
        "trials.csv": list(_trials(view)),
        "estimates.csv": list(_estimates(view)),
        "comparisons.csv": list(_comparisons(view)),
        "curves.csv": list(_curves(view)),
        "published.csv": list(_published()),
        "steps.csv": list(_steps(view)),
    }


def as_csv(lines: list[Line]) -> bytes:
    """The lines under their columns' names; nothing where there is no line."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(lines[0]) if lines else [], lineterminator="\n")
    if lines:
        writer.writeheader()
    writer.writerows({name: _told(cell) for name, cell in line.items()} for line in lines)
    return text.getvalue().encode("utf-8")


def _told(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return float(f"{cell:.6g}") if isfinite(cell) else None
    return cell


def _trials(view: View) -> Iterator[Line]:
    steps = list(dict.fromkeys(step for trial in view.results.trials for step in trial.seconds))
    for each in view.trials.values():
        for trial in each:
            yield {
                **_case(trial),
                "seed": trial.seed,
                "ap": trial.score.ap,
                **{
                    f"kitti_{name}_r40": figure(trial, "kitti", name, "r40")
                    for name in ("easy", "moderate", "hard")
                },
                "coco_ap": figure(trial, "coco", "AP"),
                **{f"{step}_seconds": trial.seconds.get(step) for step in steps},
                "report": str(trial.report),
            }


def _case(trial: Trial) -> Line:
    return {"arm": trial.case.arm, "point": trial.case.point}


def _estimates(view: View) -> Iterator[Line]:
    for case, estimate in view.estimates.items():
        yield {
            "arm": case.arm,
            "point": case.point,
            "seeds": len(estimate.seeds),
            "ap": estimate.ap.estimate,
            "low": estimate.ap.low,
            "high": estimate.ap.high,
            "level": estimate.ap.level,
            "drives": estimate.ap.units,
            "kitti_moderate_r40": view.mean_figure(case, "kitti", "moderate", "r40"),
            "coco_ap": view.mean_figure(case, "coco", "AP"),
        }


def _comparisons(view: View) -> Iterator[Line]:
    for case, comparison in view.comparisons.items():
        theirs = published.difference(case, comparison.baseline)
        yield {
            "arm": case.arm,
            "point": case.point,
            "baseline": comparison.baseline.arm,
            "seeds": len(comparison.seeds),
            "difference": comparison.difference.estimate,
            "low": comparison.difference.low,
            "high": comparison.difference.high,
            "level": comparison.difference.level,
            "drives": comparison.difference.units,
            "published_difference": None if theirs is None else theirs / 100,
            "sentence": comparison.sentence,
        }


def _curves(view: View) -> Iterator[Line]:
    for each in view.trials.values():
        for trial in each:
            for recall, precision in zip(
                RECALLS, precision_at(curve(trial.score.records), RECALLS), strict=True
            ):
                yield {
                    **_case(trial),
                    "seed": trial.seed,
                    "recall": float(recall),
                    "precision": float(precision),
                }


def _published() -> Iterator[Line]:
    for each in published.PUBLISHED:
        yield {
            "subject": each.subject,
            "name": each.name,
            "detector": each.detector,
            "ap": None if each.ap is None else each.ap / 100,
            "difference": None if each.difference is None else each.difference / 100,
            "place": each.place,
            "paper": published.PAPER,
        }


def _steps(view: View) -> Iterator[Line]:
    for step in view.results.done:
        yield {
            "step": step.name,
            "kind": step.kind,
            "seconds": step.seconds,
            "machine": step.machine,
            "version": step.version,
            "key": step.key,
            "command": step.command,
        }
