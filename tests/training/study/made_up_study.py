"""Made-up studies with pictures, detections and datasets on disk, for what a study's report shows."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.random import RandomState
from PIL import Image

sys.path.append(str(Path(__file__).parents[1] / "metrics"))  # made_up, which the metrics' tests share

from made_up import Recipe, made_up, perturbed

from training.data.truth import LabelledImage
from training.metrics import paper
from training.metrics.bootstrap import Interval
from training.metrics.paired import sentence
from training.study.results import Arm, Case, Comparison, Done, Estimate, Missing, StudyResults, Trial

STREETS = Recipe(seed=11, images=12, objects=6)
RESAMPLES = 50
KITTI = {"easy": 0.8, "moderate": 0.6, "hard": 0.5}  # shares of AP at IoU 0.5
MACHINE = "x86_64, 2 cores"

ARMS = {  # how much worse each is than the best
    "full": ("full randomization", 0.0),
    "no_lighting": ("fixed lighting", 0.07),
    "no_texture": ("no texture", 0.05),
    "half_textures": ("half of the textures", 0.02),
    "no_distractors": ("no distractors", 0.0),
    "no_augmentation": ("no augmentation", 0.03),
    "no_background": ("plain background", 0.04),
    "structured": ("structured scenes", -0.02),
    "real_only": ("real pictures only", 0.06),
}


def study(
    folder: Path,
    arms: Sequence[str] = tuple(ARMS),
    axis: str = "trained on",
    points: Mapping[str, float] = {"synthetic": 0.0, "synthetic + real": -0.06},
    seeds: Sequence[int] = (0, 1, 2),
    baseline: str | None = "full",
    left_out: Sequence[Case] = (Case("real_only", "synthetic"),),
    missing: Sequence[Missing] = (),
    datasets: Sequence[str] = ("full", "no_lighting", "no_texture"),
) -> StudyResults:
    """A study in which every arm is so much worse, and every point too, by `points`."""
    images = streets(folder)
    cases = [Case(arm, point) for point in points for arm in arms if Case(arm, point) not in left_out]
    trials = [
        trial(images, case, seed, ARMS[case.arm][1] + points[case.point]) for case in cases for seed in seeds
    ]
    estimates = [estimated(case, [each for each in trials if each.case == case]) for case in cases]
    by_case = {each.case: each for each in estimates}
    return StudyResults(
        name="made_up",
        title="What is each made-up component worth?",
        axis=axis,
        points=tuple(points),
        arms={name: arm(folder, name, name in datasets) for name in arms},
        baseline=baseline,
        test=images,
        clusters=2,
        trials=trials,
        estimates=estimates,
        comparisons=[
            compared(by_case[case], by_case[Case(str(baseline), case.point)])
            for case in cases
            if case.arm != baseline and Case(str(baseline), case.point) in by_case
        ],
        missing=missing,
        done=[
            Done(
                "render full", "render", "a1b2c3", "python scenegen/render.py n=400", 4000.4, MACHINE, "1.0"
            ),
            Done("pretrain full, seed 0", "pretrain", "d4e5f6", "python pretrain.py", 59.6, MACHINE, "1.0"),
        ],
        command="python training/ablate.py study=made_up",
        facts={"detector": "ssdlite_mobilenet_v3_small at 480 × 144", "frames": "400 of 480 × 144"},
    )


@cache
def streets(folder: Path) -> list[LabelledImage]:
    """Pictures of two drives, with files."""
    images = made_up(STREETS)[0]
    for image in images:
        path = folder / f"{image.id}.jpg"
        Image.linear_gradient("L").resize((image.width, image.height)).save(path)
    return [replace(image, path=folder / f"{image.id}.jpg") for image in images]


def trial(images: Sequence[LabelledImage], case: Case, seed: int, worse: float) -> Trial:
    """Its detections move and miss more where it is worse."""
    chance = RandomState([seed, *f"{case.arm} {case.point}".encode()])
    recipe = replace(STREETS, spread=0.1 + worse, false=4 + 20 * worse)
    score = paper.evaluate(images, {image.id: perturbed(chance, image.truth, recipe) for image in images})
    return Trial(
        case=case,
        seed=seed,
        score=score,
        resampled=score.ap + 0.03 * chance.standard_normal(RESAMPLES),
        figures={
            "kitti": {name: {"r40": score.ap * part} for name, part in KITTI.items()},
            "coco": {"AP": score.ap / 2},
            "facts": {"parameters": f"{1 + len(case.point)}.00 M", "multiply-adds": "0.100 B"},
        },
        seconds={"pretrain": 100.0, "evaluate": 2.5},
        report=Path("nowhere/report.html"),
    )


def estimated(case: Case, trials: Sequence[Trial]) -> Estimate:
    ap = float(np.mean([each.score.ap for each in trials]))
    return Estimate(
        case, tuple(each.seed for each in trials), Interval(ap, ap - 0.04, ap + 0.03, 0.95, 2, len(trials))
    )


def compared(case: Estimate, baseline: Estimate) -> Comparison:
    between = case.ap.estimate - baseline.ap.estimate
    interval = Interval(between, between - 0.05, between + 0.06, 0.95, 2, len(case.seeds))
    told = sentence(ARMS[case.case.arm][0], interval)
    return Comparison(case.case, baseline.case, case.seeds, interval, told)


def arm(folder: Path, name: str, rendered: bool) -> Arm:
    dataset = folder / "datasets" / name if rendered else None
    if dataset and not dataset.exists():
        write_dataset(dataset)
    return Arm(name, ARMS[name][0], (f"render.randomizer={name}",), dataset)


def write_dataset(root: Path, frames: int = 12) -> None:
    """Frames as Carousel writes them, the first without a car to be found."""
    for frame in range(frames):
        name = f"000/{frame:09d}"
        car = {
            "category_id": 1,
            "bbox": [10.0, 20.0, 40.0, 30.0],
            "iscrowd": int(frame == 0),
            "style": "sedan",
        }
        truck = {"category_id": 2, "bbox": [60.0, 20.0, 30.0, 30.0], "iscrowd": 0}
        hidden = {"category_id": 1, "bbox": None, "iscrowd": 1}
        record = {"frame": frame, "file_name": f"{name}.jpg", "annotations": [car, truck, hidden]}
        for path in (root / "frames" / f"{name}.json", root / "images" / f"{name}.jpg"):
            path.parent.mkdir(parents=True, exist_ok=True)
        (root / "frames" / f"{name}.json").write_bytes(msgspec.json.encode(record))
        Image.new("RGB", (120, 60), (20 * frame, 90, 90)).save(root / "images" / f"{name}.jpg")
