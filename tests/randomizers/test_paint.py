"""Paint: finishes, two-tone cars, dirt and lamps come as often as their settings say."""

from collections import Counter
from collections.abc import Callable

import msgspec
import pytest

from randomizers.config import RandomizerConfig
from randomizers.recipe import sample_scene
from randomizers.spec import Paint

Config = Callable[[str], RandomizerConfig]


def paints(config: RandomizerConfig, frames: int = 250) -> list[Paint]:
    return [paint for frame in range(frames) for paint in sample_scene(config, 1, frame, 1, 640, 214).paint]


@pytest.fixture(scope="module")
def drawn(config: Config) -> list[Paint]:
    return paints(config("full"))


def test_matt_paint_alone_has_no_clear_coat(drawn: list[Paint], config: Config) -> None:
    finishes = config("full").paint.both.finishes
    matt = [paint for paint in drawn if paint.coat == 0]
    assert len(matt) / len(drawn) == pytest.approx(finishes["matt"].weight, abs=0.02)
    assert all(paint.roughness >= finishes["matt"].roughness.low for paint in matt)
    metallic = [paint for paint in drawn if paint.coat > 0 and paint.metallic > 0]
    assert len(metallic) / len(drawn) == pytest.approx(finishes["metallic"].weight, abs=0.03)


def test_two_tone_cars_are_as_rare_as_they_are_set(drawn: list[Paint], config: Config) -> None:
    share = sum(paint.roof_color != paint.color for paint in drawn) / len(drawn)
    assert share == pytest.approx(config("full").paint.both.two_tone, abs=0.02)


def test_lamps_and_dirt_keep_to_their_settings(drawn: list[Paint], config: Config) -> None:
    arm = config("full").paint.both
    lamps = Counter(paint.lamps for paint in drawn)
    for name, weight in arm.lamps.items():
        assert lamps[name] / len(drawn) == pytest.approx(weight, abs=0.03)
    assert (
        arm.dirt.low
        <= min(paint.dirt for paint in drawn)
        < max(paint.dirt for paint in drawn)
        <= arm.dirt.high
    )


def test_another_share_of_two_tone_cars_changes_roofs_alone(drawn: list[Paint], config: Config) -> None:
    plain = msgspec.to_builtins(config("full"))
    plain["paint"]["both"]["two_tone"] = 1.0
    others = paints(msgspec.convert(plain, RandomizerConfig), 20)
    for one, other in zip(drawn, others, strict=False):
        assert msgspec.structs.replace(other, roof_color=one.roof_color) == one
        assert other.roof_color != other.color


def test_off_paint_is_clean_grey_and_unlit(config: Config) -> None:
    (paint,) = set(paints(config("no_paint"), 5))
    assert len(set(paint.color)) == 1
    assert paint.roof_color == paint.color
    assert (paint.dirt, paint.lamps) == (0, "unlit")
