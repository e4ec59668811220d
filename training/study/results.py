"""What a study has come to: every trial on the test pictures, every comparison, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.data.truth import LabelledImage
from training.metrics.bootstrap import Interval
from training.metrics.overlaps import Floats
from training.metrics.paper import Score


@dataclass(frozen=True)
class Case:
    """An arm at a point of the study's axis: what is compared. Its trials differ in the seed alone."""

    arm: str  # "no_texture"
    point: str = ""  # "synthetic", "200", "ssd_mobilenet_v1"; "" in a study without an axis


@dataclass(frozen=True, eq=False)
class Trial:
    """A detector that was trained with one seed, on the test pictures."""

    case: Case
    seed: int
    score: Score  # by the DR paper's protocol: AP at IoU 0.5, with records for curves
    resampled: Floats  # (R,) that AP on R resamples of the drives, the same ones for all trials
    figures: Mapping[str, Any]  # figures.json of evaluate.py: "kitti", "coco", "breakdown", …
    seconds: Mapping[str, float]  # by step: "pretrain", "finetune", "evaluate"
    report: Path  # report.html of evaluate.py


@dataclass(frozen=True, eq=False)
class Estimate:
    """A case's mean AP over its seeds."""

    case: Case
    seeds: tuple[int, ...]
    ap: Interval  # 0..1, over drives and seeds


@dataclass(frozen=True, eq=False)
class Comparison:
    """A case against the baseline's at the same point of the axis, by seeds that both have."""

    case: Case
    baseline: Case
    seeds: tuple[int, ...]
    difference: Interval  # case − baseline, AP 0..1
    sentence: str  # "no texture: −4.1 AP (−6.0 … −2.3)" or "no texture: no difference seen (−1.0 … +2.2)"


@dataclass(frozen=True)
class Missing:
    """A step that failed, or was not reached because of one that did."""

    name: str  # "pretrain no_texture, seed 1"
    why: str
    log: Path | None


@dataclass(frozen=True)
class Done:
    """A step that was done: what was run, on what, how long."""

    name: str  # "render no_texture"
    kind: str  # render, pretrain, finetune, evaluate
    key: str  # of its folder in the store
    command: str
    seconds: float
    machine: str  # "x86_64, 2 cores" or a GPU's name
    version: str  # of Carousel's source


@dataclass(frozen=True, eq=False)
class Arm:
    """An arm as the report shows it."""

    name: str  # "no_texture"
    about: str  # "no texture", in a sentence's words
    overrides: tuple[str, ...]  # "render.randomizer=no_texture"
    dataset: Path | None  # the rendered dataset, or the one given; None: real pictures only


@dataclass(frozen=True, eq=False)
class StudyResults:
    """All that the report shows."""

    name: str  # "quick"
    title: str  # "What is each randomized component worth?"
    axis: str  # what the points are: "trained on", "real pictures", "detector"; "" without
    points: tuple[str, ...]  # in order; numbers where the axis is a number
    arms: Mapping[str, Arm]  # in order
    baseline: str | None
    test: Sequence[LabelledImage]  # the test pictures
    clusters: int  # drives they are of
    trials: Sequence[Trial]
    estimates: Sequence[Estimate]
    comparisons: Sequence[Comparison]
    missing: Sequence[Missing]
    done: Sequence[Done]
    command: str  # that makes the study again
    facts: Mapping[str, str]  # detector, frames, test set, versions …
    notes: Sequence[str] = field(default_factory=tuple)  # what keeps figures from their face value
