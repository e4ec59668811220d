"""A study's report: index.html, report.md and the CSV files, in one folder that needs nothing else."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from training.metrics.paired import points
from training.report import rendering
from training.report.files import write_atomic
from training.study import chart, plots, published, words
from training.study.markdown import markdown
from training.study.misses import misses
from training.study.results import StudyResults, Trial
from training.study.samples import samples
from training.study.tables import as_csv, tables
from training.study.view import View


def write_study(folder: Path, results: StudyResults) -> None:
    """Write the report into `folder`, each file whole or not at all, the page last.

    A study of which little or nothing came to an end has a report too, which says so. Raises RunError where
    the disk refuses. A picture that can't be read is left out with a word.
    """
    view = View(results)
    page = _page(view, folder)
    for name, lines in tables(view).items():
        write_atomic(folder / name, as_csv(lines))
    write_atomic(folder / "report.md", markdown(view).encode("utf-8"))
    write_atomic(folder / "index.html", page.encode("utf-8"))


def _page(view: View, folder: Path) -> str:
    environment = rendering.environment()
    spelling = (
        points,
        words.point_bounds,
        words.percent_bounds,
        words.duration,
        words.tick,
        words.gist,
    )
    environment.filters |= {each.__name__: each for each in spelling}
    compared, worst = misses(view)
    return environment.get_template("study.html.j2").render(
        title=view.results.title,
        style=rendering.style("style.css", "study.css"),
        view=view,
        results=view.results,
        differences=chart.differences(view),
        estimates=chart.estimates(view),
        along=Markup(plots.along_axis(view)) if view.numbers and view.estimates else None,
        curves=[(title, Markup(svg)) for title, svg in plots.precision_recall(view)],
        samples=samples(view),
        compared=compared,
        worst=worst,
        published=published,
        link=lambda trial: _link(trial, folder),
    )


def _link(trial: Trial, folder: Path) -> str | None:
    """The address of a trial's own report as seen from the page, while it is there."""
    if trial.report.is_file():
        with suppress(ValueError):  # on another of Windows' drives
            return quote(Path(os.path.relpath(trial.report, folder)).as_posix())
    return None
