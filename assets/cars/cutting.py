"""HalfShell: the half body as triangles that outlines are cut into, so that lines and lamps are part of it.

Every cut splits an edge for both of its faces. So the shell stays closed whatever is cut into it, and nothing
ever lies on top of anything else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assets.cars.frame import Floats
from assets.cars.parts import Indices, Part

Places = NDArray[np.intp]

_SNAP_M = 0.002  # a vertex this near to an outline counts as lying on it
_NEXT = np.array([1, 2, 0])

# Corners of the faces that a face becomes when the edges in the key are split: bit i for the edge from corner
# i to the next, corner 3 + i for its new vertex. Two split edges leave a quad, which has two diagonals: the
# first for 3, 6 and 5, the second 8 above.
_CHILDREN = {
    1: [[0, 3, 2], [3, 1, 2]],
    2: [[1, 4, 0], [4, 2, 0]],
    4: [[2, 5, 1], [5, 0, 1]],
    3: [[3, 1, 4], [0, 3, 4], [0, 4, 2]],
    6: [[4, 2, 5], [1, 4, 5], [1, 5, 0]],
    5: [[5, 0, 3], [2, 5, 3], [2, 3, 1]],
    8 + 3: [[3, 1, 4], [3, 4, 2], [0, 3, 2]],
    8 + 6: [[4, 2, 5], [4, 5, 0], [1, 4, 0]],
    8 + 5: [[5, 0, 3], [5, 3, 1], [2, 5, 1]],
    7: [[0, 3, 5], [3, 1, 4], [4, 2, 5], [3, 4, 5]],
}
_PIECES = np.array([len(_CHILDREN.get(code, ())) for code in range(16)])
_CORNERS = np.zeros((16, 4, 3), np.intp)
for _code, _children in _CHILDREN.items():
    _CORNERS[_code, : len(_children)] = _children
_DIAGONALS = np.zeros((8, 4), np.intp)  # ends of the first and of the second
_DIAGONALS[3], _DIAGONALS[6], _DIAGONALS[5] = (0, 4, 3, 2), (1, 5, 4, 0), (2, 3, 5, 1)


@dataclass(frozen=True)
class Points:
    """Points on the surface, each coordinate fetched when a field asks for it.

    x, y, z: the position in metres. u, t: the chart's (see `charts`).
    """

    get: Callable[[int], Floats]

    @property
    def x(self) -> Floats:
        return self.get(0)

    @property
    def y(self) -> Floats:
        return self.get(1)

    @property
    def z(self) -> Floats:
        return self.get(2)

    @property
    def u(self) -> Floats:
        return self.get(3)

    @property
    def t(self) -> Floats:
        return self.get(5)


Field = Callable[[Points], Floats]  # signed length in metres, negative inside


class Cut(NamedTuple):
    """Faces of `zones` whose slot is `over` are cut along the outline of `field`; its inside gets `slot`."""

    zones: int
    over: int
    field: Field
    slot: int


class HalfShell:
    """The left half of the body; its arrays grow as it is cut.

    vertices: (3, V). faces: (3, F) into the vertices. chart: (3, P), u, v, t. corner: (3, F) into the chart,
    which has several points at a vertex where patches meet. zone: (F,) one bit, the panel that a face belongs
    to. slot: (F,).
    """

    def __init__(
        self, vertices: Floats, faces: Indices, chart: Floats, corner: Indices, zone: Indices, slot: Indices
    ) -> None:
        """From vertices (V, 3), faces (F, 3), chart (P, 3), corner (F, 3), zone (F,) and slot (F,)."""
        self.vertices = np.ascontiguousarray(vertices.T)
        self.chart = np.ascontiguousarray(chart.T)
        self.faces, self.corner = (np.array(of.T, np.intp, order="C") for of in (faces, corner))
        self.zone, self.slot = zone, slot.astype(np.int16)

    @property
    def corner_chart(self) -> Floats:
        """(3, 3, F): u, v and t at the corners of the faces."""
        return np.take(self.chart, self.corner, axis=1)

    def within(self, zones: int, over: int) -> Places:
        """The faces of `zones` whose slot is `over`."""
        return np.flatnonzero(((self.zone & zones) != 0) & (self.slot == over))

    def corners(self, faces: Places) -> Points:
        """(3, n) points: the corners of the faces."""
        numbers, places = np.take(self.faces, faces, axis=1), np.take(self.corner, faces, axis=1)
        return Points(lambda axis: self.vertices[axis][numbers] if axis < 3 else self.chart[axis - 3][places])

    def paint(self, *cuts: Cut) -> None:
        """Make cuts whose outlines stay apart: no face may be touched by two of them."""
        faces, number, distance = self._reached(cuts)
        value = np.zeros((3, len(self.slot)))
        owner = np.full(len(self.slot), -1)
        value[:, faces], owner[faces] = distance, number
        side, place = np.nonzero(distance * distance[_NEXT] < 0)
        after = _NEXT[side]
        pair = self.faces[np.stack([side, after]), faces[place]]
        start, end = distance[side, place], distance[after, place]
        inside, owner = self._split(pair, start / (start - end), value, owner)
        self.slot[inside] = np.array([cut.slot for cut in cuts])[owner]

    def _reached(self, cuts: Sequence[Cut]) -> tuple[Places, Places, Floats]:
        """The faces that are not outside, their cuts, and (3, n) the field at the corners.

        It is 0 where the outline passes. A face with three such corners that lies inside has three values
        below 0.
        """
        each = [self.within(cut.zones, cut.over) for cut in cuts]
        faces = np.concatenate(each)
        number = np.repeat(np.arange(len(cuts)), [len(some) for some in each])
        distance = np.concatenate(
            [cut.field(self.corners(some)) for cut, some in zip(cuts, each, strict=True)], axis=1
        )
        distance[np.abs(distance) < _SNAP_M] = 0.0
        for flat in np.flatnonzero(~distance.any(axis=0)):  # all corners lie on the outline: the middle tells
            corners = self.corners(faces[flat : flat + 1])
            distance[:, flat] = np.minimum(cuts[number[flat]].field(_middle(corners)), 0)
        reached = np.flatnonzero(distance.min(axis=0) < 0)
        return faces[reached], number[reached], np.take(distance, reached, axis=1)

    def refine(self, zones: int, over: int, fields: Sequence[Field], size: float) -> None:
        """Halve the edges longer than `size` of the faces that one of the fields' outlines crosses."""
        chosen = self.within(zones, over)
        corners = self.corners(chosen)
        xyz = self.vertices[:, self.faces[:, chosen]]
        length = np.sqrt(((xyz - xyz[:, _NEXT]) ** 2).sum(axis=0))
        distance = np.stack([field(corners) for field in fields])
        crossed = ((distance.min(axis=1) < 0) & (distance.max(axis=1) > 0)).any(axis=0)
        side, place = np.nonzero((length > size) & crossed)
        if len(side):
            pair = self.faces[np.stack([side, _NEXT[side]]), chosen[place]]
            nobody = np.full(len(self.slot), -1)
            self._split(pair, np.full(len(side), 0.5), np.zeros((3, len(self.slot))), nobody)

    def whole(self) -> Part:
        """Both halves, welded along the middle."""
        vertices, faces = self.vertices.T, self.faces.T.astype(np.int32)
        uv = self.corner_chart[:2].transpose(2, 1, 0)
        middle = vertices[:, 1] == 0
        twin = np.arange(len(middle), dtype=np.int32)
        twin[~middle] = len(middle) + np.arange(np.count_nonzero(~middle))
        return Part(
            np.concatenate([vertices, vertices[~middle] * (1, -1, 1)]),
            np.concatenate([faces, twin[faces][:, ::-1]]),
            np.tile(self.slot, 2),
            np.concatenate([uv, uv[:, ::-1] * (-1, 1)]),
        )

    def _split(self, pair: Places, share: Floats, value: Floats, owner: Places) -> tuple[Places, Places]:
        """Put a vertex on each edge `pair` (2, E), at `share` of its length, and divide the faces beside it.

        A face's `value` (3, F) at its corners, 0 at new vertices, tells whether its pieces are inside the cut
        that is its `owner`; returned are the faces inside and their owners.
        """
        keys, places, share = self._new_vertices(pair, share)
        beside, here, place, code = self._beside(keys, pair)
        following = here[_NEXT]
        along = np.where(here < following, share[place], 1 - share[place])
        six = np.concatenate([here, places + place])
        six_corner = self._new_chart(beside, along)
        six_value = np.concatenate([np.take(value, beside, axis=1), np.zeros((3, len(beside)))])

        code = self._with_diagonals(code, six)
        count = _PIECES[code]
        parent = np.repeat(np.arange(len(beside)), count)
        ordinal = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
        corner = _CORNERS[code[parent], ordinal].T * len(beside) + parent  # (3, pieces) into `six`, flat
        target = beside[parent]
        more = ordinal > 0
        old, extra = len(self.slot), np.count_nonzero(more)
        target[more] = old + np.arange(extra)
        self.faces = _replaced(self.faces, target, np.take(six, corner))
        self.corner = _replaced(self.corner, target, np.take(six_corner, corner))
        source = beside[parent[more]]
        self.zone, self.slot, owner = (
            np.concatenate([values, values[source]]) for values in (self.zone, self.slot, owner)
        )
        total = value.sum(axis=0)
        total = np.concatenate([total, np.empty(extra)])
        total[target] = np.take(six_value, corner).sum(axis=0)
        inside = np.flatnonzero((total < 0) & (owner >= 0))
        return inside, owner[inside]

    def _new_chart(self, faces: Places, along: Floats) -> Places:
        """(6, n) into the chart: the faces' corners, then new points at `along` (3, n) of each side."""
        corner = np.take(self.corner, faces, axis=1)
        start = np.take(self.chart, corner, axis=1)
        new = start + (start[:, _NEXT] - start) * along
        numbers = np.arange(self.chart.shape[1], self.chart.shape[1] + corner.size)
        self.chart = np.concatenate([self.chart, new.reshape(3, -1)], axis=1)
        return np.concatenate([corner, numbers.reshape(corner.shape)])

    def _new_vertices(self, pair: Places, share: Floats) -> tuple[Places, int, Floats]:
        """The edges' keys in order, the number of the first new vertex, the share from the lower end on."""
        count = self.vertices.shape[1]
        low, high = pair.min(axis=0), pair.max(axis=0)
        keys, first = np.unique(low * count + high, return_index=True)
        share = np.where(pair[0] < pair[1], share, 1 - share)[first]
        start, end = self.vertices[:, low[first]], self.vertices[:, high[first]]
        self.vertices = np.concatenate([self.vertices, start + (end - start) * share], axis=1)
        return keys, count, share

    def _beside(self, keys: Places, pair: Places) -> tuple[Places, Places, Places, Places]:
        """The faces with a split edge, their corners (3, n), each edge's place in `keys`, the sides split."""
        count = self.vertices.shape[1] - len(keys)
        touched = np.zeros(count, np.int8)
        touched[pair.ravel()] = 1
        a, b, c = touched[self.faces]
        beside = np.flatnonzero(a + b + c > 1)
        here = np.take(self.faces, beside, axis=1)
        following = here[_NEXT]
        edge = np.minimum(here, following) * count + np.maximum(here, following)
        place = np.minimum(np.searchsorted(keys, edge), len(keys) - 1)
        one, two, four = keys[place] == edge
        code = one + 2 * two + 4 * four
        hit = np.flatnonzero(code)
        return beside[hit], here[:, hit], place[:, hit], code[hit]

    def _with_diagonals(self, code: Places, six: Places) -> Places:
        """The codes, those of two split edges plus 8 where the second diagonal is the shorter."""
        two = np.flatnonzero((code == 3) | (code == 5) | (code == 6))
        a, b, c, d = np.take(self.vertices, six[_DIAGONALS[code[two]].T, two], axis=1).transpose(1, 0, 2)
        code[two] += 8 * (((a - b) ** 2).sum(axis=0) > ((c - d) ** 2).sum(axis=0))
        return code


def _middle(corners: Points) -> Points:
    return Points(lambda axis: corners.get(axis).mean(axis=0))


def _replaced(faces: Places, places: Places, by: Places) -> Places:
    """The (3, F) faces with those at `places` replaced; places from F on are new ones."""
    grown = np.empty((3, max(faces.shape[1], int(places.max()) + 1)), np.intp)
    grown[:, : faces.shape[1]] = faces
    grown[:, places] = by
    return grown
