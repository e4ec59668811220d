"""STEP.KEY=VALUE lines."""

import pytest

from conf.errors import UserError
from training.study.overrides import is_override, parse


def test_lines_go_to_their_steps_and_the_last_one_holds():
    told = parse(
        [
            "render.n=5",
            "pretrain.trainer.max_epochs=3",
            "pretrain.trainer.max_epochs=4",
            "model.input=[64,128]",
        ],
        "here",
    )
    assert told.settings["render"] == {"n": "5"}
    assert told.settings["pretrain"] == {"trainer.max_epochs": "4"}
    assert told.settings["model"] == {"model.input": "[64,128]"}
    assert not told.left_out


def test_a_step_can_be_left_out():
    assert parse(["pretrain=none"], "here").left_out == {"pretrain"}


@pytest.mark.parametrize(
    "line",
    ["randomizer=no_texture", "render", "pretrain=some", "evaluate=none", "render=none", "bake.n=4", "=3"],
)
def test_anything_else_is_refused_with_its_place(line):
    with pytest.raises(UserError, match=r"study quick, arm full: '"):
        parse([line], "study quick, arm full")


@pytest.mark.parametrize(
    ("argument", "so"),
    [("render.n=4", True), ("model=ssd_mobilenet_v1", True), ("n=4", False), ("study=quick", False)],
)
def test_the_command_line_s_own_keys_are_told_apart(argument, so):
    assert is_override(argument) is so
