"""Switching one component off, or changing it, leaves every other component's section bit-identical."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from randomizers.config import RandomizerConfig
from randomizers.recipe import sample_scene
from randomizers.spec import SceneSpec

FRAMES = range(200)
SECTION = {  # component → its field of the SceneSpec
    "cars": "cars",
    "placement": "placement",
    "paint": "paint",
    "texture": "textures",
    "distractors": "distractors",
    "traffic": "traffic",
    "ground": "ground",
    "background": "background",
    "lighting": "lighting",
    "camera": "camera",
    "motion": "motion",
    "sensor": "sensor",
}
CLIP = 2  # so that motion shows


def test_every_component_of_the_config_is_checked() -> None:
    assert {"name", "recipe", *SECTION} == set(RandomizerConfig.__struct_fields__)


def sections(config: RandomizerConfig, frame: int) -> dict[str, bytes]:
    """Each section of a frame as JSON bytes."""
    spec = sample_scene(config, seed=3, frame=frame, clip_length=CLIP, width=640, height=214)
    return {name: msgspec.json.encode(getattr(spec, name)) for name in SceneSpec.__struct_fields__}


@pytest.fixture(scope="module")
def full(config: Callable[[str], RandomizerConfig]) -> list[dict[str, bytes]]:
    return [sections(config("full"), frame) for frame in FRAMES]


def test_both_recipes_are_among_the_frames(full: list[dict[str, bytes]]) -> None:
    recipes = [frame["recipe"] for frame in full]
    assert min(recipes.count(b'"paper"'), recipes.count(b'"structured"')) > 50


@pytest.mark.parametrize("component", SECTION)
def test_one_component_off_changes_its_own_section_alone(
    component: str, full: list[dict[str, bytes]], config: Callable[[str], RandomizerConfig]
) -> None:
    switched = msgspec.structs.replace(
        config("full"),
        **{component: msgspec.structs.replace(getattr(config("full"), component), enabled=False)},
    )
    changed = set()
    for frame, before in zip(FRAMES, full, strict=True):
        after = sections(switched, frame)
        changed |= {name for name in after if after[name] != before[name]}
    assert changed == {SECTION[component]}


@pytest.mark.parametrize(
    ("component", "change"),
    [
        ("cars", {"count": (1.0,) * 17}),
        ("distractors", {"count": [0, 32]}),
        ("texture", {"pool_share": 0.5}),
        ("lighting", {"count": [1, 2]}),
    ],
)
def test_another_count_leaves_what_both_have_alike(
    component: str, change: dict[str, Any], config: Callable[[str], RandomizerConfig]
) -> None:
    """Slots have streams of their own: with more of them the first ones stay as they were."""
    plain = msgspec.to_builtins(config("paper"))
    plain[component]["paper"] |= change
    other = msgspec.convert(plain, RandomizerConfig)
    for frame in range(40):
        before = sample_scene(config("paper"), 0, frame, 1, 640, 214)
        after = sample_scene(other, 0, frame, 1, 640, 214)
        match component:
            case "cars":
                pairs = zip(before.cars, after.cars, strict=False)
            case "distractors":
                pairs = zip(before.distractors, after.distractors, strict=False)
            case "lighting":
                pairs = zip(before.lighting.points, after.lighting.points, strict=False)
            case _:  # half of the pool: the same kinds on the same slots
                pairs = [([t.kind for t in before.textures.cars], [t.kind for t in after.textures.cars])]
        assert all(a == b for a, b in pairs)
