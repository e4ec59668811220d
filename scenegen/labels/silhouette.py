"""Silhouette: the pixels that a projected mesh covers, inside the image and on an unbounded canvas."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.dataset.records import Box
from scenegen.labels.boxes import box_of_mask
from scenegen.scene import NEAR_M, View

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A larger unbounded canvas is drawn at a reduced scale: a car that crosses the near plane projects to tens of
# thousands of pixels a side. The area then stays within 0.3 %.
MAX_CANVAS_PX = 2**20


@dataclass(frozen=True)
class Silhouette:
    """The pixels whose centres a mesh covers.

    mask: (h, w) the part inside the image, cropped to its box; None where no pixel lies inside.
    inside_box: x, y, w, h of that part, in pixels of the image.
    inside_area: its pixels.
    full_area: pixels of the whole silhouette, also beyond the image.
    full_box: its box, unclipped; None where the mesh covers no pixel centre at all.
    """

    mask: Mask | None
    inside_box: Box | None
    inside_area: int
    full_area: float
    full_box: Box | None

    def on_image(self, width: int, height: int) -> Mask:
        """The part inside the image as a (height, width) mask."""
        image = np.zeros((height, width), bool)
        if self.mask is not None and self.inside_box is not None:
            x, y, w, h = (int(value) for value in self.inside_box)
            image[y : y + h, x : x + w] = self.mask
        return image


@dataclass(frozen=True)
class _Window:
    """Pixels [x0, x1) × [y0, y1) of the unbounded canvas, x0 <= x1 and y0 <= y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def box(self) -> Box:
        return float(self.x0), float(self.y0), float(self.width), float(self.height)

    def intersect(self, other: "_Window") -> "_Window":
        """What both hold: an empty window where that is nothing."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        return _Window(x0, y0, max(min(self.x1, other.x1), x0), max(min(self.y1, other.y1), y0))


def silhouette(
    vertices_world: NDArray[np.floating[Any]], faces: NDArray[np.integer[Any]], view: View
) -> Silhouette:
    """The silhouette of a mesh under a view.

    vertices_world: (V, 3) metres. faces: (F, 3) indices, in any winding. The mesh is clipped at
    the near plane. Faces seen from behind count too: where that plane cuts a mesh open, they are seen.
    """
    triangles = project_triangles(vertices_world, faces, view)
    if len(triangles) == 0:
        return Silhouette(None, None, 0, 0.0, None)
    extent = _extent(triangles)
    image = _Window(0, 0, view.width, view.height)
    window = extent.intersect(image)
    if extent.width * extent.height > MAX_CANVAS_PX and extent != window:
        inside = _rasterise(triangles, window)
        full_area = max(_reduced_area(triangles, extent), float(inside.sum()))
        return _silhouette(inside, window, full_area, extent.box)
    full = _rasterise(triangles, extent)
    inside = full[
        window.y0 - extent.y0 : window.y1 - extent.y0, window.x0 - extent.x0 : window.x1 - extent.x0
    ]
    return _silhouette(inside, window, float(full.sum()), _box_in(full, extent))


def project_triangles(
    vertices_world: NDArray[np.floating[Any]], faces: NDArray[np.integer[Any]], view: View
) -> Floats:
    """(T, 3, 2) image coordinates of the mesh's triangles in pixels, clipped at the near plane."""
    world_to_camera = np.linalg.inv(view.pose)
    camera = np.asarray(vertices_world, np.float64) @ world_to_camera[:3, :3].T + world_to_camera[:3, 3]
    in_front = camera[:, 2] >= NEAR_M
    if in_front.all():
        triangles: Floats = _project(camera, view.K)[faces]
        return triangles
    kept = in_front[faces].sum(axis=1)
    clipped = _clip_near(camera[faces[(kept == 1) | (kept == 2)]])
    return _project(np.concatenate([camera[faces[kept == 3]], clipped]), view.K)


def _project(camera: Floats, K: Floats) -> Floats:
    """(..., 2) pixels of (..., 3) points in front of the camera."""
    homogeneous = camera @ K.T
    pixels: Floats = homogeneous[..., :2] / homogeneous[..., 2:]
    return pixels


def _clip_near(triangles: Floats) -> Floats:
    """(T', 3, 3): what lies in front of the near plane of (T, 3, 3) triangles that all cross it."""
    in_front = triangles[:, :, 2] >= NEAR_M
    one = in_front.sum(axis=1) == 1
    # Turn each triangle so that the corner alone on its side comes first.
    lone = np.where(one, in_front.argmax(axis=1), (~in_front).argmax(axis=1))
    turned = np.take_along_axis(triangles, ((lone[:, None] + np.arange(3)) % 3)[:, :, None], axis=1)
    a, b, c = turned[one].transpose(1, 0, 2)
    tips = np.stack([a, _cut(a, b), _cut(a, c)], axis=1)
    a, b, c = turned[~one].transpose(1, 0, 2)
    to_b, to_c = _cut(b, a), _cut(c, a)
    return np.concatenate([tips, np.stack([b, c, to_c], axis=1), np.stack([b, to_c, to_b], axis=1)])


