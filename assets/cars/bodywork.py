"""Bodywork: the finished body's left half, asked where its surface is, to put parts on it or in it."""

from dataclasses import dataclass

import numpy as np

from assets.cars.frame import Floats


@dataclass(frozen=True, eq=False)
class Bodywork:
    """The grids of the body, each (lines, points, 3); see `topology.Shell`.

    wall, cabin: lines from the front's middle over the left side to the rear's middle, points upwards.
    top, roof: lines from front to rear, points from the left edge to the middle.
    The questions take y ≥ 0, and answer for the nearest point of the grid where it has no surface.
    """

    wall: Floats
    top: Floats
    cabin: Floats
    roof: Floats

    def front(self, y: float | Floats, z: float) -> Floats:
        """x of the front wall."""
        return _end(_cut(self.wall, 2, z), y)

    def rear(self, y: float | Floats, z: float) -> Floats:
        """x of the rear wall."""
        return _end(_cut(self.wall, 2, z)[::-1], y)

    def flank(self, x: float | Floats, z: float) -> Floats:
        """y of the left flank."""
        return _side(_cut(self.wall, 2, z), x, 1)

    def belt(self, x: float | Floats) -> Floats:
        """z of the flank's upper edge."""
        return _side(self.wall[:, -1], x, 2)

    def windscreen(self, y: float | Floats, z: float) -> Floats:
        """x of the windscreen."""
        return _end(_cut(self.cabin, 2, z), y)

    def rear_window(self, y: float | Floats, z: float) -> Floats:
        """x of the rear window."""
        return _end(_cut(self.cabin, 2, z)[::-1], y)

    def window(self, x: float | Floats, z: float) -> Floats:
        """y of the left windows and their pillars."""
        return _side(_cut(self.cabin, 2, z), x, 1)

    def around(self, height: float) -> Floats:
        """(lines, 3): around the cabin on its glass and pillars, `height` above its base."""
        return _cut(self.cabin, 2, self.cabin[:, 0, 2] + height)

    def above(self, x: float | Floats, y: float) -> Floats:
        """z of the roof."""
        return _side(_cut(self.roof, 1, y), x, 2)

    def lid(self, x: float | Floats, y: float) -> Floats:
        """z of the bonnet or the boot lid."""
        return _side(_cut(self.top, 1, y), x, 2)

    def roof_line(self, share: float) -> Floats:
        """(lines, 3): along the left half of the roof, at `share` of its half width."""
        return _cut(self.roof, 1, self.roof[:, 0, 1] * share)


def _cut(grid: Floats, axis: int, at: float | Floats) -> Floats:
    """(lines, 3): where each line of the grid passes `at` on `axis`, or its nearest end."""
    level = grid[..., axis]
    if level[0, 0] > level[0, -1]:
        grid, level = grid[:, ::-1], level[:, ::-1]
    passed = level[:, 1:-1] <= np.reshape(at, (-1, 1))
    below = passed.sum(axis=1)
    line = np.arange(len(grid))
    low, high = grid[line, below], grid[line, below + 1]
    start, end = low[:, axis], high[:, axis]
    share = np.minimum(np.maximum((at - start) / (end - start), 0.0), 1.0)
    return np.asarray(low + (high - low) * share[:, None])


def _end(line: Floats, y: float | Floats) -> Floats:
    """x at y on the end of the body where `line` begins, in its middle."""
    reach = int(line[: len(line) // 2, 1].argmax()) + 1
    return np.asarray(np.interp(y, line[:reach, 1], line[:reach, 0]))


def _side(line: Floats, x: float | Floats, axis: int) -> Floats:
    """The coordinate `axis` at x on a line that runs back."""
    return np.asarray(np.interp(-np.asarray(x), -line[:, 0], line[:, axis]))
