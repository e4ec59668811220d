"""What a study's steps have left behind, measured together: trials, estimates and comparisons."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from training.data.detections import read_coco_results
from training.data.truth import LabelledImage
from training.metrics import paper
from training.metrics.overlaps import Floats, Ints
from training.metrics.paired import difference_interval, mean_interval, sentence
from training.metrics.pool import pool
from training.metrics.resampling import resampled_precision, resamples
from training.report.figures import FEW_UNITS
from training.settings import AblateConfig
from training.study.arms import in_words
from training.study.identity import source
from training.study.plan import Plan, PlannedTrial
from training.study.results import Arm, Case, Comparison, Estimate, StudyResults, Trial
from training.study.results import Done as DoneStep
from training.study.run import missing
from training.study.store import Store

Trials = Mapping[Case, Mapping[int, Trial]]


def collect(
    config: AblateConfig, plan: Plan, store: Store, test: Sequence[LabelledImage], command: str
) -> StudyResults:
    """All that the report shows, of the steps that are done."""
    found, done = trials(plan, store, test), done_steps(plan, store)
    drives = cars_by_drive(test)
    cases = by_case(found)
    told = arms(plan, store)
    compared = comparisons(cases, config.study.baseline, drives, told)
    return StudyResults(
        name=config.study.name,
        title=config.study.title,
        axis=config.study.axis,
        points=tuple(config.study.points) or ("",),
        arms=told,
        baseline=config.study.baseline,
        test=test,
        clusters=len(drives),
        trials=found,
        estimates=estimates(cases, drives),
        comparisons=compared,
        missing=missing(plan, store),
        done=done,
        command=command,
        facts=_facts(config, plan, found, test),
        notes=(*plan.notes, *_notes(config, len(drives), compared), *_notes_on_versions(done)),
    )


def _facts(
    config: AblateConfig, plan: Plan, found: Sequence[Trial], test: Sequence[LabelledImage]
) -> dict[str, str]:
    """What was trained and measured on, as far as it is the same for all."""
    told = [trial.figures["facts"] for trial in found]
    same = {
        name: text for name, text in (told or [{}])[0].items() if all(each.get(name) == text for each in told)
    }
    detector = ", ".join(same[name] for name in ("model", "input") if name in same)
    rendered = any(step.kind == "render" for step in plan.steps.values())
    cars = found[0].score.positives if found else 0
    facts = {
        "detector": detector,
        "frames": f"{config.n:,} of each arm" if rendered else "",
        "seeds": ", ".join(map(str, config.seeds)),
        "checkpoint": {"real": "the best on real training pictures", "last": "the last"}[config.study.choose],
        "test": f"{len(test):,} pictures ({Path(config.test).name}), {cars:,} cars count",
    }
    versions = {name: text for name, text in same.items() if name.startswith("version of ")}
    return {name: text for name, text in (facts | versions).items() if text}


def _notes(config: AblateConfig, clusters: int, compared: Sequence[Comparison]) -> Iterator[str]:
    if clusters < FEW_UNITS:
        yield f"The test pictures are of {clusters} drives only: other drives may give other differences"
    yield "Seeds repeat the training, not the rendering: intervals leave out what other frames would change"
    if len(config.seeds) == 1:
        yield "One seed: what another training run would have changed is not in the intervals"
    if len(compared) > 1:
        yield (
            f"Each of the {len(compared)} intervals is at 95 % by itself: one in twenty shows a difference "
            "where there is none"
        )
    reaches = [each.difference.high - each.difference.estimate for each in compared]
    if any(np.isfinite(reaches)):
        yield (
            "No difference seen does not mean that there is none: half of the intervals reach "
            f"{100 * np.nanmedian(reaches):.1f} points or more to either side"
        )


def trials(plan: Plan, store: Store, test: Sequence[LabelledImage]) -> list[Trial]:
    """Every trial whose steps are all done, on the test pictures."""
    drawn = resamples(pool(test, {}).clusters)
    ids = [image.id for image in test]
    read: dict[str, tuple[paper.Score, Floats]] = {}  # two trials may come to the same detector
    found = []
    for planned in plan.trials:
        last = planned.steps[-1]
        if not store.done(last):
            continue
        if last not in read:
            detections = read_coco_results(store.result(last) / "results.json", ids)
            score = paper.evaluate(test, detections)
            read[last] = score, resampled_precision(score.records, drawn)
        found.append(_trial(planned, plan, store, *read[last]))
    return found


def _trial(planned: PlannedTrial, plan: Plan, store: Store, score: paper.Score, resampled: Floats) -> Trial:
    folder = store.result(planned.steps[-1])
    marks = [(plan.steps[id].kind, store.done(id)) for id in planned.steps]
    return Trial(
        case=Case(planned.arm, planned.point),
        seed=planned.seed,
        score=score,
        resampled=resampled,
        figures=json.loads((folder / "figures.json").read_text(encoding="utf-8")),
        seconds={kind: mark.seconds for kind, mark in marks if mark},
        report=folder / "report.html",
    )


def cars_by_drive(test: Sequence[LabelledImage]) -> Ints:
    """(U,) how many cars the protocol asks for in each drive."""
    everything = pool(test, {})
    drive = everything.clusters[everything.truth_image[paper.counted(everything)]]
    return np.bincount(drive, minlength=int(everything.clusters.max()) + 1)


def by_case(found: Iterable[Trial]) -> Trials:
    """Case → seed → trial."""
    cases: dict[Case, dict[int, Trial]] = defaultdict(dict)
    for trial in found:
        cases[trial.case][trial.seed] = trial
    return cases


def estimates(found: Trials, drives: Ints) -> list[Estimate]:
    """Each case's mean over its seeds."""
    return [
        Estimate(case, tuple(sorted(seeds)), mean_interval(*_stacked(seeds, sorted(seeds)), drives))
        for case, seeds in found.items()
        if not np.isnan(_stacked(seeds, sorted(seeds))[0]).any()
    ]


