"""From what steps leave behind to differences: planted ones are found, and what is missing is said."""

import json
from pathlib import Path

import numpy as np
import pytest
from studies import settings
from written import labelled

from training.data.detections import Detections, write_coco_results
from training.data.truth import LabelledImage, Row
from training.study import collect as collecting
from training.study.estimate import Cost
from training.study.identity import source
from training.study.plan import Plan, PlannedTrial, Step
from training.study.results import Case
from training.study.store import Done, Failed, Store

CARS = [(10.0, 5.0, 40.0, 50.0), (55.0, 5.0, 90.0, 55.0)]
QUALITY = {"full": 0.75, "no_texture": 0.4, "no_paint": 0.75}  # share of cars that each arm finds
SEEDS = (0, 1, 2)


def pictures() -> list[LabelledImage]:
    """Ninety of fifteen drives, two cars in each."""
    rows = tuple(Row("Car", box) for box in CARS)
    return [labelled(f"{number:06d}", f"drive {number // 6}", rows=rows) for number in range(90)]


def detections(quality: float, seed: int) -> dict[str, Detections]:
    """A share of the cars found, and some false detections of lower scores."""
    rng = np.random.default_rng(seed)
    found = {}
    for image in pictures():
        rows = [(*box, rng.uniform(0.5, 1)) for box in CARS if rng.random() < quality]
        found[image.id] = Detections.of([*rows, (0.0, 0.0, 20.0, 10.0, rng.uniform(0, 0.6))])
    return found


@pytest.fixture
def study(tmp_path: Path) -> tuple[Plan, Store]:
    """Three arms with three seeds; one seed of an arm has failed."""
    store, steps, trials = Store(tmp_path / "store"), {}, []
    for place, (arm, quality) in enumerate(QUALITY.items()):
        for seed in SEEDS:
            step = Step("evaluate", f"{place}{seed}", f"evaluate {arm}, seed {seed}", (), {}, Cost(1, 1))
            steps[step.id] = step
            trials.append(PlannedTrial(arm, "", seed, (step.id,)))
            store.start(step)
            if (arm, seed) == ("no_paint", 2):
                store.finish(step.id, Failed(1, "error: no space left", 1.0))
                continue
            write_coco_results(store.result(step.id) / "results.json", detections(quality, 10 * place + seed))
            (store.result(step.id) / "figures.json").write_text(
                json.dumps({"facts": {"model": "tiny", "input": "128 × 64 px"}})
            )
            store.finish(step.id, Done(2.0, "x86_64, 2 cores", source("evaluate"), "python x"))
    arms = {arm: (f"render.randomizer={arm}",) for arm in QUALITY}
    return Plan(steps, tuple(trials), arms, {}, ("vkitti is left out",)), store


def _collected(study: tuple[Plan, Store], *arguments: str):
    config = settings("study=quick", "arms=[full,no_texture,no_paint]", "seeds=[0,1,2]", *arguments)
    return collecting.collect(config, *study, pictures(), "python training/ablate.py")


def test_a_planted_difference_is_found_and_none_where_there_is_none(study):
    compared = {each.case.arm: each for each in _collected(study).comparisons}
    assert compared.keys() == {"no_texture", "no_paint"}
    assert compared["no_texture"].difference.high < -0.15
    assert "no texture: −" in compared["no_texture"].sentence
    assert compared["no_paint"].difference.low < 0 < compared["no_paint"].difference.high
    assert "no difference seen" in compared["no_paint"].sentence


def test_seeds_that_one_side_lacks_are_left_out_of_a_comparison_and_said(study):
    told = _collected(study)
    compared = {each.case.arm: each for each in told.comparisons}
    assert compared["no_paint"].seeds == (0, 1)
    assert compared["no_texture"].seeds == SEEDS
    assert [(each.name, each.why) for each in told.missing] == [
        ("evaluate no_paint, seed 2", "error: no space left")
    ]


def test_the_difference_is_that_of_the_means(study):
    told = _collected(study)
    aps = {case: [t.score.ap for t in told.trials if t.case == case] for case in map(Case, QUALITY)}
    compared = {each.case.arm: each for each in told.comparisons}
    assert compared["no_texture"].difference.estimate == pytest.approx(
        np.mean(aps[Case("no_texture")]) - np.mean(aps[Case("full")])
    )
    for each in told.estimates:
        assert each.ap.estimate == pytest.approx(np.mean(aps[each.case]))
        assert each.ap.low < each.ap.estimate < each.ap.high


def test_what_was_run_is_told_and_which_source_it_was(study):
    told = _collected(study)
    assert len(told.done) == 8
    assert told.clusters == 15
    assert told.facts["detector"] == "tiny, 128 × 64 px"
    assert "vkitti is left out" in told.notes
    assert not any("version of the source" in note for note in told.notes)
    plan, store = study
    store.finish(told_id := next(iter(plan.steps)), Done(2.0, "x86_64", "another", "python x"))
    assert told_id and any("2 different versions" in note for note in _collected(study).notes)
