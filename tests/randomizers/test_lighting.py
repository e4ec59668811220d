"""Lighting: every weather comes, panoramas take the sky's place, and the exposure follows the haze."""

from collections.abc import Callable

import msgspec
import pytest

from assets.library import NOTHING, Library
from randomizers.config import RandomizerConfig
from randomizers.recipe import sample_scene
from randomizers.spec import Lighting

Config = Callable[[str], RandomizerConfig]
SKIES = Library(panoramas=("a.hdr", "b/c.exr", "d.hdr"))


def lights(config: RandomizerConfig, frames: int = 300, library: Library = NOTHING) -> list[Lighting]:
    return [sample_scene(config, 4, frame, 1, 640, 214, library).lighting for frame in range(frames)]


def test_streets_are_dry_and_wet_clear_and_hazy(config: Config) -> None:
    drawn = lights(config("structured"))
    wet = [light for light in drawn if light.wetness >= 0.4]
    hazy = [light for light in drawn if light.haze_per_m >= 0.004]
    assert 0.05 < len(wet) / len(drawn) < 0.3
    assert 0.03 < len(hazy) / len(drawn) < 0.2
    assert all(light.sun is None for light in wet)
    assert 0.4 < sum(light.wetness == 0 for light in drawn) / len(drawn) < 0.95


def test_the_papers_scenes_have_no_weather(config: Config) -> None:
    for light in lights(config("paper"), 60, SKIES):
        assert (light.wetness, light.haze_per_m, light.sky.panorama) == (0, 0, "")


def test_half_of_the_skies_are_panoramas_where_there_are_any(config: Config) -> None:
    drawn = lights(config("structured"), library=SKIES)
    under = [light for light in drawn if light.sky.panorama]
    assert len(under) / len(drawn) == pytest.approx(0.5, abs=0.08)
    assert {light.sky.panorama for light in under} == set(SKIES.panoramas)
    assert all(light.sun is None for light in under)
    assert max(light.sky.turn_deg for light in under) > 300


def test_panoramas_change_nothing_of_the_other_skies_and_leave_the_weather(config: Config) -> None:
    for plain, drawn in zip(
        lights(config("structured"), 60), lights(config("structured"), 60, SKIES), strict=True
    ):
        if drawn.sky.panorama:
            assert (drawn.wetness, drawn.haze_per_m) == (plain.wetness, plain.haze_per_m)
        else:
            assert drawn == plain


def test_bright_haze_shortens_the_exposure(config: Config) -> None:
    def with_haze(haze_per_m: float) -> list[Lighting]:
        plain = msgspec.to_builtins(config("structured"))
        for mode in plain["lighting"]["structured"]["modes"].values():
            mode["haze_per_m"] = [haze_per_m, haze_per_m]
        return lights(msgspec.convert(plain, RandomizerConfig), 40, SKIES)

    for clear, foggy in zip(with_haze(0.0), with_haze(0.02), strict=True):
        assert clear.exposure_ev - 1.5 < foggy.exposure_ev < clear.exposure_ev - 0.3
        assert foggy.sky == clear.sky


def test_off_lighting_is_clear_dry_noon_without_panoramas(config: Config) -> None:
    for spec in (sample_scene(config("no_lighting"), 0, frame, 1, 640, 214, SKIES) for frame in range(40)):
        assert (spec.lighting.wetness, spec.lighting.haze_per_m, spec.lighting.sky.panorama) == (0, 0, "")
