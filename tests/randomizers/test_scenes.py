"""SceneSpecs: round trip, determinism, clips, what each recipe promises, and off arms that do not vary."""

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.library import NOTHING, Library
from assets.street.params import BuildingParams
from randomizers.config import RandomizerConfig
from randomizers.recipe import sample_scene
from randomizers.spec import CAR_SLOTS, DISTRACTOR_SLOTS, SCENERY_SLOTS, SceneSpec, from_json, to_json
from scenegen.compose import compose

Config = Callable[[str], RandomizerConfig]
FULL = compose(["randomizer=full"]).randomizer
PHOTOS = tuple(f"{index:03d}.jpg" for index in range(100))
LIBRARY = Library(photos=PHOTOS)


def scenes(config: RandomizerConfig, count: int, **options: object) -> list[SceneSpec]:
    return [sample_scene(config, 0, frame, 1, 640, 214, **options) for frame in range(count)]


@settings(max_examples=60)
@given(seed=st.integers(0, 2**63), frame=st.integers(0, 10**9), clip_length=st.integers(1, 50))
def test_json_round_trip_loses_nothing(seed: int, frame: int, clip_length: int) -> None:
    spec = sample_scene(FULL, seed, frame, clip_length, 1200, 400, LIBRARY)
    line = to_json(spec)
    assert from_json(line) == spec
    assert to_json(from_json(line)) == line
    assert b"\n" not in line


@settings(max_examples=60)
@given(seed=st.integers(0, 2**31), frame=st.integers(0, 10**6))
def test_sections_have_their_slots(seed: int, frame: int) -> None:
    spec = sample_scene(FULL, seed, frame, 1, 1200, 400)
    assert len(spec.cars) <= CAR_SLOTS and len(spec.placement.cars) <= CAR_SLOTS
    assert len(spec.paint) == len(spec.textures.cars) == len(spec.motion.car_speed_mps) == CAR_SLOTS
    assert len(spec.distractors) <= DISTRACTOR_SLOTS == len(spec.textures.distractors)
    assert len(spec.textures.scenery) == SCENERY_SLOTS
    assert (spec.placement.road is None) == (spec.recipe == "paper") == (spec.camera.kind == "orbit")


def test_another_process_draws_the_same_scenes() -> None:
    script = (
        "from hashlib import sha256; from randomizers.recipe import sample_scene\n"
        "from randomizers.spec import to_json; from scenegen.compose import compose\n"
        "c = compose(['randomizer=full']).randomizer\n"
        "print(sha256(b''.join(to_json(sample_scene(c, 5, f, 1, 640, 214)) for f in range(30))).hexdigest())"
    )
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": str(root)}
    there = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, cwd=root
    ).stdout.strip()
    backwards = {f: to_json(sample_scene(FULL, 5, f, 1, 640, 214)) for f in reversed(range(30))}
    assert sha256(b"".join(backwards[f] for f in range(30))).hexdigest() == there


def test_seeds_and_frames_give_different_scenes() -> None:
    lines = {
        to_json(sample_scene(FULL, seed, frame, 1, 640, 214)) for seed in range(5) for frame in range(20)
    }
    assert len(lines) == 100


def test_frames_of_a_clip_differ_in_time_and_sensor_alone() -> None:
    first, third = (msgspec.structs.asdict(sample_scene(FULL, 0, f, 10, 640, 214)) for f in (20, 22))
    assert {name for name in first if first[name] != third[name]} == {"frame", "time_s", "sensor"}
    assert (first["clip"], first["time_s"], third["time_s"]) == (2, 0.0, pytest.approx(0.2))
    assert any(first["motion"].car_speed_mps)


def test_single_frames_stand_still(config: Config) -> None:
    for spec in scenes(config("full"), 20):
        assert spec.time_s == 0 and not any(spec.motion.car_speed_mps) and spec.motion.camera_speed_mps == 0


def test_paper_recipe_keeps_the_papers_ranges(config: Config) -> None:
    specs = scenes(config("paper"), 300)
    assert {len(spec.cars) for spec in specs} == set(range(15))
    assert {len(spec.lighting.points) for spec in specs} == set(range(1, 13))
    for spec in specs:
        assert 5 <= spec.camera.elevation_deg <= 30
        assert max(abs(spec.camera.pan_deg), abs(spec.camera.tilt_deg), abs(spec.camera.roll_deg)) <= 30
        assert all(texture is not None for texture in spec.textures.cars)
    azimuths = [spec.camera.azimuth_deg for spec in specs]
    assert min(azimuths) < 20 and max(azimuths) > 340
    assert 0.35 < sum(spec.ground.visible for spec in specs) / len(specs) < 0.65


