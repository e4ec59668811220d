"""What the recipes put in front of the camera, without rendering, beside the figures of KITTI's labels.

    python benchmarks/recipe_statistics.py [NAME] [n=1000] [width=1242] [height=375]

Each car is measured as the convex hull of a few points of its body, so heights agree with rendered boxes to
within a few per cent; only cars hide cars here, buildings and trees do not.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from randomizers.recipe import sample_scene
from randomizers.spec import Recipe, SceneSpec
from scenegen.assemble import assemble
from scenegen.compose import compose
from scenegen.labels.cuboid import cuboid
from scenegen.scene import NEAR_M, Instance, Scene, View

MIN_HEIGHT_PX, MIN_VISIBILITY, MAX_DEPTH_M = 10.0, 0.1, 90.0  # about what KITTI's annotators labelled
GRID_PX = 4  # cell of the coarse grid on which cars hide one another

# From KITTI's training labels: the object set for sizes, truncation, depth and count, tracking for the views.
KITTI = {
    "cars per image, mean": 3.84,
    "images without a car": 0.107,
    "box height 5 %": 19.4,
    "box height 25 %": 30.6,
    "box height 50 %": 47.0,
    "box height 75 %": 83.2,
    "box height 95 %": 179.7,
    "under 25 px": 0.143,
    "over 160 px": 0.094,
    "truncated at all": 0.141,
    "truncated over half": 0.082,
    "seen from the rear": 0.553,
    "seen from the front": 0.351,
    "seen from the side": 0.096,
    "depth 0-10 m": 0.132,
    "depth 10-20 m": 0.233,
    "depth 20-30 m": 0.233,
    "depth 30-40 m": 0.177,
    "depth 40-50 m": 0.114,
    "depth over 50 m": 0.111,
}


@dataclass(frozen=True)
class Seen:
    """One car in view: its box's height in px, what the frame cuts off and other cars hide, and its pose."""

    height: float
    truncation: float
    visibility: float
    depth: float
    alpha: float


def main(arguments: Sequence[str]) -> None:
    options = dict(item.split("=") for item in arguments if "=" in item)
    name = next((item for item in arguments if "=" not in item), "full")
    config = compose([f"randomizer={name}"]).randomizer
    size = int(options.get("width", 1242)), int(options.get("height", 375))
    specs = [sample_scene(config, 0, frame, 1, *size) for frame in range(int(options.get("n", 1000)))]
    tables = {recipe: table(spec for spec in specs if spec.recipe == recipe) for recipe in recipes(specs)}
    print(f"{'':28}" + "".join(f"{recipe:>12}" for recipe in tables) + f"{'KITTI':>12}")
    for row in next(iter(tables.values())):
        reference = f"{KITTI[row]:12.3f}" if row in KITTI else ""
        print(f"{row:28}" + "".join(f"{figures[row]:12.3f}" for figures in tables.values()) + reference)


def recipes(specs: Iterable[SceneSpec]) -> list[Recipe]:
    """The recipes that occur, in order."""
    return sorted({spec.recipe for spec in specs})


def table(specs: Iterable[SceneSpec]) -> dict[str, float]:
    """The figures of all scenes of `specs`."""
    frames = [seen(assemble(spec)) for spec in specs]
    cars = [car for frame in frames for car in frame]
    counts = np.array([len(frame) for frame in frames])
    height = np.array([car.height for car in cars])
    truncation = np.array([car.truncation for car in cars])
    visibility = np.array([car.visibility for car in cars])
    depth = np.array([car.depth for car in cars])
    view = np.degrees([car.alpha for car in cars])
    rear, front = np.abs(view + 90) <= 45, np.abs(view - 90) <= 45
    percentiles = {f"box height {p} %": float(np.percentile(height, p)) for p in (5, 25, 50, 75, 95)}
    edges = {
        "0-10 m": (0, 10),
        "10-20 m": (10, 20),
        "20-30 m": (20, 30),
        "30-40 m": (30, 40),
        "40-50 m": (40, 50),
    }
    shares = {
        f"depth {name}": np.mean((depth >= low) & (depth < high)) for name, (low, high) in edges.items()
    }
    return {
        "scenes": len(frames),
        "cars per image, mean": counts.mean(),
        "cars per image, 90 %": float(np.percentile(counts, 90)),
        "cars per image, most": counts.max(),
        "images without a car": np.mean(counts == 0),
        **percentiles,
        "under 25 px": np.mean(height < 25),
        "over 160 px": np.mean(height > 160),
        "over 250 px": np.mean(height > 250),
        "truncated at all": np.mean(truncation > 0.01),
        "truncated over half": np.mean(truncation > 0.5),
        "less than 80 % visible": np.mean(visibility < 0.8),
        "less than 40 % visible": np.mean(visibility < 0.4),
        "seen from the rear": rear.mean(),
        "seen from the front": front.mean(),
        "seen from the side": np.mean(~rear & ~front),
        **shares,
        "depth over 50 m": np.mean(depth >= 50),
    }