def comparisons(
    found: Trials, baseline: str | None, drives: Ints, told: Mapping[str, Arm]
) -> list[Comparison]:
    """Each case against the baseline's at its point, by the seeds that both have."""
    made = []
    for case, seeds in found.items():
        base = Case(baseline or "", case.point)
        both = sorted(seeds.keys() & found.get(base, {}).keys())
        if case == base or not both:
            continue
        first, second = _stacked(found[base], both), _stacked(seeds, both)
        if np.isnan(first[0]).any() or np.isnan(second[0]).any():
            continue
        difference = difference_interval(*first, *second, drives)
        words = sentence(told[case.arm].about, difference)
        made.append(Comparison(case, base, tuple(both), difference, words))
    return made


def _stacked(by_seed: Mapping[int, Trial], seeds: Sequence[int]) -> tuple[Floats, Floats]:
    """AP (S,) and resampled AP (S, R)."""
    chosen = [by_seed[seed] for seed in seeds]
    return np.array([trial.score.ap for trial in chosen]), np.stack([trial.resampled for trial in chosen])


def done_steps(plan: Plan, store: Store) -> list[DoneStep]:
    """What was run."""
    found = []
    for id, step in plan.steps.items():
        mark = store.done(id)
        if mark:
            found.append(
                DoneStep(
                    step.name, step.kind, step.key, mark.command, mark.seconds, mark.machine, mark.source
                )
            )
    return found


def arms(plan: Plan, store: Store) -> dict[str, Arm]:
    """The arms, with the datasets that are there."""
    found = {}
    words = in_words()
    for name, lines in plan.arms.items():
        where = plan.datasets.get(name)
        folder = None if where is None else store.result(where) if where in plan.steps else Path(where)
        dataset = folder if folder and folder.exists() else None
        found[name] = Arm(name, words[name], lines, dataset)
    return found


def _notes_on_versions(done: Sequence[DoneStep]) -> list[str]:
    """What keeps figures of steps done at different times from being compared."""
    found = []
    for kind in dict.fromkeys(step.kind for step in done):
        versions = {step.version for step in done if step.kind == kind}
        if len(versions) > 1:
            found.append(f"The {kind} steps were run by {len(versions)} different versions of the source")
        elif versions != {source(kind)}:
            found.append(f"The {kind} steps were run by another version of the source than is here now")
    return found
