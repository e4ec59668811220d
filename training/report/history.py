"""How a run's losses, learning rates and figures went, from the CSV files that its logger wrote."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from conf.errors import UserError


@dataclass(frozen=True, eq=False)
class Series:
    """A logged figure at N steps of the optimizer, ascending."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]


def read_history(run: Path) -> dict[str, Series]:
    """Every figure in `run`/csv/version_N/metrics.csv by its column's name; none where there is no such file.

    Each start of the run has a file of its own, and one that was stopped has told some steps that the next
    tells again: the later word holds. Rows and cells that are no finite numbers, as a kill may leave one, are
    passed over. UserError if a file is no such CSV.
    """
    told: dict[str, dict[int, float]] = {}
    for path in sorted(run.glob("csv/version_*/metrics.csv"), key=_start):
        try:
            with path.open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    _add(told, row)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise UserError(f"{path} cannot be read ({error}): mend it or move it away") from error
    return {name: _series(values) for name, values in told.items()}


def _start(path: Path) -> tuple[int, str]:
    """Order of the starts: version_2 comes before version_10."""
    name = path.parent.name
    return len(name), name


def _add(told: dict[str, dict[int, float]], row: Mapping[str | None, str | None]) -> None:
    step = _number(row.get("step"))
    if step is None:
        return
    for name, cell in row.items():
        value = _number(cell)
        if name not in (None, "step", "epoch") and value is not None:
            told.setdefault(str(name), {})[int(step)] = value


def _number(cell: object) -> float | None:
    try:
        value = float(cell) if isinstance(cell, str) else float("nan")
    except ValueError:
        return None
    return value if isfinite(value) else None


def _series(values: dict[int, float]) -> Series:
    steps = sorted(values)
    return Series(np.array(steps, np.int64), np.array([values[step] for step in steps], np.float64))
