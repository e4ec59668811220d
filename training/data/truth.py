"""What is true of a picture: its road users' boxes and how well each can be seen.

Boxes are x1, y1, x2, y2 in pixels, continuous and 0-based: one that covers the pixel columns 3 to 5 has x1 =
3 and x2 = 6. KITTI's numbers are kept as they stand, for its evaluation takes x2 − x1 as the width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from conf.errors import UserError
from training.data.pictures import Picture

NEUTRAL_KINDS = ("DontCare", "Van")  # KITTI's evaluation counts a detection there neither right nor wrong

UNTRACKED = -1
LARGEST_WHOLE = 2**63 - 1  # of tracks and frames: what NumPy's integers hold

Box = tuple[float, float, float, float]


class Row(NamedTuple):
    """One road user as a reader found it."""

    kind: str
    box: Box
    truncation: float = 0.0
    occlusion: int = 0
    distance_m: float = float("nan")
    ignored: bool = False
    track: int = UNTRACKED


@dataclass(frozen=True, eq=False)
class Truth:
    """The road users of one picture, N of them."""

    kind: NDArray[np.str_]
    """(N,) KITTI's names: Car, Van, Truck, Pedestrian, Person_sitting, Cyclist, Tram, Misc, DontCare; or
    another dataset's own."""
    boxes: NDArray[np.float64]
    """(N, 4) x1, y1, x2, y2, pixels, within the picture."""
    truncation: NDArray[np.float64]
    """(N,) the share that lies outside the picture, 0 to 1."""
    occlusion: NDArray[np.int64]
    """(N,) KITTI's levels: 0 fully visible, 1 partly occluded, 2 largely occluded, 3 unknown."""
    distance_m: NDArray[np.float64]
    """(N,) metres from the camera along the ground, √(x² + z²); NaN where unknown."""
    ignored: NDArray[np.bool_]
    """(N,) COCO's `iscrowd`: neither positive nor negative."""
    track: NDArray[np.int64]
    """(N,) who it is, by a number that stays over a sequence; UNTRACKED where unknown."""

    @classmethod
    def of(cls, rows: Sequence[Row] = ()) -> "Truth":
        """The truth that `rows` spell out; without rows, that of a picture without road users."""
        return cls(
            kind=np.array([row.kind for row in rows], dtype=np.str_),
            boxes=np.array([row.box for row in rows], dtype=np.float64).reshape(-1, 4),
            truncation=np.array([row.truncation for row in rows], dtype=np.float64),
            occlusion=np.array([row.occlusion for row in rows], dtype=np.int64),
            distance_m=np.array([row.distance_m for row in rows], dtype=np.float64),
            ignored=np.array([row.ignored for row in rows], dtype=np.bool_),
            track=np.array([row.track for row in rows], dtype=np.int64),
        )

    @property
    def cars(self) -> NDArray[np.bool_]:
        """(N,) the positives."""
        return (self.kind == "Car") & ~self.ignored

    @property
    def neutral(self) -> NDArray[np.bool_]:
        """(N,) what is neither positive nor negative: DontCare, Van, and whatever is ignored."""
        return np.isin(self.kind, NEUTRAL_KINDS) | self.ignored


@dataclass(frozen=True, eq=False)
class LabelledImage:
    """A picture, where it lies on disk and what is true of it."""

    id: str
    """Unique in its dataset: "000123", "0003/000017", "Scene01/clone/00042"."""
    path: Picture
    width: int
    """pixels, from the file's header"""
    height: int
    group: str
    """The drive or clip: pictures of one group look alike, so a split never parts them. "" if unknown."""
    truth: Truth
    frame: int | None = None
    """Its number in a video; None of a still."""
    labelled: bool = True
    """Whether anybody has looked: without, an empty `truth` says nothing."""

    def follows(self, other: "LabelledImage") -> bool:
        """Whether this is the next frame of the same video: of one group, one folder and the next number."""
        return (
            self.frame is not None
            and other.frame is not None
            and self.frame == other.frame + 1
            and (self.group, self.id.rpartition("/")[0]) == (other.group, other.id.rpartition("/")[0])
        )


def checked_box(box: Box, width: int, height: int, where: str) -> Box:
    """`box` cut at the picture's edges. UserError, opening with `where`, if it isn't one or lies outside."""
    x1, y1, x2, y2 = box
    told = f"{where}: the box {x1:g}, {y1:g}, {x2:g}, {y2:g} (left, top, right, bottom)"
    if not all(isfinite(value) for value in box):
        raise UserError(f"{told} holds a number that is not finite")
    if x2 < x1 or y2 < y1:
        raise UserError(f"{told} ends before it begins")
    if x2 < 0 or y2 < 0 or x1 >= width or y1 >= height:
        raise UserError(f"{told} lies outside the {width} × {height} picture")
    return max(x1, 0.0), max(y1, 0.0), min(x2, float(width)), min(y2, float(height))


def ground_distance_m(x: float, z: float, where: str) -> float:
    """√(x² + z²). UserError, opening with `where`, if that is no finite number."""
    distance_m = hypot(x, z)
    if not isfinite(distance_m):
        raise UserError(f"{where}: the location {x:g}, {z:g} is no place")
    return distance_m


def whole_number(text: str, where: str) -> int:
    """The number of a track or frame. UserError, opening with `where`, if it isn't one that NumPy holds."""
    try:
        value = int(text)
    except ValueError:  # also of more digits than Python reads
        raise UserError(f"{where} is {text[:40]!r}, not a whole number") from None
    if abs(value) > LARGEST_WHOLE:
        raise UserError(f"{where} is {text[:40]}, more than {LARGEST_WHOLE}")
    return value
