"""Progress of a job on stderr: a bar on a terminal, a line now and then in a log file."""

import sys
import time
from typing import Self

from tqdm import tqdm

_LINE_EVERY_S = 10.0


class Progress:
    """Counts frames as they finish. On a terminal tqdm draws rate and time left; elsewhere lines do.

    Rates are of this run alone: `before` frames were committed when it began.
    """

    def __init__(self, total: int, before: int) -> None:
        self._total, self._before, self._done, self._failed = total, before, 0, 0
        self._began = self._said = time.monotonic()
        self._bar = (
            tqdm(total=self._total, initial=before, unit="frame", dynamic_ncols=True, smoothing=0.1)
            if sys.stderr.isatty()
            else None
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    @property
    def seconds(self) -> float:
        """Since the beginning of this run."""
        return time.monotonic() - self._began

    def frame(self, failed: bool) -> None:
        """Count one frame."""
        self._done += 1
        self._failed += failed
        if self._bar is not None:
            self._bar.set_postfix_str(self._postfix(), refresh=False)
            self._bar.update()
        elif time.monotonic() - self._said > _LINE_EVERY_S:
            self._said = time.monotonic()
            print(self._line(), file=sys.stderr, flush=True)

    def _postfix(self) -> str:
        failures = f", {self._failed} failed" if self._failed else ""
        return f"{self.seconds / self._done:.2f} s/frame{failures}"

    def _line(self) -> str:
        at = self._before + self._done
        left = duration((self._total - at) * self.seconds / self._done)
        return f"{at} of {self._total} frames, {self._postfix()}, {left} left"


def duration(seconds: float) -> str:
    """'42 s', '3 min 5 s' or '2 h 10 min'."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
