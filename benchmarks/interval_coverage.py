"""How often a study's intervals hold the truth, by the number of training seeds and of test drives.

    python benchmarks/interval_coverage.py [repeats=300] [resamples=200] [seeds=1,2,3,5] [drives=10,20,40]
                                           [run_sd=0.05] [effect=0.2]

A study is simulated `repeats` times over: drives of unequal length, hard and easy, cluttered and clear, and
on them the detections of three arms: a baseline, one of the same kind (null), and one whose quality is lower
by `effect`, by more on some drives than on others. Runs of an arm differ in their quality, with the standard
deviation `run_sd`, from drive to drive, and from car to car. The truth is the mean over runs on very many
drives. Printed are the shares of repeats in which the 95 % interval holds the baseline's AP, no difference
for the null arm and the true difference for the worse one; how often it finds the latter; and the mean width
of its intervals in AP points.
"""

import sys
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from conf.errors import UserError
from training.metrics.bootstrap import Interval
from training.metrics.curves import Records, average_precision, records
from training.metrics.paired import difference_interval, mean_interval
from training.metrics.resampling import resampled_precision, resamples

DEFAULTS = {
    "repeats": "300",
    "resamples": "200",
    "seeds": "1,2,3,5",
    "drives": "10,20,40",
    "run_sd": "0.05",
    "effect": "0.2",
}
FRAMES = 20  # of a drive, its median
CARS = 2.0  # of a frame, on the median drive
FALSE = 3.0  # detections of nothing, likewise
FLOOR = -1.5  # the score below which detections are not given
DRIVE_RUN_SD = 0.25  # of a run's quality between drives
EFFECT_SD = 0.2  # of the worse arm's between drives
MANY_DRIVES, MANY_RUNS = 4000, 16  # for the truth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Measured = tuple[Floats, Floats]  # AP (S,) and on resamples (S, R)


@dataclass(frozen=True, eq=False)
class Streets:
    """I test pictures of drives, with C cars."""

    drive: Ints  # (I,)
    cars: Ints  # (I,)
    image: Ints  # (C,)
    hardness: Floats  # (C,) what a detector's quality must make up for
    clutter: Floats  # (I,) detections of nothing to be expected

    @property
    def drives(self) -> int:
        return int(self.drive[-1]) + 1

    @property
    def cars_by_drive(self) -> Ints:
        return np.bincount(self.drive, self.cars).astype(np.int64)


