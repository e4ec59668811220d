"""Which parts of a file belong to which car: by what stands over the same ground, or by the names given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from assets.models.errors import Unusable
from assets.models.raw import RawPart
from assets.models.words import UNKNOWN_STYLE, listed, style_of, words

_REACH = 0.015  # parts this near, over the length of the longest part, hang together
_CAR_SHARE = 0.4  # a group shorter than this, over the longest group, is no car but something beside one
_FILLERS = ("body", "car", "mesh", "model")
_FLAT = 0.02  # a ground plate is lower than this, over its length


@dataclass(frozen=True, eq=False)
class CarParts:
    """One car's parts; `name` is empty where the file holds no other."""

    name: str
    parts: Sequence[RawPart]
    notes: tuple[str, ...] = ()


def split(parts: Sequence[RawPart], named: Mapping[str, str]) -> list[CarParts]:
    """The file's cars, in its order; z is up. `named`: name of a car → glob over its parts' names.

    With names, parts that no glob matches go to the car they stand over, and the rest is left out. Without,
    parts over the same ground are one car. Raises Unusable where a glob matches nothing.
    """
    standing = _without_ground_plate(parts)
    rectangles = np.array([footprint(part.vertices[:, :2]) for part in standing])
    groups = _named_groups(standing, rectangles, named) if named else _groups(rectangles)
    cars = [[standing[index] for index in group] for group in groups]
    left = [part.names[-1] for part in parts if not any(part is other for car in cars for other in car)]
    notes = (f"left out {listed(left)}",) if left else ()
    if len(cars) == 1 and not named:
        return [CarParts("", cars[0], notes)]
    names = list(named) if named else _names(cars)
    return [CarParts(name, car, notes) for name, car in zip(names, cars, strict=True)]


def _without_ground_plate(parts: Sequence[RawPart]) -> list[RawPart]:
    """All but flat parts below which there is nothing, such as a showroom's floor or a painted shadow."""
    lows = np.array([part.vertices[:, 2].min() for part in parts])
    highs = np.array([part.vertices[:, 2].max() for part in parts])
    lengths = np.array([np.ptp(part.vertices[:, :2], axis=0).max() for part in parts])
    flat = highs - lows < _FLAT * lengths
    if flat.all():
        return list(parts)
    floor = lows[~flat].min() + _FLAT * lengths
    plates = flat & (highs <= floor) & (lengths > 0.9 * lengths[~flat].max())
    return [part for part, plate in zip(parts, plates, strict=True) if not plate]


def footprint(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners (4, 2) of the smallest rectangle, turned as may be, around points (N, 2)."""
    hull = _hull(points)
    edges = np.roll(hull, -1, axis=0) - hull
    angles = np.unique(np.arctan2(edges[:, 1], edges[:, 0]) % (np.pi / 2)) if len(hull) > 1 else np.zeros(1)
    cos, sin = np.cos(angles), np.sin(angles)
    turn = np.stack([np.stack([cos, sin], 1), np.stack([-sin, cos], 1)], 1)  # (A, 2, 2)
    turned = hull @ turn.transpose(0, 2, 1)  # (A, H, 2)
    low, high = turned.min(axis=1), turned.max(axis=1)
    best = int((high - low).prod(axis=1).argmin())
    (x0, y0), (x1, y1) = low[best], high[best]
    corners: NDArray[np.float64] = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]) @ turn[best]
    return corners


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = np.unique(np.round(points, 6), axis=0)
    if len(ordered) < 3:
        return ordered

    def chain(points: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        kept: list[NDArray[np.float64]] = []
        for point in points:
            while len(kept) > 1 and _cross(kept[-1] - kept[-2], point - kept[-2]) <= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    return np.array(chain(_extremes(ordered)) + chain(_extremes(ordered)[::-1]))


def _extremes(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of points in order of x, the lowest and highest at each x: what a hull can be made of."""
    first = np.flatnonzero(np.diff(ordered[:, 0], prepend=-np.inf) > 0)
    last = np.append(first[1:] - 1, len(ordered) - 1)
    extremes: NDArray[np.float64] = ordered[np.unique(np.concatenate([first, last]))]
    return extremes


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return float(a[0] * b[1] - a[1] * b[0])


def _groups(rectangles: NDArray[np.float64]) -> list[list[int]]:
    """Groups of rectangles that overlap, directly or through others; much smaller ones are left out."""
    near = _overlaps(rectangles, _REACH * _lengths(rectangles).max())
    label = np.arange(len(rectangles))
    while True:
        lowest = np.where(near, label, len(label)).min(axis=1)
        if np.array_equal(lowest, label):
            break
        label = lowest
    groups = [np.flatnonzero(label == first).tolist() for first in np.unique(label)]
    spans = np.array([_lengths(footprint(rectangles[group].reshape(-1, 2))[None])[0] for group in groups])
    return [group for group, span in zip(groups, spans, strict=True) if span >= _CAR_SHARE * spans.max()]


def _overlaps(rectangles: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
    """(N, N) whether two rectangles are nearer than `reach` along every axis of both (separating axes)."""
    sides = rectangles[:, [1, 3]] - rectangles[:, [0, 0]]  # (N, 2, 2)
    lengths = np.linalg.norm(sides, axis=2, keepdims=True)
    axes = np.divide(sides, lengths, out=np.zeros_like(sides), where=lengths > 0)
    shadows = np.einsum("iak,jck->ijac", axes, rectangles)  # rectangle j's corners along i's axes
    low, high = shadows.min(axis=3), shadows.max(axis=3)
    own = np.arange(len(rectangles))
    own_low, own_high = low[own, own][:, None], high[own, own][:, None]
    meets = ((low <= own_high + reach) & (high >= own_low - reach)).all(axis=2)
    mutual: NDArray[np.bool_] = meets & meets.T
    return mutual


def _lengths(rectangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """The longer side of each."""
    sides = np.linalg.norm(rectangles[:, [1, 3]] - rectangles[:, [0, 0]], axis=2)
    longer: NDArray[np.float64] = sides.max(axis=1)
    return longer


def _named_groups(
    parts: Sequence[RawPart], rectangles: NDArray[np.float64], named: Mapping[str, str]
) -> list[list[int]]:
    groups = {
        name: [i for i, part in enumerate(parts) if any(fnmatchcase(n, glob) for n in part.names)]
        for name, glob in named.items()
    }
    for name, group in groups.items():
        if not group:
            there = listed([part.names[-1] for part in parts])
            raise Unusable(
                f"no part is called {named[name]!r}, as `parts` says of {name!r}: there are {there}"
            )
    taken = {index for group in groups.values() for index in group}
    for name, group in groups.items():
        ground = footprint(rectangles[group].reshape(-1, 2))
        over = _overlaps(np.concatenate([ground[None], rectangles]), 0.0)[0, 1:]
        groups[name] = group + [i for i in np.flatnonzero(over).tolist() if i not in taken]
        taken.update(groups[name])
    return [sorted(group) for group in groups.values()]


def _names(cars: Sequence[Sequence[RawPart]]) -> list[str]:
    """A name for each of several cars: what tells the body style in its parts' names, else a number."""
    told = [_telling(car) for car in cars]
    return [
        name if name and told.count(name) == 1 else str(number) for number, name in enumerate(told, start=1)
    ]


def _telling(car: Sequence[RawPart]) -> str:
    for part in sorted(car, key=lambda part: -len(part.faces)):
        for name in reversed(part.names):
            if style_of(name) != UNKNOWN_STYLE:
                return "-".join(dict.fromkeys(word for word in words(name) if word not in _FILLERS))
    return ""
