"""report.md: a study's figures as sentences and tables, to be read where Markdown is shown."""

from collections.abc import Iterable, Iterator, Sequence

from training.metrics.paired import points
from training.report.figures import percent
from training.study import published
from training.study.view import View
from training.study.words import duration, gist, number, percent_bounds, point_bounds

_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|$"} | {"\n": " "})


def markdown(view: View) -> str:
    """The whole of it; what comes from outside is taken as words."""
    parts = [_head, _sentences, _missing, _notes, _differences, _estimates, _published, _run]
    return "\n".join(line for part in parts for line in part(view))


def _words(text: str) -> str:
    return text.translate(_SPECIAL)


def _table(
    header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()
) -> Iterator[str]:
    """A table whose columns `numbers` are flush right; the cells are Markdown."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'|'.join('---:' if column in numbers else '---' for column in range(len(header)))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _head(view: View) -> Iterator[str]:
    results = view.results
    told = [results.facts[name] for name in ("detector", "frames") if results.facts.get(name)]
    told.append(f"seeds {', '.join(map(str, view.seeds)) or 'none'}")
    told.append(f"{number(len(results.test), 'test picture')} of {number(results.clusters, 'drive')}")
    yield from (f"# {_words(results.title)}", "", f"{_words('; '.join(told))}.", "")
    yield from ("The same with plots and pictures is in index.html. The CSV files hold every figure.", "")


def _sentences(view: View) -> Iterator[str]:
    if not view.estimates:
        yield from ("**No arm was measured: there is nothing to compare.**", "")
    for panel in view.difference_panels():
        if panel.title:
            by = f", by {view.results.axis}" if view.numbers else ""
            yield from (f"**{_words(panel.title + by)}**", "")
        for label, case in panel.rows:
            where = f"at {label}, " if view.numbers else ""
            yield f"- {_words(where + view.comparisons[case].sentence)}"
        yield ""


def _missing(view: View) -> Iterator[str]:
    if view.results.missing:
        yield from ("**Missing**", "")
        for each in view.results.missing:
            log = f" ({each.log})" if each.log else ""
            yield f"- {_words(f'{each.name}: {gist(each.why)}{log}')}"
        yield ""


def _notes(view: View) -> Iterator[str]:
    if view.results.notes:
        yield from ("**To be kept in mind**", "", *(f"- {_words(note)}" for note in view.results.notes), "")


def _differences(view: View) -> Iterator[str]:
    panels = view.difference_panels()
    if not panels or view.results.baseline is None:
        return
    base = _words(view.label(view.results.baseline))
    yield from ("## What each arm changes", "", f"AP at IoU 0.5 less that of {base}, in percent points.", "")
    for panel in panels:
        rows = []
        for label, case in panel.rows:
            found = view.comparisons[case]
            theirs = published.difference(case, found.baseline)
            told = points(found.difference.estimate), point_bounds(found.difference)
            rows.append(
                (_words(label), *told, str(len(found.seeds)), "" if theirs is None else points(theirs / 100))
            )
        title = _words(panel.title) or "arm"
        yield from _table((title, "AP", "interval", "seeds", "DR paper"), rows, (1, 2, 3, 4))


def _estimates(view: View) -> Iterator[str]:
    panels = view.estimate_panels()
    if not view.estimates:
        return
    yield from ("## All results", "")
    yield from ("AP at IoU 0.5, KITTI moderate R40 and COCO AP, in percent, means over seeds.", "")
    costs = ("parameters", "multiply-adds") if view.detectors_differ else ()
    for panel in panels:
        rows = []
        for label, case in panel.rows:
            ap = view.estimates[case].ap
            rows.append((
                _words(label),
                percent(ap.estimate),
                percent_bounds(ap),
                ", ".join(percent(trial.score.ap) for trial in view.trials[case]),
                percent(view.mean_figure(case, "kitti", "moderate", "r40")),
                percent(view.mean_figure(case, "coco", "AP")),
                *(_words(cost) for cost in (view.costs(case) if costs else ())),
            ))  # fmt: skip
        title = _words(panel.title) or ("arm" if len(view.arms) > 1 else _words(view.results.axis) or "arm")
        header = (title, "AP", "interval", "each seed", "KITTI", "COCO", *costs)
        yield from _table(header, rows, range(1, len(header)))


def _published(_: View) -> Iterator[str]:
    yield from (
        "## The paper's figures",
        "",
        f"{published.PAPER}: AP at IoU 0.5, in percent. {published.CONDITIONS}",
        "",
    )
    rows = [
        (
            each.subject,
            each.name,
            each.detector,
            "–" if each.ap is None else f"{each.ap:.1f}",
            points(each.difference / 100) if each.difference else "",
            each.place,
        )
        for each in published.PUBLISHED
    ]
    yield from _table(("", "", "detector", "AP", "difference", "where"), rows, (3, 4))


def _run(view: View) -> Iterator[str]:
    results = view.results
    yield from ("## What was run", "", "```", *results.command.splitlines(), "```", "")
    rows = [(_words(name), _words(value)) for name, value in results.facts.items()]
    yield from _table(("", ""), rows) if rows else ()
    if results.done:
        steps = [
            (_words(kind.name), str(kind.count), duration(kind.seconds), _words(kind.machines))
            for kind in view.kinds
        ]
        total = duration(sum(step.seconds for step in results.done))
        together = ("**together**", str(len(results.done)), f"**{total}**", "steps.csv has each")
        yield from _table(("step", "times", "in all", "on"), [*steps, together], (1, 2))
