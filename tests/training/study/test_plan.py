"""What a study's settings come to: which steps, each once, and what an arm changes."""

from pathlib import Path

import pytest
from studies import planned, settings
from written import write_text

from conf.compose import CONF
from conf.errors import UserError
from training.study.arms import catalogue, chosen, in_words
from training.study.identity import key
from training.study.plan import render_settings

STUDIES = sorted(path.stem for path in (CONF / "study").glob("*.yaml"))


def _steps(plan, arm, point="", seed=0):
    trial = next(t for t in plan.trials if (t.arm, t.point, t.seed) == (arm, point, seed))
    return {id.partition("/")[0]: plan.steps[id] for id in trial.steps}


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_has_a_plan(study, tmp_path, rendering):
    plan = planned(tmp_path / "kitti", f"study={study}")
    assert plan.trials
    for trial in plan.trials:
        assert trial.steps[-1].startswith("evaluate/")
        for id in trial.steps:
            assert set(plan.steps[id].inputs.values()) <= set(trial.steps)


def test_the_quick_study_is_four_arms_on_small_frames_with_ssdlite_v3_small():
    config = settings("study=quick")
    assert len(config.arms) == 4
    assert "model=ssdlite_mobilenet_v3_small" in config.study.common


def test_arms_share_the_steps_that_they_do_not_change(tmp_path, rendering):
    plan = planned(tmp_path / "kitti", "arms=[full,no_texture,no_augmentation]", "seeds=[0,1]")
    full = _steps(plan, "full", "synthetic + real")
    assert _steps(plan, "no_augmentation", "synthetic + real")["render"] == full["render"]
    assert _steps(plan, "no_augmentation", "synthetic + real")["pretrain"] != full["pretrain"]
    assert _steps(plan, "no_texture", "synthetic + real")["render"] != full["render"]
    assert _steps(plan, "full", "synthetic")["pretrain"] == full["pretrain"]
    assert _steps(plan, "full", "synthetic + real", seed=1)["render"] == full["render"]
    assert _steps(plan, "full", "synthetic + real", seed=1)["pretrain"] != full["pretrain"]
    kinds = [step.kind for step in plan.steps.values()]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "render": 2, "pretrain": 6, "finetune": 6, "evaluate": 12,
    }  # fmt: skip


def test_studies_share_trainings(tmp_path, rendering):
    components = planned(tmp_path / "kitti", "study=components")
    frozen = planned(tmp_path / "kitti", "study=frozen")
    shared = components.steps.keys() & frozen.steps.keys()
    assert {id for trial in frozen.trials if trial.arm == "full" for id in trial.steps} <= shared


def test_real_pictures_alone_are_neither_rendered_nor_pretrained_for(tmp_path, rendering):
    plan = planned(tmp_path / "kitti", "arms=[full,real_only]", "seeds=[0]")
    assert set(_steps(plan, "real_only", "synthetic + real")) == {"finetune", "evaluate"}
    assert ("real_only", "synthetic") not in {(trial.arm, trial.point) for trial in plan.trials}
    assert (
        "model=ssdlite_mobilenet_v3_large"
        in _steps(plan, "real_only", "synthetic + real")["finetune"].arguments
    )
    assert (
        "model=ssdlite_mobilenet_v3_large"
        not in _steps(plan, "full", "synthetic + real")["finetune"].arguments
    )


def test_the_command_line_changes_all_arms_and_undoes_none(tmp_path, rendering):
    further = ("pretrain.augmentation=strong", "pretrain.trainer.max_epochs=3", "model.width_mult=0.5")
    plan = planned(tmp_path / "kitti", "arms=[full,no_augmentation]", "seeds=[0]", further=further)
    full, without = (_steps(plan, arm, "synthetic")["pretrain"] for arm in ("full", "no_augmentation"))
    assert "augmentation=strong" in full.arguments
    assert "augmentation=off" in without.arguments
    for step in (full, without):
        assert {"trainer.max_epochs=3", "model.width_mult=0.5"} <= set(step.arguments)


def test_what_is_measured_on_never_chooses_a_checkpoint(tmp_path, rendering):
    plan = planned(tmp_path / "kitti", "arms=[full]", "seeds=[0]", "train=train", "test=val")
    steps = _steps(plan, "full", "synthetic + real")
    assert all("split=train" in steps[kind].arguments for kind in ("pretrain", "finetune"))
    assert "split=val" in steps["evaluate"].arguments


def test_without_choosing_no_picture_is_held_back(tmp_path, rendering):
    steps = _steps(planned(tmp_path / "kitti", "study=quick", "arms=[full]"), "full", "synthetic + real")
    assert "data.held_out=0" in steps["pretrain"].arguments
    assert not any(argument.startswith("kitti.root") for argument in steps["pretrain"].arguments)
    assert "selection=0" in steps["finetune"].arguments


def test_subsets_of_real_pictures_are_the_same_for_every_arm(tmp_path, rendering):
    plan = planned(tmp_path / "kitti", "study=real_images", "arms=[full,real_only]", "seeds=[3]")
    for point in ("25", "400"):
        for arm in ("full", "real_only"):
            arguments = _steps(plan, arm, point, seed=3)["finetune"].arguments
            assert {f"n_real={point}", "seed=3", "selection=0"} <= set(arguments)


