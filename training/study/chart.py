"""Charts of intervals that the page draws with nothing but CSS: all places are in percent of their width."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median
from typing import Any

from matplotlib.ticker import MaxNLocator

from training.metrics.bootstrap import Interval
from training.study import published
from training.study.results import Case
from training.study.view import Panel, View, is_found

TICKS = 6  # at most
GIANT = 3.0  # times the median row, from which a difference is cut off
MARGIN = 0.03  # of the stretch that is drawn


@dataclass(frozen=True)
class Scale:
    """From percent points to places between 0 and 100."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def __call__(self, value: float) -> float:
        return round(100 * (value - self.low) / (self.high - self.low), 2)


@dataclass(frozen=True, eq=False)
class Row:
    """An interval and what stands beside it, in percent points."""

    label: str
    case: Case
    interval: Interval
    found: bool  # the interval excludes 0
    marks: Sequence[float]  # further values to mark

    @property
    def low(self) -> float:
        return 100 * self.interval.low

    @property
    def high(self) -> float:
        return 100 * self.interval.high

    @property
    def estimate(self) -> float:
        return 100 * self.interval.estimate

    @property
    def bounded(self) -> bool:
        """Whether there is an interval: one drive alone has none."""
        return isfinite(self.low) and isfinite(self.high)

    @property
    def values(self) -> list[float]:
        """All that is to be drawn."""
        return [value for value in (self.low, self.estimate, self.high, *self.marks) if isfinite(value)]

    @property
    def reach(self) -> float:
        """The farthest from 0."""
        return max(map(abs, self.values), default=0.0)


@dataclass(frozen=True, eq=False)
class Chart:
    """Panels of rows on one scale."""

    scale: Scale
    cut: bool  # there are rows that the scale does not hold
    panels: Sequence[tuple[str, Sequence[Row]]]


def differences(view: View) -> Chart:
    """Every comparison, with the paper's difference where it has one."""
    drawn = {case: _difference(view, case) for case in view.comparisons}
    return _chart(view.difference_panels(), drawn, around_zero=True)


def _difference(view: View, case: Case) -> Mapping[str, Any]:
    comparison = view.comparisons[case]
    theirs = published.difference(case, comparison.baseline)
    return {
        "interval": comparison.difference,
        "found": is_found(comparison),
        "marks": [] if theirs is None else [theirs],
    }


def estimates(view: View) -> Chart:
    """Every estimate, with each seed's AP."""
    drawn = {
        case: {
            "interval": estimate.ap,
            "found": True,
            "marks": [100 * trial.score.ap for trial in view.trials[case] if isfinite(trial.score.ap)],
        }
        for case, estimate in view.estimates.items()
    }
    return _chart(view.estimate_panels(), drawn, around_zero=False)


def _chart(panels: Sequence[Panel], drawn: Mapping[Case, Mapping[str, Any]], around_zero: bool) -> Chart:
    rows = [
        (panel.title, [Row(label, case, **drawn[case]) for label, case in panel.rows]) for panel in panels
    ]
    there = [row for _, each in rows for row in each]
    kept = _without_giants(there) if around_zero else there
    values = [value for row in kept for value in row.values]
    return Chart(_scale([*values, 0.0] if around_zero else values), len(kept) < len(there), rows)


def _without_giants(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows but those so large that the others would be too small to see."""
    if not rows:
        return rows
    limit = GIANT * median(row.reach for row in rows)
    return [row for row in rows if row.reach <= limit]


def _scale(values: Sequence[float]) -> Scale:
    """Holds all values, with a little room on both sides."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    margin = MARGIN * (high - low) or 1.0
    low, high = low - margin, high + margin
    ticks = MaxNLocator(TICKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return Scale(low, high, tuple(float(tick) for tick in ticks if low <= tick <= high))