def seen(scene: Scene) -> list[Seen]:
    """The cars in view, nearest first."""
    taken = np.zeros((-(-scene.view.height // GRID_PX), -(-scene.view.width // GRID_PX)), bool)
    cars = [instance for instance in scene.instances if instance.car_slot is not None]
    found = []
    for car in sorted(cars, key=lambda car: _in_camera(scene.view, car.matrix[:3, 3])[2]):
        hull = projected_hull(scene.view, car)
        if len(hull) < 3:
            continue
        inside = clip_to_frame(hull, scene.view.width, scene.view.height)
        if len(inside) < 3:
            continue
        visibility = _claim(taken, inside)
        box = cuboid(car.matrix, scene.view.pose, car.shape.length_m, car.shape.width_m, car.shape.height_m)
        height = float(np.ptp(inside[:, 1]))
        truncation = 1 - _area(inside) / _area(hull)
        if height >= MIN_HEIGHT_PX and visibility >= MIN_VISIBILITY and box.location[2] < MAX_DEPTH_M:
            found.append(Seen(height, truncation, visibility, box.location[2], box.alpha))
    return found


def projected_hull(view: View, car: Instance) -> NDArray[np.float64]:
    """(P, 2) pixels around the part of a car's body before the near plane."""
    length, width, height = car.shape.length_m, car.shape.width_m, car.shape.height_m
    levels = ((0.0, 0.86, 0.9), (0.3, 1.0, 1.0), (0.6, 0.96, 1.0), (1.0, 0.4, 0.7))  # height, length, width
    body = np.array(
        [
            (a * x * length / 2, b * y * width / 2, z * height)
            for z, x, y in levels
            for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))
        ]
    )
    points = _in_camera(view, body @ car.matrix[:3, :3].T + car.matrix[:3, 3])
    front, behind = points[points[:, 2] > NEAR_M], points[points[:, 2] <= NEAR_M]
    cut = [p + (NEAR_M - p[2]) / (q[2] - p[2]) * (q - p) for p in front for q in behind]
    points = np.array([*front, *cut]).reshape(-1, 3)
    pixels = points @ view.K.T
    return _convex_hull(pixels[:, :2] / pixels[:, 2:]) if len(points) else np.zeros((0, 2))


def _in_camera(view: View, points: NDArray[np.float64]) -> NDArray[np.float64]:
    return (points - view.pose[:3, 3]) @ view.pose[:3, :3]


def _convex_hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Andrew's monotone chain, counter-clockwise in (x, y)."""
    ordered = sorted(map(tuple, points))

    def chain(items: Iterable[tuple[float, ...]]) -> list[tuple[float, ...]]:
        hull: list[tuple[float, ...]] = []
        for p in items:
            while len(hull) > 1 and _turn(hull[-2], hull[-1], p) <= 0:
                hull.pop()
            hull.append(p)
        return hull[:-1]

    return np.array(chain(ordered) + chain(reversed(ordered)))


def _turn(a: Sequence[float], b: Sequence[float], c: Sequence[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def clip_to_frame(polygon: NDArray[np.float64], width: float, height: float) -> NDArray[np.float64]:
    """The convex polygon (P, 2) cut by the picture's four edges (Sutherland and Hodgman 1974)."""
    for axis, bound, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        kept: list[NDArray[np.float64]] = []
        for p, q in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            dp, dq = sign * (p[axis] - bound), sign * (q[axis] - bound)
            if dp >= 0:
                kept.append(p)
            if dp * dq < 0:
                kept.append(p + dp / (dp - dq) * (q - p))
        polygon = np.array(kept).reshape(-1, 2)
    return polygon


def _area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _claim(taken: NDArray[np.bool_], polygon: NDArray[np.float64]) -> float:
    """Mark the polygon's box on the coarse grid; the share of it that was free."""
    low, high = polygon.min(axis=0) / GRID_PX, polygon.max(axis=0) / GRID_PX
    cells = taken[int(low[1]) : int(high[1]) + 1, int(low[0]) : int(high[0]) + 1]
    free = 1 - float(cells.mean())
    cells[:] = True
    return free


if __name__ == "__main__":
    main(sys.argv[1:])