def main(args: list[str]) -> None:
    """Print the table."""
    options = DEFAULTS | dict(arg.split("=", 1) for arg in args if "=" in arg)
    if unknown := [arg for arg in args if arg.partition("=")[0] not in DEFAULTS or "=" not in arg]:
        raise UserError(f"{unknown[0]}: no such option; there are {', '.join(DEFAULTS)}, each as KEY=VALUE")
    run_sd, effect = float(options["run_sd"]), float(options["effect"])
    ap, difference, spread = truth(run_sd, effect)
    print(f"AP {100 * ap:.1f}, from run to run ± {100 * spread:.1f}; effect {100 * difference:+.1f}\n")
    print("| seeds | drives | holds AP | holds 0, null arm | holds the effect | finds it | width |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for seeds in map(int, options["seeds"].split(",")):
        for drives in map(int, options["drives"].split(",")):
            means, nulls, effects = intervals(
                drives, seeds, run_sd, effect, int(options["repeats"]), int(options["resamples"])
            )
            width = np.mean([each.high - each.low for each in effects])
            print(
                f"| {seeds} | {drives} | {share_holding(means, ap):.0%} | {share_holding(nulls, 0):.0%} "
                f"| {share_holding(effects, difference):.0%} | {1 - share_holding(effects, 0):.0%} "
                f"| {100 * width:.1f} |",
                flush=True,
            )


def truth(run_sd: float, effect: float) -> tuple[float, float, float]:
    """The baseline's AP, the worse arm's difference to it, and the standard deviation of runs."""
    rng = np.random.default_rng(0)
    streets = simulated_streets(rng, MANY_DRIVES)
    toll = worse(rng, streets, effect)
    chances = (np.arange(MANY_RUNS) + 0.5) / MANY_RUNS
    qualities = [1 + run_sd * NormalDist().inv_cdf(chance) for chance in chances]
    runs = [[average_precision(detected(rng, streets, each, by)) for by in (0.0, toll)] for each in qualities]
    baseline, arm = np.transpose(runs)
    return float(baseline.mean()), float((arm - baseline).mean()), float(baseline.std(ddof=1))


def intervals(
    drives: int, seeds: int, run_sd: float, effect: float, repeats: int, count: int
) -> tuple[list[Interval], list[Interval], list[Interval]]:
    """Of each repeat: the baseline's AP, the null arm's difference to it, and the worse arm's."""
    rng = np.random.default_rng([drives, seeds])
    means, nulls, effects = [], [], []
    for _ in range(repeats):
        streets = simulated_streets(rng, drives)
        drawn = resamples(streets.drive, count, int(rng.integers(1 << 32)))
        base, same = (measured(rng, streets, drawn, seeds, run_sd) for _ in range(2))
        less = measured(rng, streets, drawn, seeds, run_sd, worse(rng, streets, effect))
        cars = streets.cars_by_drive
        means.append(mean_interval(*base, cars))
        nulls.append(difference_interval(*base, *same, cars))
        effects.append(difference_interval(*base, *less, cars))
    return means, nulls, effects


def share_holding(found: list[Interval], value: float) -> float:
    return float(np.mean([each.low <= value <= each.high for each in found]))


def simulated_streets(rng: np.random.Generator, drives: int) -> Streets:
    frames = np.maximum(2, FRAMES * rng.lognormal(0, 0.8, drives)).astype(np.int64)
    drive = np.repeat(np.arange(drives), frames)
    cars = rng.poisson(CARS * rng.lognormal(0, 0.6, drives)[drive])
    image = np.repeat(np.arange(len(drive)), cars)
    by_image = rng.normal(0, 0.8, drives)[drive] + rng.normal(0, 0.5, len(drive))
    hardness = by_image[image] + rng.normal(0, 1, len(image))
    return Streets(drive, cars, image, hardness, FALSE * rng.lognormal(0, 0.6, drives)[drive])


def worse(rng: np.random.Generator, streets: Streets, effect: float) -> Floats:
    """(drives,) what an arm's quality is lower by."""
    return rng.normal(effect, EFFECT_SD, streets.drives)


def measured(
    rng: np.random.Generator,
    streets: Streets,
    drawn: Ints,
    seeds: int,
    run_sd: float,
    toll: Floats | float = 0.0,
) -> Measured:
    """An arm's runs on the streets and on resamples of them, `drawn` (R, I)."""
    runs = [detected(rng, streets, rng.normal(1, run_sd), toll) for _ in range(seeds)]
    return (
        np.array([average_precision(run) for run in runs]),
        np.stack([resampled_precision(run, drawn) for run in runs]),
    )


def detected(
    rng: np.random.Generator, streets: Streets, quality: float, toll: Floats | float = 0.0
) -> Records:
    """A run's detections, as records: the easier a car, the higher its score."""
    by_drive = rng.normal(quality, DRIVE_RUN_SD, streets.drives) - toll
    scores = by_drive[streets.drive[streets.image]] - streets.hardness
    scores += rng.normal(0, 0.7, len(scores))
    seen = scores > FLOOR
    nothing = np.repeat(np.arange(len(streets.drive)), rng.poisson(streets.clutter))
    false = FLOOR + rng.exponential(0.8, len(nothing))
    hits = np.repeat([1, 0], [seen.sum(), len(false)])
    image = np.concatenate([streets.image[seen], nothing])
    return records(np.concatenate([scores[seen], false]), hits, 1 - hits, image, streets.cars)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
