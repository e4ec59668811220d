"""Streamed histograms of a dataset's cars, in the bins that KITTI's reference figures use too."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assets.params import Params

VIEWS = ("rear", "front", "side")


def _geometric(first: float, octaves: int, per_octave: int) -> tuple[float, ...]:
    return tuple(round(first * 2 ** (i / per_octave), 3) for i in range(octaves * per_octave + 1))


# Bin i of a measure is [edges[i], edges[i + 1]); its first and last bins also take whatever lies beyond them.
EDGES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "height_px": _geometric(8.0, octaves=6, per_octave=4),
        "width_px": _geometric(8.0, octaves=8, per_octave=4),
        "cars_per_image": tuple(i - 0.5 for i in range(18)),
        "depth_m": tuple(5.0 * i for i in range(21)),
        "alpha_deg": tuple(15.0 * i for i in range(-12, 13)),
        "view": (-0.5, 0.5, 1.5, 2.5),  # index into VIEWS
        "occlusion": (-0.5, 0.5, 1.5, 2.5, 3.5),
        # KITTI writes two decimals, so its 0.00 is anything below 0.005.
        "truncation": (0.0, 0.005, 0.15, 0.3, 0.5, 1.0),
    }
)


@dataclass(frozen=True)
class CarFigures:
    """What is counted of one car. `alpha` is KITTI's observation angle (radians), `depth_m` its z."""

    height_px: float
    width_px: float
    occlusion: int
    truncation: float
    alpha: float
    depth_m: float


class Summary(Params):
    """Counts of one dataset; `histograms` holds one list of counts for every key of EDGES."""

    images: int
    images_with_car: int
    cars: int
    histograms: dict[str, tuple[int, ...]]


def view_of(alpha: float) -> str:
    """The side of the car that is seen, within 45°.

    KITTI's alpha is -π/2 for a car driving away from the camera and π/2 for one coming towards it.
    """
    if abs(math.sin(alpha)) < math.sqrt(0.5):
        return "side"
    return "rear" if math.sin(alpha) < 0 else "front"


class Statistics:
    """Histograms that images are added to one by one; memory does not grow with their number."""

    def __init__(self) -> None:
        self._images = 0
        self._images_with_car = 0
        self._cars = 0
        self._counts = {key: [0] * (len(edges) - 1) for key, edges in EDGES.items()}

    def add_image(self, cars: Iterable[CarFigures]) -> None:
        """Count one image and the cars in it."""
        cars = tuple(cars)
        for car in cars:
            self._count("height_px", car.height_px)
            self._count("width_px", car.width_px)
            self._count("depth_m", car.depth_m)
            self._count("alpha_deg", math.degrees(car.alpha))
            self._count("view", VIEWS.index(view_of(car.alpha)))
            self._count("occlusion", car.occlusion)
            self._count("truncation", car.truncation)
        self._count("cars_per_image", len(cars))
        self._images += 1
        self._images_with_car += bool(cars)
        self._cars += len(cars)

    def summary(self) -> Summary:
        """What has been counted so far."""
        return Summary(
            images=self._images,
            images_with_car=self._images_with_car,
            cars=self._cars,
            histograms={key: tuple(counts) for key, counts in self._counts.items()},
        )

    def _count(self, key: str, value: float) -> None:
        counts = self._counts[key]
        counts[min(max(bisect_right(EDGES[key], value) - 1, 0), len(counts) - 1)] += 1


def shares(counts: Iterable[int]) -> list[float]:
    """Counts as fractions of their sum; all zero where nothing was counted."""
    values = list(counts)
    total = sum(values)
    return [value / total if total else 0.0 for value in values]


def median(key: str, counts: Iterable[int]) -> float | None:
    """The median of a measure, interpolated inside its bin; None where nothing was counted."""
    values = list(counts)
    rest = sum(values) / 2
    if not rest:
        return None
    edges = EDGES[key]
    for i, value in enumerate(values):
        if value >= rest:
            return edges[i] + (edges[i + 1] - edges[i]) * rest / value
        rest -= value
    raise AssertionError("half of the counts lie below some bin's upper edge")
