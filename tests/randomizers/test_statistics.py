"""What the recipes show agrees with the paper and with KITTI, within wide tolerances."""

from collections.abc import Callable

import pytest

from benchmarks.recipe_statistics import KITTI, table
from randomizers.config import RandomizerConfig
from randomizers.recipe import sample_scene


def figures(config: RandomizerConfig, width: int, height: int) -> dict[str, float]:
    return table(sample_scene(config, 0, frame, 1, width, height) for frame in range(160))


def test_structured_scenes_look_like_kittis(config: Callable[[str], RandomizerConfig]) -> None:
    found = figures(config("structured"), 1242, 375)
    assert found["cars per image, mean"] == pytest.approx(KITTI["cars per image, mean"], rel=0.25)
    assert 10 <= found["cars per image, most"] <= 16
    assert found["images without a car"] < 0.2
    for percentile in ("5 %", "25 %", "50 %", "75 %", "95 %"):
        name = f"box height {percentile}"
        assert found[name] == pytest.approx(KITTI[name], rel=0.35)
    for share in ("under 25 px", "truncated at all", "truncated over half", "seen from the side"):
        assert found[share] == pytest.approx(KITTI[share], abs=0.08)
    for share in ("seen from the rear", "seen from the front"):
        assert found[share] == pytest.approx(KITTI[share], abs=0.12)


def test_paper_scenes_show_cars_of_useful_size(config: Callable[[str], RandomizerConfig]) -> None:
    found = figures(config("paper"), 1200, 400)
    assert found["cars per image, mean"] > 3
    assert found["images without a car"] < 0.2  # one in fifteen has none by the recipe
    assert found["box height 5 %"] > 10
    assert found["over 250 px"] < 0.06
    assert 0.35 < found["seen from the side"] < 0.65  # any heading
