"""Triangles and milliseconds of each kind of asset: building the mesh and splitting its sharp edges.

    python benchmarks/asset_build.py [samples=30]

Medians over so many random samples of each kind, after one to fill caches; the last column is the time over
that of the median car in the same run, which is what carries over to another machine.
"""

import sys
import time
from collections.abc import Callable
from typing import get_args

import numpy as np

from assets.build import build
from assets.cars.params import Style
from assets.cars.sample import sample_car
from assets.mesh import split_sharp
from assets.params import Params
from assets.stream import Stream
from assets.street.sample import sample_barrier, sample_building, sample_post, sample_tree
from assets.traffic.params import TRAFFIC_KINDS
from assets.traffic.sample import sample_traffic_shape

Sampler = Callable[[Stream], Params]


def main(samples: int) -> None:
    kinds: dict[str, Sampler] = {
        style: lambda rng, style=style: sample_car(rng, {style: 1.0}) for style in get_args(Style)
    }
    kinds |= {kind: lambda rng, kind=kind: sample_traffic_shape(rng, {kind: 1.0}) for kind in TRAFFIC_KINDS}
    kinds |= {
        "building": sample_building,
        "tree": sample_tree,
        "post": sample_post,
        "barrier": sample_barrier,
    }
    measured = {name: measure(sampler, samples) for name, sampler in kinds.items()}
    car = float(np.median([measured[style][1] for style in get_args(Style)]))
    print(f"{'kind':<14} triangles      ms  of a car's")
    for name, (triangles, ms) in measured.items():
        print(f"{name:<14} {triangles:>9.0f} {ms:>7.2f} {ms / car:>11.2f}")


def measure(sampler: Sampler, samples: int) -> tuple[float, float]:
    """Median triangles and milliseconds of a kind."""
    split_sharp(build(sampler(Stream(samples))))
    counts, times = [], []
    for key in range(samples):
        params = sampler(Stream(key))
        start = time.perf_counter()
        mesh = split_sharp(build(params))
        times.append(1000 * (time.perf_counter() - start))
        counts.append(len(mesh.faces))
    return float(np.median(counts)), float(np.median(times))


if __name__ == "__main__":
    main(int(dict(word.split("=") for word in sys.argv[1:]).get("samples", 30)))
