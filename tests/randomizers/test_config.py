"""Randomizer configs: all compose, and what is out of bounds is refused with the path of its key."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from conf.compose import CONF
from randomizers.config import RandomizerConfig

NAMES = sorted(path.stem for path in (CONF / "randomizer").glob("*.yaml"))


@pytest.fixture
def plain(config: Callable[[str], RandomizerConfig]) -> dict[str, Any]:
    """The full config as plain data, to be spoilt."""
    data = msgspec.to_builtins(config("full"))
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize("name", NAMES)
def test_every_file_composes_under_its_own_name(name: str, config: Callable[[str], RandomizerConfig]) -> None:
    assert config(name).name == name


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("no_")])
def test_a_no_config_is_full_with_one_component_off(
    name: str, config: Callable[[str], RandomizerConfig]
) -> None:
    component = name.removeprefix("no_")
    full, without = config("full"), config(name)
    for other in set(RandomizerConfig.__struct_fields__) - {component, "name"}:
        assert getattr(without, other) == getattr(full, other)
    assert getattr(full, component).enabled
    assert not getattr(without, component).enabled


def test_recipes_alone_change_weights_alone(config: Callable[[str], RandomizerConfig]) -> None:
    for name in ("paper", "structured"):
        changed = [
            f
            for f in RandomizerConfig.__struct_fields__
            if getattr(config(name), f) != getattr(config("full"), f)
        ]
        assert changed == ["name", "recipe"]
        assert getattr(config(name).recipe, name) == 1


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("camera.paper.distance_m", [9, 3], "low 9.0 is above high 3.0"),
        ("camera.paper.distance_m", [0, 3], "> 0.0"),
        ("camera.paper.distance_m", [3], "length 2"),
        ("camera.paper.elevation_deg", [5, 100], "<= 90"),
        ("camera.structured.zoom", 1, "unknown field `zoom`"),
        ("texture.structured.cars", 1.5, "<= 1.0"),
        ("texture.structured.kinds", {"marble": 1}, "marble"),
        ("texture.paper.pool", 0, ">= 1"),
        ("texture.paper.kinds", {"noise": 0}, "kinds: at least one weight must be above 0"),
        ("distractors.paper.count", [0, 33], "<= 32"),
        ("distractors.paper.kinds", {"box": 1, "sofa": 1}, "sofa"),
        ("distractors.structured.size_m", {"box": [1, 2]}, "size_m: no size for cone, cylinder"),
        ("cars.paper.count", [1] * 18, "length <= 17"),
        ("cars.paper.count", [0, 0], "count: at least one weight must be above 0"),
        ("cars.structured.styles", {"tank": 1}, "tank"),
        ("lighting.structured.modes", {}, "length >= 1"),
        ("placement.structured.road.forward_lanes", [0, 2], ">= 1"),
        ("sensor.both.jpeg_quality", [70, 101], "<= 100"),
        ("sensor.enabled", "maybe", "bool"),
        ("recipe", {"paper": 0, "structured": 0}, "recipe: at least one weight must be above 0"),
    ],
)
def test_what_is_out_of_bounds_is_refused_with_its_path(
    plain: dict[str, Any], path: str, value: Any, message: str
) -> None:
    *parents, last = path.split(".")
    section = plain
    for parent in parents:
        section = section[parent]
    section[last] = value
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.convert(plain, RandomizerConfig)
    assert message in str(refused.value)
    assert f"$.{'.'.join(parents)}" in str(refused.value) or not parents
