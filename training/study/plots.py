"""A study's curves: AP along an axis of numbers, and precision over recall."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, log10

import numpy as np
from matplotlib.axes import Axes

from training.metrics.curves import curve, precision_at
from training.metrics.overlaps import Floats
from training.report.plots import INK, QUIET, SERIES, legend, plot
from training.study import published
from training.study.results import Case
from training.study.tables import RECALLS
from training.study.view import View
from training.study.words import plain

WIDE = (7.4, 4.4)  # inches
LOGARITHMIC = 30  # the ratio of the axis' ends from which it is
DECADES_TO_ZERO = 0.45  # left of the smallest other number, on a logarithmic axis
LABEL_GAP = 0.055  # of the axis, between the middles of two numbers at it
TOGETHER = 4  # curves in one plot, beside the baseline's


class _Axis:
    """Where numbers lie on the plot's x axis: as they are, or by their logarithms with 0 set apart."""

    def __init__(self, values: Sequence[float]) -> None:
        positive = sorted(value for value in values if value > 0)
        self.logarithmic = min(values) >= 0 and len(positive) > 1 and positive[-1] > LOGARITHMIC * positive[0]
        self._zero = log10(positive[0]) - DECADES_TO_ZERO if self.logarithmic else 0.0

    def __call__(self, value: float) -> float:
        if not self.logarithmic:
            return value
        return log10(value) if value > 0 else self._zero


def along_axis(view: View) -> str:
    """AP (percent) over the axis' numbers: a line with its interval per arm, and the paper's beside it."""
    theirs = _published(view)
    place = _Axis([*view.numbers.values(), *(number for number, _ in theirs.values())])
    with plot("along", view.results.axis, "AP at IoU 0.5, %", WIDE) as drawing:
        for arm, colour in _colours(view).items():
            cases = sorted((c for c in view.estimates if c.arm == arm), key=lambda c: view.numbers[c.point])
            _line(drawing.axes, view, cases, place, colour)
            if arm in theirs:
                number, ap = theirs[arm]
                drawing.axes.plot(place(number), ap, "D", color=colour, markerfacecolor="none", markersize=6)
        if theirs:
            label = "DR paper, with all its real pictures"
            drawing.axes.plot([], [], "D", color=QUIET, markerfacecolor="none", label=label)
        numbers = sorted({*view.numbers.values(), *(number for number, _ in theirs.values())})
        _label(drawing.axes, place, numbers)
        legend(drawing.axes)
    return drawing.svg


def _line(axes: Axes, view: View, cases: Sequence[Case], place: _Axis, colour: str) -> None:
    """One arm's; what leads to a 0 that is set apart is dotted, for there is no scale."""
    x = np.array([place(view.numbers[case.point]) for case in cases])
    bounds = 100 * np.array(
        [(each.estimate, each.low, each.high) for each in (view.estimates[c].ap for c in cases)]
    )
    start = int(place.logarithmic and view.numbers[cases[0].point] == 0)
    axes.plot(x[start:], bounds[start:, 0], ".-", color=colour, markersize=7, label=view.label(cases[0].arm))
    axes.fill_between(x[start:], *bounds[start:, 1:].T, color=colour, alpha=0.16, linewidth=0)
    if start:
        axes.plot(x[:2], bounds[:2, 0], ":", color=colour, linewidth=1.2)
        axes.errorbar(
            x[:1],
            bounds[:1, 0],
            np.abs(bounds[:1, 1:] - bounds[:1, :1]).T,
            fmt=".",
            color=colour,
            markersize=7,
        )


def _published(view: View) -> dict[str, tuple[float, float]]:
    """By arm, the number of real pictures and AP that the paper gives."""
    if view.results.axis != published.REAL_PICTURES:
        return {}
    found = {arm: published.fine_tuned(arm) for arm in view.arms}
    return {arm: (each.real_pictures, each.ap) for arm, each in found.items() if each and each.ap}


def _label(axes: Axes, place: _Axis, numbers: Sequence[float]) -> None:
    """The numbers themselves at the axis, as far as there is room."""
    places = [place(number) for number in numbers]
    gap = LABEL_GAP * (places[-1] - places[0])
    kept = [0]
    for index in range(1, len(places)):
        if places[index] - places[kept[-1]] > gap * (0.6 + 0.2 * len(plain(numbers[index]))):
            kept.append(index)
    axes.set_xticks([places[index] for index in kept], [plain(numbers[index]) for index in kept])


def _colours(view: View) -> dict[str, str]:
    """The baseline in ink, the others in the page's series' colours."""
    others = [arm for arm in view.arms if arm != view.results.baseline]
    colours = {arm: SERIES[number % len(SERIES)] for number, arm in enumerate(others)}
    return {arm: colours.get(arm, INK) for arm in view.arms}


def precision_recall(view: View) -> list[tuple[str, str]]:
    """Titles and plots: each panel's cases, a handful at a time, the baseline with each handful."""
    drawn: list[tuple[str, str]] = []
    for panel in view.estimate_panels():
        rows = [(label, case) for label, case in panel.rows if view.trials[case]]
        base = [row for row in rows if row[1].arm == view.results.baseline and len(view.arms) > 1]
        for handful in _handfuls([row for row in rows if row not in base]):
            svg = _precision_recall(f"recall{len(drawn)}", view, [*base, *handful], len(base))
            drawn.append((panel.title, svg))
    return drawn


def _handfuls(rows: Sequence[tuple[str, Case]]) -> list[Sequence[tuple[str, Case]]]:
    """At most TOGETHER in each, and as even as can be; one that is empty where there are none."""
    count = max(1, ceil(len(rows) / TOGETHER))
    ends = [round(len(rows) * number / count) for number in range(count + 1)]
    return [rows[start:end] for start, end in pairwise(ends)]


def _precision_recall(name: str, view: View, rows: Sequence[tuple[str, Case]], baselines: int) -> str:
    """The means over seeds, and each seed's own, faintly; the first `baselines` dashed."""
    with plot(name, "recall", "precision") as drawing:
        axes = drawing.axes
        for number, (label, case) in enumerate(rows):
            colour = INK if number < baselines else SERIES[number - baselines]
            seeds = np.array(
                [precision_at(curve(trial.score.records), RECALLS) for trial in view.trials[case]]
            )
            if np.isnan(seeds).any():
                continue
            style = "--" if number < baselines else "-"
            axes.plot(*_until_zero(seeds.mean(axis=0)), style, color=colour, label=label, zorder=3)
            if len(seeds) > 1:
                for each in seeds:
                    axes.plot(*_until_zero(each), color=colour, alpha=0.25, linewidth=0.8)
        axes.set(xlim=(0, 1.01), ylim=(0, 1.02))
        if axes.lines:
            legend(axes)
    return drawing.svg


def _until_zero(precision: Floats) -> tuple[Floats, Floats]:
    """Recalls and precisions as far as the recall is reached, with the fall to 0 at its end."""
    last = int(np.count_nonzero(precision))
    return RECALLS[: last + 1], precision[: last + 1]
