"""Small studies for tests: KITTI in miniature, and settings composed as the command does."""

from pathlib import Path
from typing import Any

import pytest
from written import CAR, labelled, write_kitti

from training.ablate import ABLATE
from training.settings import AblateConfig
from training.study import plan as planning
from training.study.plan import Plan, Real


def kitti(root: Path) -> Path:
    """Ten of KITTI's ids with a car in each."""
    return write_kitti(root, {f"{number:06d}": [CAR] for number in range(10)})


def settings(*arguments: str) -> AblateConfig:
    return ABLATE.compose(list(arguments))


def planned(root: Path, *arguments: str, further: tuple[str, ...] = (), pictures: int = 6000) -> Plan:
    """The plan of the command with these arguments, on so many pictures of forty drives."""
    if not root.exists():
        kitti(root)
    train = [labelled(f"{number:06d}", f"drive {number % 40}") for number in range(pictures)]
    return planning.plan(settings(*arguments), further, Real(root, train, [labelled("x", "another")]))


@pytest.fixture
def rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render's settings without asking render: the arguments themselves, and what an estimate needs."""

    def told(arguments: tuple[str, ...]) -> dict[str, Any]:
        given = dict(argument.split("=", 1) for argument in arguments)
        return {**given, "n": int(given["n"]), "renderer": {"width": 640, "height": 192}}

    monkeypatch.setattr(planning, "render_settings", told)