def _cut(front: Floats, behind: Floats) -> Floats:
    """Where segments from `front` (N, 3) to `behind` (N, 3) meet the near plane.

    Always computed from the front end, so that two triangles get the same point on the edge they share.
    """
    t = (NEAR_M - front[:, 2]) / (behind[:, 2] - front[:, 2])
    point = front + t[:, None] * (behind - front)
    point[:, 2] = NEAR_M
    return point


def _extent(triangles: Floats) -> _Window:
    """The pixels whose centres lie within the triangles' common bounding box."""
    x, y = triangles[:, :, 0], triangles[:, :, 1]  # a reduction along an axis of two is ten times slower
    low, high = np.ceil([x.min() - 0.5, y.min() - 0.5]), np.ceil([x.max() - 0.5, y.max() - 0.5])
    return _Window(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _rasterise(triangles: Floats, window: _Window) -> Mask:
    """(h, w) mask of the window's pixels whose centres some triangle covers.

    Every triangle is expanded into the span of pixels that it covers in each row; the spans' ends are counted
    into a difference array whose running sum is the number of triangles over each pixel: no depth buffer.
    """
    if window.width == 0 or window.height == 0:
        return np.zeros((window.height, window.width), bool)
    row, left, right = _spans(triangles, window)
    stride = window.width + 1  # a span may end just beyond its row's last pixel
    size = stride * window.height
    depth = np.bincount(row * stride + left, minlength=size)
    depth -= np.bincount(row * stride + right, minlength=size)
    np.cumsum(depth, out=depth)
    return (depth > 0).reshape(window.height, stride)[:, :-1]


def _spans(
    triangles: Floats, window: _Window
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Row and [left, right) columns, relative to the window, of every non-empty run of pixels in a triangle.

    A pixel belongs to a run if its centre lies in [left edge, right edge); rows likewise. Where an edge
    crosses a row is always computed from its upper end, so that neighbours agree to the bit and leave no gap.
    """
    y = triangles[:, :, 1] - (window.y0 + 0.5)  # row r's centres lie at y = r
    order = y.argsort(axis=1)
    y = np.take_along_axis(y, order, axis=1)
    first = np.clip(np.ceil(y[:, 0]), 0, window.height).astype(np.int64)
    count = np.clip(np.ceil(y[:, 2]), 0, window.height).astype(np.int64) - first
    drawn = np.flatnonzero(count)
    first, count, y = first[drawn], count[drawn], y[drawn]
    x = np.take_along_axis(triangles[drawn, :, 0] - (window.x0 + 0.5), order[drawn], axis=1)

    rise = np.stack([y[:, 1] - y[:, 0], y[:, 2] - y[:, 1], y[:, 2] - y[:, 0]])
    run = np.stack([x[:, 1] - x[:, 0], x[:, 2] - x[:, 1], x[:, 2] - x[:, 0]])
    slope = np.divide(run, rise, out=np.zeros_like(run), where=rise > 0)

    owner = np.repeat(np.arange(len(drawn)), count)
    row = np.arange(len(owner)) + np.repeat(first - (np.cumsum(count) - count), count)
    below = row >= y[owner, 1]  # past the middle corner: the lower of the two short edges
    short = below.astype(np.int64)
    at_long = x[owner, 0] + (row - y[owner, 0]) * slope[2, owner]
    at_short = x[owner, short] + (row - y[owner, short]) * slope[short, owner]
    left = np.clip(np.ceil(np.minimum(at_long, at_short)), 0, window.width).astype(np.int64)
    right = np.clip(np.ceil(np.maximum(at_long, at_short)), 0, window.width).astype(np.int64)
    filled = left < right
    return row[filled], left[filled], right[filled]


def _reduced_area(triangles: Floats, extent: _Window) -> float:
    """Area in pixels of a silhouette too large for an exact canvas."""
    origin = np.array([extent.x0, extent.y0])
    size = np.array([extent.width, extent.height])
    # Whole pixels a side: an edge along the canvas' border, such as a cut at the near plane, loses nothing.
    sides = np.ceil(size * np.sqrt(MAX_CANVAS_PX / size.prod()))
    scale = sides / size
    canvas = _Window(0, 0, int(sides[0]), int(sides[1]))
    covered = _rasterise((triangles - origin) * scale, canvas).sum()
    return float(covered / scale.prod())


def _box_in(mask: Mask, window: _Window) -> Box | None:
    """A mask's box, moved from its window's pixels to the canvas'."""
    box = box_of_mask(mask)
    return None if box is None else (box[0] + window.x0, box[1] + window.y0, box[2], box[3])


def _silhouette(inside: Mask, window: _Window, full_area: float, full_box: Box | None) -> Silhouette:
    """Crop the part inside the image to its box."""
    box = _box_in(inside, window)
    if box is None:
        return Silhouette(None, None, 0, full_area, full_box)
    x, y, w, h = (int(value) for value in box)
    mask = inside[y - window.y0 : y - window.y0 + h, x - window.x0 : x - window.x0 + w]
    return Silhouette(mask, box, int(mask.sum()), full_area, full_box)
