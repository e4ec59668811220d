"""Geometry of the histograms: bars for the dataset, a stepped outline for KITTI, ticks, captions."""

from dataclasses import dataclass

from scenegen.gallery.statistics import EDGES, Summary, median, shares

WIDTH, HEIGHT = 260.0, 110.0  # of the plot area, in the units of the SVG's viewBox
GAP = 1.0  # between bars


@dataclass(frozen=True)
class Axis:
    """How a measure is shown. `ticks` are bin indices, fractional where a tick stands inside a bin."""

    title: str
    about: str
    ticks: tuple[tuple[float, str], ...]
    unit: str | None = None  # of the median; None where a median says little


def _bin_position(key: str, value: float) -> float:
    """Where a value stands on the axis, counted in bins; bins are drawn equally wide."""
    edges = EDGES[key]
    i = max(j for j, edge in enumerate(edges) if edge <= value)
    return i + ((value - edges[i]) / (edges[i + 1] - edges[i]) if i + 1 < len(edges) else 0.0)


def _at(key: str, values: tuple[float, ...], unit: str = "") -> tuple[tuple[float, str], ...]:
    return tuple((_bin_position(key, value), f"{value:g}{unit}") for value in values)


def _named(*names: str) -> tuple[tuple[float, str], ...]:
    return tuple((i + 0.5, name) for i, name in enumerate(names))


AXES = {
    "height_px": Axis(
        "Box height",
        "pixels, logarithmic; KITTI asks for 40 (easy) and 25 (moderate, hard)",
        _at("height_px", (10, 25, 40, 80, 160, 320)),
        "px",
    ),
    "width_px": Axis(
        "Box width", "pixels, logarithmic", _at("width_px", (10, 25, 50, 100, 200, 400, 800)), "px"
    ),
    "depth_m": Axis("Depth", "metres from the camera", _at("depth_m", (0, 20, 40, 60, 80, 100)), "m"),
    "cars_per_image": Axis(
        "Cars per image",
        "16 stands for 16 and more",
        tuple((i + 0.5, str(i)) for i in (0, 4, 8, 12, 16)),
    ),
    "view": Axis("View", "the side that is seen, within 45°", _named("rear", "front", "side")),
    "alpha_deg": Axis(
        "Orientation",
        "observation angle α: −90° is seen from the rear, +90° from the front",
        tuple((_bin_position("alpha_deg", v), f"{v}°".replace("-", "−")) for v in (-180, -90, 0, 90, 180)),
    ),
    "occlusion": Axis(
        "Occlusion",
        "KITTI's levels; 3 is unknown in KITTI",
        _named("0 visible", "1 partly", "2 largely", "3"),
    ),
    "truncation": Axis(
        "Truncation",
        "share of the car outside the image",
        _named("none", "to 15 %", "to 30 %", "to 50 %", "over"),
    ),
}


@dataclass(frozen=True)
class Bar:
    """One bin: a rectangle and the text shown when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True)
class Chart:
    """All that the page's template needs to draw one histogram."""

    key: str
    title: str
    about: str
    bars: tuple[Bar, ...]
    outline: str  # SVG path of the reference
    ticks: tuple[tuple[float, str], ...]  # x, label
    levels: tuple[tuple[float, str], ...]  # y, label
    summary: str  # the chart in words


def make_chart(key: str, data: Summary, reference: Summary) -> Chart:
    """The histogram of one measure of EDGES beside the reference's, both as shares of their own total."""
    ours, theirs = shares(data.histograms[key]), shares(reference.histograms[key])
    top = _round_up(max(*ours, *theirs))
    step = WIDTH / len(ours)
    axis = AXES[key]
    return Chart(
        key=key,
        title=axis.title,
        about=axis.about,
        bars=tuple(
            Bar(
                x=i * step + GAP / 2,
                y=HEIGHT * (1 - share / top),
                width=step - GAP,
                height=HEIGHT * share / top,
                text=f"{_bin_text(key, i)}: {share:.1%} here, {theirs[i]:.1%} in KITTI",
            )
            for i, share in enumerate(ours)
        ),
        outline=_outline([HEIGHT * (1 - share / top) for share in theirs], step),
        ticks=tuple((position * step, label) for position, label in axis.ticks),
        levels=tuple((HEIGHT * (1 - part), f"{top * part:.0%}") for part in (0.5, 1.0)),
        summary=_in_words(key, data, reference),
    )


def _outline(heights: list[float], step: float) -> str:
    """A staircase through the tops of the reference's bins."""
    parts = [f"M0 {HEIGHT:.2f}"]
    for i, y in enumerate(heights):
        parts.append(f"V{y:.2f}H{(i + 1) * step:.2f}")
    return "".join(parts) + f"V{HEIGHT:.2f}"


def _round_up(share: float) -> float:
    """The smallest tidy axis end that holds a share."""
    return next(end for end in (0.04, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0) if share <= end)


def _bin_text(key: str, i: int) -> str:
    ticks = AXES[key].ticks
    edges = EDGES[key]
    if key == "cars_per_image":
        return f"{i} cars" if i < len(edges) - 2 else f"{i} cars or more"
    if len(ticks) == len(edges) - 1:  # one label for each bin
        return ticks[i][1]
    return f"{edges[i]:.0f} to {edges[i + 1]:.0f}"


def _in_words(key: str, data: Summary, reference: Summary) -> str:
    """Both sides in one figure each: mean, median, or the share of the first class; may be empty."""
    ours, theirs = data.histograms[key], reference.histograms[key]
    if not any(ours):
        return "nothing to count here"
    if key == "cars_per_image":
        return f"mean {data.cars / data.images:.1f}, KITTI {reference.cars / reference.images:.1f}"
    if unit := AXES[key].unit:
        return f"median {median(key, ours):.0f}, KITTI {median(key, theirs):.0f} {unit}"
    if key == "alpha_deg":
        return ""
    first = AXES[key].ticks[0][1]
    return f"{first} {shares(ours)[0]:.0%}, KITTI {shares(theirs)[0]:.0%}"