def test_replay_goes_on_with_the_arm_s_own_pictures(tmp_path, rendering):
    plan = planned(tmp_path / "kitti", "study=replay", "seeds=[0]")
    steps = _steps(plan, "full", "0.5")
    assert steps["finetune"].inputs["replay.root"] == steps["render"].id
    given = planned(tmp_path / "kitti", "study=replay", further=("pretrain.data.root=/data/coco",))
    assert "replay.root=/data/coco" in _steps(given, "full", "0.5")["finetune"].arguments


def test_arms_for_what_the_user_brings_are_left_out_without_it_and_said(tmp_path, rendering):
    plan = planned(tmp_path / "kitti", "seeds=[0]")
    assert {"vkitti", "user_cars"}.isdisjoint(plan.arms)
    assert any("arm vkitti is left out" in note for note in plan.notes)
    with pytest.raises(UserError, match=r"arm vkitti: give vkitti="):
        planned(tmp_path / "kitti", "arms=[full,vkitti]")


def test_arms_for_what_the_user_brings_take_it(tmp_path, rendering):
    given = write_text(tmp_path / "vkitti" / "Scene01" / "clone" / "bbox.txt").parents[2]
    plan = planned(
        tmp_path / "kitti", "arms=[full,vkitti,user_cars]", f"vkitti={given}", "cars=[/a,/b]", "seeds=[0]"
    )
    steps = _steps(plan, "vkitti", "synthetic")
    assert "render" not in steps
    assert f"data.root={given}" in steps["pretrain"].arguments
    assert "assets.cars=[/a,/b]" in _steps(plan, "user_cars", "synthetic")["render"].arguments


@pytest.mark.parametrize(
    ("arguments", "further", "told"),
    [
        (["arms=[full,no_textur]"], [], r"no arm no_textur \(did you mean no_texture\?\)"),
        (["arms=[no_texture]"], [], r"the baseline full, which .* is not among them"),
        (["arms=[full]"], ["pretrain.trainer.epochs=3"], r"trainer.epochs: no such key"),
        (["arms=[full]"], ["model=yolo"], r"model=yolo: no such model"),
        (["arms=[]"], [], r"arms="),
        (["seeds=[-1]"], [], r"seeds="),
    ],
)
def test_a_wrong_study_is_refused_before_anything_runs(arguments, further, told, tmp_path, rendering):
    with pytest.raises(UserError, match=told):
        planned(tmp_path / "kitti", *arguments, further=tuple(further))


def test_too_few_real_pictures_are_said_before_anything_runs(tmp_path, rendering):
    with pytest.raises(
        UserError,
        match=r"finetune of full, synthetic \+ real, seed 0: 200 pictures were asked for; there are 1\d\d",
    ):
        planned(tmp_path / "kitti", "arms=[full]", pictures=200)


def test_render_s_own_words_are_given_where_its_arguments_are_wrong():
    with pytest.raises(UserError, match=r"render: randomizer=no_textures: no such randomizer"):
        render_settings(("randomizer=no_textures",))


def test_a_catalogue_that_is_none_is_refused_with_its_name(tmp_path):
    path = write_text(tmp_path / "arms.yaml", "full: 3")
    with pytest.raises(UserError, match=r"arms.yaml: Expected `array`"):
        catalogue(path)


def test_an_arm_is_called_what_its_comment_says(tmp_path):
    path = write_text(tmp_path / "arms.yaml", "no_sun: [render.n=3]  # night alone", "no_moon: []")
    assert in_words(path) == {"no_sun": "night alone", "no_moon": "no moon"}


def test_another_arm_is_a_line(tmp_path):
    arms = catalogue() | {"slow": ("pretrain.trainer.learning_rate=0.0001",)}
    taken, _ = chosen(settings("arms=[full,slow]"), arms)
    assert taken["slow"] == ["pretrain.trainer.learning_rate=0.0001"]


def _key(root: Path, **changed: object) -> str:
    told = {"out": "x", "split": "train", "kitti": {"root": str(root)}, "trainer": {"learning_rate": 0.1}}
    return key("finetune", told | changed, {})


def test_a_key_follows_what_determines_the_result_and_nothing_else(tmp_path):
    for name in ("a", "b"):
        write_text(tmp_path / name / "training" / "label_2" / "000000.txt", "Car")
    first = _key(tmp_path / "a")
    assert _key(tmp_path / "b", out="y") == first  # moved
    assert _key(tmp_path / "a", trainer={"learning_rate": 0.1, "devices": 4}) == first
    assert _key(tmp_path / "a", trainer={"learning_rate": 0.2}) != first
    listed = write_text(tmp_path / "drives.txt", "one")
    by_file = _key(tmp_path / "a", split=str(listed))
    assert by_file != first
    assert key("finetune", {"split": "train"}, {"checkpoint": "pretrain/1"}) != key(
        "finetune", {"split": "train"}, {"checkpoint": "pretrain/2"}
    )
