"""How a report of a study writes numbers."""

from training.metrics.bootstrap import Interval
from training.metrics.paired import points
from training.report.figures import percent


def tick(value: float, signed: bool) -> str:
    """A round number at an axis: "−20", "+2.5", or "20" where it is not signed."""
    return f"{value:+g}".replace("-", "−") if signed and value else f"{value:g}"


def point_bounds(interval: Interval) -> str:
    """Of a difference: "−6.0 … −2.3"."""
    return f"{points(interval.low)} … {points(interval.high)}"


def percent_bounds(interval: Interval) -> str:
    """Of an AP: "52.1 … 60.3"."""
    return f"{percent(interval.low)} … {percent(interval.high)}"


def duration(seconds: float) -> str:
    """As "42 s", "17 min" or "3 h 05 min"."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def plain(value: float) -> str:
    """A number at an axis: "5,200", "0.25"."""
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def number(count: int, noun: str) -> str:
    """A count with its noun: "1 drive", "1,200 pictures"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def gist(message: str) -> str:
    """The last line of what a failed program said: the error itself, without the way there."""
    return message.strip().rpartition("\n")[2]