def test_structured_recipe_has_kittis_camera(config: Config) -> None:
    for spec in scenes(config("structured"), 100):
        assert 1.4 <= spec.camera.height_m <= 1.9
        assert 0.85 * 721.5 <= spec.camera.focal_over_width * 1242 <= 1.15 * 721.5
        assert max(abs(spec.camera.tilt_deg), abs(spec.camera.roll_deg)) <= 2


def test_darker_light_is_exposed_longer(config: Config) -> None:
    lights = [spec.lighting for spec in scenes(config("structured"), 200)]
    bright = [light.exposure_ev for light in lights if light.sun and light.sun.strength > 3]
    dark = [light.exposure_ev for light in lights if light.sky.strength < 0.25]
    assert bright and dark and min(dark) > max(bright) + 0.5


@pytest.mark.parametrize("recipe", ["paper", "structured"])
@pytest.mark.parametrize("component", ["placement", "paint", "ground", "background", "lighting", "camera"])
def test_off_arms_do_not_vary(component: str, recipe: str, config: Config) -> None:
    off = config(f"no_{component}")
    values = {
        msgspec.json.encode(getattr(spec, component)) for spec in scenes(off, 60) if spec.recipe == recipe
    }
    if component == "lighting":  # a sky without clouds still names the seed of its clouds
        values = {b"".join(part for part in v.split(b",") if b'"seed"' not in part) for v in values}
    assert len(values) == 1


def test_off_textures_are_flat_and_off_distractors_none(config: Config) -> None:
    for spec in scenes(config("no_texture"), 40):
        textures = spec.textures
        slots = (
            *textures.cars,
            *textures.distractors,
            *textures.scenery,
            textures.ground,
            textures.background,
        )
        assert set(slots) == {None}
    assert all(spec.distractors == () for spec in scenes(config("no_distractors"), 40))


def test_off_cars_are_of_one_style(config: Config) -> None:
    full = config("full")
    off = msgspec.structs.replace(full, cars=msgspec.structs.replace(full.cars, enabled=False))
    assert {car.style for spec in scenes(off, 40) for car in spec.cars} == {"sedan"}
    assert [len(spec.cars) for spec in scenes(off, 40)] == [len(spec.cars) for spec in scenes(full, 40)]


def test_off_sensor_is_neutral(config: Config) -> None:
    for spec in scenes(config("no_sensor"), 20):
        s = spec.sensor
        assert (s.exposure_ev, s.white_balance, s.blur_px, s.shot_noise, s.read_noise, s.vignette) == (
            0, (1, 1), 0, 0, 0, 0,
        )  # fmt: skip


def test_photos_are_used_where_there_are_any(config: Config) -> None:
    for spec in scenes(config("paper"), 10, library=LIBRARY):
        assert {texture.kind for texture in spec.textures.cars} == {"photo"}
        assert {texture.path for texture in spec.textures.cars} <= set(PHOTOS)
    assert all(t.kind != "photo" for spec in scenes(config("paper"), 10) for t in spec.textures.cars)


def test_half_textures_use_the_first_half_of_each_pool(config: Config) -> None:
    def used(name: str, library: Library) -> tuple[set[str], set[int]]:
        specs = scenes(config(name), 60, library=library)
        textures = [t for spec in specs if spec.recipe == "paper" for t in spec.textures.cars]
        return {t.path for t in textures}, {t.seed for t in textures}

    assert used("full", LIBRARY)[0] == set(PHOTOS)
    assert used("half_textures", LIBRARY)[0] == set(PHOTOS[:50])
    pool = config("full").texture.paper.pool
    assert max(used("half_textures", NOTHING)[1]) < pool / 2 < max(used("full", NOTHING)[1])


def test_cars_spread_over_their_counts_and_places(config: Config) -> None:
    specs = scenes(config("structured"), 400)
    mean = sum(len(spec.cars) for spec in specs) / len(specs)
    assert 3 < mean < 6
    poses = [pose for spec in specs for pose in spec.placement.cars]
    along = [abs((pose.heading_deg + 90) % 180 - 90) < 20 for pose in poses]
    assert sum(along) / len(along) > 0.75  # most stand along the road


def test_closed_rows_stand_wall_to_wall_and_in_line(config: Config) -> None:
    full = config("structured")
    street = msgspec.structs.replace(full.background.structured, closed=1.0)
    closed = msgspec.structs.replace(
        full, background=msgspec.structs.replace(full.background, structured=street)
    )
    for spec in scenes(closed, 5):
        for side in (1, -1):
            row = [
                t for t in spec.background.scenery if isinstance(t.shape, BuildingParams) and t.side == side
            ]
            ends = [(t.along_m - t.shape.frontage_m / 2, t.along_m + t.shape.frontage_m / 2) for t in row]
            gaps = [after[0] - before[1] for before, after in pairwise(ends)]
            assert sum(gap < 1e-6 for gap in gaps) > len(gaps) / 2 and min(gaps) > -1e-6
            assert len({t.beyond_m for t in row}) == 1
