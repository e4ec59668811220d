"""Matplotlib's plots as SVG elements that take their colours from the page, light or dark."""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from matplotlib.rcsetup import cycler
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from training.metrics import kitti
from training.metrics.curves import Curve
from training.metrics.overlaps import Floats
from training.report.figures import percent
from training.report.history import Series

# Stand-ins that Matplotlib draws with, and the page's custom properties that take their places.
INK, QUIET, LINE = "#010101", "#020202", "#030303"
SERIES = ("#040401", "#040402", "#040403", "#040404", "#040405", "#040406")
_PROPERTIES = {
    INK: "var(--ink)",
    QUIET: "var(--quiet)",
    LINE: "var(--line)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, start=1)},
}

_STYLE: Any = {  # Matplotlib's own type lists every key there is
    "axes.edgecolor": QUIET,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.labelcolor": QUIET,
    "axes.prop_cycle": cycler(color=SERIES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.size": 11.0,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.6,
    "svg.fonttype": "none",  # letters stay letters, which the page sets in its own font
    "svg.hashsalt": "report",  # the same plot, the same file
    "text.color": INK,
    "text.parse_math": False,  # names come from outside
    "xtick.color": QUIET,
    "xtick.major.size": 3.0,
    "ytick.color": QUIET,
    "ytick.major.size": 0.0,
}

_SMOOTHED = 40  # pieces that a curve of losses is averaged over


class Plot:
    """Axes to draw on; `svg` is complete when the block of `plot` has ended."""

    def __init__(self, axes: Axes) -> None:
        self.axes, self.svg = axes, ""


@contextmanager
def plot(name: str, x: str, y: str, size: tuple[float, float] = (5.0, 3.6)) -> Iterator[Plot]:
    """Axes of a `size` in inches, by default for a third of the page's width.

    `name` makes ids unique, `x` and `y` say what the axes are.
    """
    with matplotlib.rc_context(_STYLE):
        canvas = Canvas(figsize=size, layout="constrained")
        axes = canvas.add_subplot()
        axes.set_xlabel(x)
        axes.set_title(y, loc="left", fontsize=11.0, color=QUIET)
        drawing = Plot(axes)
        yield drawing
        drawing.svg = _svg(canvas, name)


def _svg(canvas: Canvas, name: str) -> str:
    """The bare <svg> element, with ids of its own and the page's colours."""
    told = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    FigureCanvasSVG(canvas).print_svg(told, metadata=nothing)  # type: ignore[no-untyped-call]
    text = told.getvalue()
    text = text[text.index("<svg ") :].strip()
    text = re.sub(r'\b(id="|xlink:href="#|url\(#)', rf"\g<1>{name}-", text)
    for colour, replacement in _PROPERTIES.items():
        text = text.replace(colour, replacement)
    return text


def precision_recall(name: str, drawn: Curve, threshold: float, ap: float) -> str:
    """The paper's curve, with the point at `threshold` marked."""
    with plot(name, "recall", "precision") as drawing:
        if drawn.positives and len(drawn.scores):
            recall, precision = np.append(0.0, drawn.recall), np.append(drawn.precision[:1], drawn.precision)
            drawing.axes.plot(recall, precision, label=f"AP {percent(ap)}")
            _mark_threshold(drawing.axes, drawn, threshold, drawn.recall, drawn.precision)
        _shares(drawing.axes)
    return drawing.svg


def kitti_precision_recall(name: str, scores: Mapping[str, kitti.Score]) -> str:
    """The three difficulties' precision at the 41 recalls."""
    with plot(name, "recall", "precision") as drawing:
        recall = np.linspace(0, 1, kitti.SAMPLES)
        for difficulty, score in scores.items():
            if score.precision.any():
                drawing.axes.plot(recall, score.precision, label=f"{difficulty}, R40 {percent(score.r40)}")
        _shares(drawing.axes)
    return drawing.svg


def by_threshold(name: str, drawn: Curve, threshold: float) -> str:
    """Precision, recall and F1 of the paper's protocol where detections from a score up are kept."""
    with plot(name, "lowest score kept", "share") as drawing:
        if drawn.positives and len(drawn.scores):
            f1 = 2 * drawn.precision * drawn.recall / np.maximum(drawn.precision + drawn.recall, 1e-12)
            for label, values in (("precision", drawn.precision), ("recall", drawn.recall), ("F1", f1)):
                drawing.axes.plot(drawn.scores, values, label=label)
            _mark_threshold(drawing.axes, drawn, threshold, drawn.scores, f1)
        _shares(drawing.axes)
    return drawing.svg


def _mark_threshold(axes: Axes, drawn: Curve, threshold: float, x: Floats, y: Floats) -> None:
    """A point on a curve (T,) at the last score that reaches the threshold."""
    reached = np.flatnonzero(drawn.scores >= threshold)
    if len(reached):
        place = reached[-1]
        axes.plot(x[place], y[place], "o", color=INK, markersize=5, label=f"at score {threshold:.2f}")


def _shares(axes: Axes) -> None:
    """Both axes from 0 to 1; words where there is no curve."""
    axes.set(xlim=(0, 1.01), ylim=(0, 1.02))
    if axes.lines:
        legend(axes)
    else:
        axes.text(0.5, 0.5, "nothing to find, or nothing found", ha="center", color=QUIET)


def losses(name: str, series: Mapping[str, Series]) -> str:
    """Losses over the steps: all values of the first faint, and running means of each."""
    with plot(name, "step", "loss") as drawing:
        axes = drawing.axes
        for number, (label, each) in enumerate(series.items()):
            if not number:
                axes.plot(each.steps, each.values, color=SERIES[0], alpha=0.3, linewidth=0.8)
            axes.plot(each.steps, _running_mean(each.values), color=SERIES[number % len(SERIES)], label=label)
        if all((each.values > 0).all() for each in series.values()):
            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.yaxis.set_minor_locator(NullLocator())
        _over_steps(axes, len(series) > 1)
    return drawing.svg


def rates(name: str, series: Mapping[str, Series]) -> str:
    """Learning rates over the steps."""
    with plot(name, "step", "learning rate") as drawing:
        for label, each in series.items():
            drawing.axes.plot(each.steps, each.values, label=label)
        drawing.axes.set_ylim(bottom=0)
        _over_steps(drawing.axes, len(series) > 1)
    return drawing.svg


def validation(name: str, series: Mapping[str, Series]) -> str:
    """APs (0..1) on validation sets over the steps, in percent, the best of each marked."""
    with plot(name, "step", "AP, %") as drawing:
        for label, each in series.items():
            best = int(np.argmax(each.values))
            (line,) = drawing.axes.plot(each.steps, 100 * each.values, ".-", markersize=5)
            drawing.axes.plot(
                each.steps[best], 100 * each.values[best], "o", color=line.get_color(), markersize=7,
                label=f"{label}, best {percent(each.values[best])} at step {each.steps[best]:,}",
            )  # fmt: skip
        drawing.axes.set_ylim(bottom=0)
        _over_steps(drawing.axes, named=True)
    return drawing.svg


def _over_steps(axes: Axes, named: bool) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    if named:
        legend(axes)


def legend(axes: Axes) -> None:
    """Where it covers least, and whatever its length without a say in how large the axes are."""
    axes.legend(loc="best").set_in_layout(False)


def _running_mean(values: Floats) -> Floats:
    """(N,) each with its neighbours; at the ends, with those that are there."""
    window = np.ones(2 * (len(values) // _SMOOTHED // 2) + 1)
    return np.convolve(values, window, "same") / np.convolve(np.ones(len(values)), window, "same")
