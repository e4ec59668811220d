"""What the studies of conf/ tell the render command, checked by that command's own settings."""

from pathlib import Path

import pytest
import yaml

from conf.compose import CONF
from scenegen.compose import compose


def _arms() -> dict[str, list[str]]:
    told: dict[str, list[str]] = yaml.safe_load((CONF / "arms.yaml").read_text())
    return told


def _of_render(lines: list[str]) -> list[str]:
    return [
        line.removeprefix("render.").replace("$cars", "[cars.glb]")
        for line in lines
        if line.startswith("render.")
    ]


@pytest.mark.parametrize("arm", _arms())
def test_an_arm_is_something_that_can_be_rendered(arm):
    config = compose([*_of_render(_arms()[arm]), "n=1"])
    if arm.startswith("no_") and _of_render(_arms()[arm]):
        assert not getattr(config.randomizer, arm.removeprefix("no_")).enabled


@pytest.mark.parametrize("path", sorted((CONF / "study").rglob("*.yaml")), ids=lambda path: path.stem)
def test_a_study_s_frames_can_be_rendered(path: Path):
    study = yaml.safe_load(path.read_text())
    lines = [
        *study.get("common", []),
        *(line for point in study.get("points", {}).values() for line in point),
    ]
    compose([*_of_render(lines), f"n={study.get('n', 1)}"])
