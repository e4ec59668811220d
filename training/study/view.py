"""A study's results looked up and put in order, as every form of its report needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from statistics import fmean

from training.study.results import Case, Comparison, Estimate, StudyResults, Trial
from training.study.words import plain

COSTS = ("parameters", "multiply-adds")  # among the facts in evaluate.py's figures


@dataclass(frozen=True, eq=False)
class Panel:
    """Cases that are shown together, each under its name."""

    title: str  # "" where there is one panel alone
    rows: Sequence[tuple[str, Case]]


@dataclass(frozen=True)
class Kind:
    """All steps of one kind that were done."""

    name: str
    count: int
    seconds: float
    machines: str


@dataclass(frozen=True, eq=False)
class View:
    """Results by case; cases go by the axis' points and then by arms, each in the order they were given."""

    results: StudyResults

    @cached_property
    def estimates(self) -> dict[Case, Estimate]:
        found = {each.case: each for each in self.results.estimates}
        return {case: found[case] for case in sorted(found, key=self._place)}

    @cached_property
    def comparisons(self) -> dict[Case, Comparison]:
        found = {each.case: each for each in self.results.comparisons}
        return {case: found[case] for case in sorted(found, key=self._place)}

    @cached_property
    def trials(self) -> dict[Case, list[Trial]]:
        """Those of each estimate, by seed."""
        found: dict[Case, list[Trial]] = {case: [] for case in self.estimates}
        for trial in sorted(self.results.trials, key=lambda trial: trial.seed):
            found.setdefault(trial.case, []).append(trial)
        return found

    @property
    def seeds(self) -> list[int]:
        return sorted({trial.seed for trial in self.results.trials})

    @property
    def points(self) -> list[str]:
        """Those of the axis where there is an estimate."""
        return list(dict.fromkeys(case.point for case in self.estimates))

    @property
    def arms(self) -> list[str]:
        """Those of which there is an estimate."""
        there = {case.arm for case in self.estimates}
        return [name for name in self.results.arms if name in there]

    @cached_property
    def numbers(self) -> dict[str, float]:
        """The axis' points as numbers; none where they are words, or a single one."""
        try:
            values = {point: float(point) for point in self.results.points}
        except ValueError:
            return {}
        return values if len(values) > 1 and all(map(isfinite, values.values())) else {}

    def label(self, arm: str) -> str:
        """An arm in words."""
        return self.results.arms[arm].about or arm

    def spelt(self, point: str) -> str:
        """A point of the axis in words."""
        return plain(self.numbers[point]) if point in self.numbers else point

    def name(self, case: Case) -> str:
        """A case in words."""
        return f"{self.label(case.arm)}, {self.at(case.point)}" if case.point else self.label(case.arm)

    def at(self, point: str) -> str:
        """Where on the axis: "trained on synthetic", "real pictures 200"."""
        return f"{self.results.axis} {self.spelt(point)}".strip()

    def _place(self, case: Case) -> tuple[int, int]:
        points, arms = self.results.points, list(self.results.arms)
        return points.index(case.point) if case.point in points else -1, arms.index(case.arm)

    def estimate_panels(self) -> list[Panel]:
        """Arms at each point; the points of a single arm."""
        if len(self.arms) == 1:
            rows = [(self.spelt(case.point) or self.label(case.arm), case) for case in self.estimates]
            return [Panel("", rows)]
        return self.by_point(list(self.estimates))

    def difference_panels(self) -> list[Panel]:
        """Arms at each point, the largest loss first; along an axis of numbers, the points of each arm."""
        if self.numbers:
            return [
                Panel(
                    self.label(arm),
                    [(self.spelt(case.point), case) for case in self.comparisons if case.arm == arm],
                )
                for arm in self.results.arms
                if any(case.arm == arm for case in self.comparisons)
            ]
        found = self.comparisons
        return self.by_point(sorted(found, key=lambda case: found[case].difference.estimate))

    def by_point(self, cases: Sequence[Case]) -> list[Panel]:
        """The cases in their order, under the points of the axis."""
        points = sorted({case.point for case in cases}, key=[*self.points, *self.results.points].index)
        return [
            Panel(
                self.at(point) if len(self.results.points) > 1 else "",
                [(self.label(case.arm), case) for case in cases if case.point == point],
            )
            for point in points
        ]

    def mean_figure(self, case: Case, *keys: str) -> float:
        """The mean over a case's trials of an entry of figures.json; NaN where none has it."""
        values = [value for trial in self.trials[case] if isfinite(value := figure(trial, *keys))]
        return fmean(values) if values else nan

    def costs(self, case: Case) -> list[str]:
        """What the case's detector costs, where evaluate.py says so."""
        told = self.trials[case][0].figures.get("facts", {}) if self.trials[case] else {}
        return [told.get(name, "") for name in COSTS]

    @property
    def detectors_differ(self) -> bool:
        """Whether what a detector costs is worth telling case by case."""
        return len({tuple(self.costs(case)) for case in self.estimates}) > 1

    @cached_property
    def kinds(self) -> list[Kind]:
        """Steps by kind, in the order in which each was first done."""
        found = []
        for name in dict.fromkeys(step.kind for step in self.results.done):
            steps = [step for step in self.results.done if step.kind == name]
            machines = "; ".join(dict.fromkeys(step.machine for step in steps))
            found.append(Kind(name, len(steps), sum(step.seconds for step in steps), machines))
        return found


def figure(trial: Trial, *keys: str) -> float:
    """An entry of a trial's figures.json, NaN where it has none."""
    found = trial.figures
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None  # type: ignore[assignment]
    return float(found) if isinstance(found, int | float) else nan


def is_found(comparison: Comparison) -> bool:
    """Whether the interval excludes 0."""
    return comparison.difference.low > 0 or comparison.difference.high < 0
