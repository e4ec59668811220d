"""A portable stream of random numbers: the same draws on every NumPy, Python and machine.

NumPy promises that a bit generator's raw output never changes, but not that of `Generator`'s distributions
(NEP 19). Everything that shapes a frame therefore draws from the raw 64-bit words through the few
transformations below, and floats are rounded to nine decimals so that a last-bit difference between two
maths libraries cannot reach a SceneSpec.
"""

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_STANDARD_NORMAL = NormalDist()


class Stream:
    """Draws from PCG64 seeded with `key` (any non-negative integer)."""

    def __init__(self, key: int) -> None:
        self._bits = np.random.PCG64(key)

    def random(self) -> float:
        """A float in [0, 1): the upper 53 bits of one word."""
        return (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def words(self, count: int) -> NDArray[np.uint64]:
        """`count` raw 64-bit words."""
        return np.asarray(self._bits.random_raw(count), np.uint64)

    def array(self, *shape: int) -> NDArray[np.float64]:
        """Floats in [0, 1) of the given shape."""
        words = self.words(int(np.prod(shape)))
        return ((words >> np.uint64(11)) * 2.0**-53).reshape(shape)

    def uniform(self, low: float, high: float) -> float:
        """A float in [low, high]; `low == high` still takes one draw, so that a fixed arm stays aligned."""
        return round(low + (high - low) * self.random(), 9)

    def log_uniform(self, low: float, high: float) -> float:
        """A float in [low, high] whose logarithm is uniform; both bounds positive."""
        return round(float(low * (high / low) ** self.random()), 9)

    def normal(self, mean: float, sd: float, clip: float = 2.5) -> float:
        """A normal draw by inverse CDF, truncated to `clip` standard deviations (no rejection: one draw)."""
        lo, hi = _STANDARD_NORMAL.cdf(-clip), _STANDARD_NORMAL.cdf(clip)
        z = _STANDARD_NORMAL.inv_cdf(lo + (hi - lo) * self.random())
        return round(mean + sd * z, 9)

    def integer(self, low: int, high: int) -> int:
        """An integer in [low, high], both included."""
        return low + min(int(self.random() * (high - low + 1)), high - low)

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.random() < probability

    def choice(self, items: Sequence[T]) -> T:
        """One of `items`, each as likely."""
        return items[self.integer(0, len(items) - 1)]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One key of `weights`, drawn in proportion to its value (weights need not sum to 1)."""
        target = self.random() * sum(weights.values())
        for item, weight in weights.items():
            target -= weight
            if target < 0:
                return item
        return [item for item, weight in weights.items() if weight > 0][-1]  # rounding ate the last step
