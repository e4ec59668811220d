"""Panoramas as skies: their strength, where they lie, their sun, and files that cannot be used."""

import bpy
import numpy as np
import pytest

from conf.errors import UserError
from randomizers.spec import PERFECT_SENSOR, Lighting, Sky
from scenegen.blender import engine, passes
from scenegen.blender.panoramas import WIDEST_PX, Panoramas, encode_rgbe
from scenegen.blender.stage import Stage
from scenegen.config import RendererConfig
from scenegen.placing.view import look_along
from scenegen.scene import Scene, View

pytestmark = pytest.mark.blender

WHITE = (1.0, 1.0, 1.0)
SIZE = 40  # pixels of a square picture


def sky_of(height=32, radiance=0.5):
    return np.full((height, 2 * height, 3), radiance, np.float32)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "skies").mkdir()
    return tmp_path / "skies"


@pytest.fixture
def look(folder, tmp_path):
    """A function from a panorama's pixels, a sky's fields and a direction to the picture seen there."""

    def look(pixels, direction, **sky):
        (folder / "sky.hdr").write_bytes(encode_rgbe(pixels))
        config = RendererConfig(
            name="cycles", width=SIZE, height=SIZE, samples=1, denoise=False, device="cpu", bounces=1
        )
        engine.set_up(config, normals=False, threads=2)
        pose = np.eye(4)
        pose[:3, :3] = look_along(np.array(direction, float))
        k = np.array([[SIZE, 0, SIZE / 2], [0, SIZE, SIZE / 2], [0, 0, 1]], float)
        given = {"strength": 1.0, "turn_deg": 0.0} | sky
        lighting = Lighting(
            points=(),
            sun=None,
            sky=Sky(zenith=WHITE, horizon=WHITE, clouds=0.0, seed=0, panorama="sky.hdr", **given),
            exposure_ev=0.0,
        )
        stage = Stage(None, folder, tmp_path / "cache")
        try:
            stage.build(Scene((), View(k, pose, SIZE, SIZE), lighting, PERFECT_SENSOR, None))
            bpy.context.view_layer.update()
            lamps = [
                (lamp.data.energy, lamp.matrix_world.copy())
                for lamp in bpy.data.objects
                if lamp.type == "LIGHT"
            ]
            return passes.render(eevee=False).rgb, lamps
        finally:
            stage.clear()

    return look


def test_an_even_panorama_is_as_bright_as_the_skys_strength(look):
    seen, lamps = look(sky_of(), (1, 0, 0.5), strength=0.7)
    assert seen == pytest.approx(np.full_like(seen, 0.7), rel=0.01)
    assert not lamps


def test_the_middle_lies_ahead_and_the_turn_is_to_the_left(look):
    pixels = sky_of()
    middle = pixels.shape[1] // 2
    pixels[:, middle - 4 : middle + 4] = (0.5, 0.0, 0.0)  # a red stripe towards +x
    left = slice(middle // 2 - 4, middle // 2 + 4)
    pixels[:, left] = (0.0, 0.0, 0.5)  # a blue one towards +y

    def color_at(direction, **sky):
        return look(pixels, direction, **sky)[0][SIZE // 2, SIZE // 2].argmax()

    assert color_at((1, 0, 0.2)) == 0
    assert color_at((0, 1, 0.2)) == 2
    assert color_at((0, 1, 0.2), turn_deg=90.0) == 0
    assert color_at((-1, 0, 0.2), turn_deg=90.0) == 2


def test_a_sun_shines_as_a_lamp_from_where_the_picture_has_it(look):
    pixels = sky_of(64)
    pixels[20, 40] = 4000.0  # 31° up, 67° to the left of the middle
    seen, lamps = look(
        pixels, (np.cos(np.radians(67)), np.sin(np.radians(67)), np.tan(np.radians(32))), strength=0.5
    )
    ((energy, matrix),) = lamps
    towards = np.array(matrix.to_3x3())[:, 2]  # a sun shines along its own −z
    azimuth, elevation = np.degrees([np.arctan2(towards[1], towards[0]), np.arcsin(towards[2])])
    assert (azimuth, elevation) == pytest.approx((180 * (64 - 40.5) / 64, 90 - 20.5 * 180 / 64), abs=0.2)
    assert energy > 1
    assert np.unravel_index(seen[..., 0].argmax(), (SIZE, SIZE)) == pytest.approx((20, 20), abs=3)
    assert seen.max() < 12 * 0.5 * 1.01  # cut off: fireflies have no place to come from

    _, ((_, turned),) = look(pixels, (1, 0, 0), turn_deg=30.0)
    there = np.array(turned.to_3x3())[:, 2]
    assert np.degrees(np.arctan2(there[1], there[0])) == pytest.approx(azimuth + 30, abs=0.2)


def test_wide_panoramas_are_loaded_from_a_small_copy_made_once(folder, tmp_path):
    pixels = np.full((WIDEST_PX, 2 * WIDEST_PX, 3), 0.5, np.float32)
    pixels[: WIDEST_PX // 4] = 1.5
    (folder / "wide.hdr").write_bytes(encode_rgbe(pixels))
    gains, before = [], len(bpy.data.images)
    for _ in range(2):
        panoramas = Panoramas(folder, tmp_path / "cache")
        image, light = panoramas.load("wide.hdr")
        assert tuple(image.size) == (WIDEST_PX, WIDEST_PX // 2)
        gains.append(light.gain)
        panoramas.clear()
    assert gains[0] == gains[1]
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 1
    assert len(bpy.data.images) == before


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("gone.hdr", None, "cannot read"),
        ("bad.hdr", b"#?RADIANCE\n", "says that it has 0 pixels"),
        ("bad.exr", b"\x76\x2f\x31\x01 no more", "says that it has 0 pixels"),
        ("flat.hdr", encode_rgbe(np.ones((30, 90, 3), np.float32)), "twice as wide as high"),
        ("black.hdr", encode_rgbe(np.zeros((30, 60, 3), np.float32)), "upper half is black"),
    ],
)
def test_files_that_cannot_be_used_are_named(folder, tmp_path, name, content, complaint):
    if content is not None:
        (folder / name).write_bytes(content)
    panoramas = Panoramas(folder, tmp_path)
    with pytest.raises(UserError, match=complaint) as raised:
        panoramas.load(name)
    assert name in str(raised.value)
    panoramas.clear()


def test_a_panorama_without_a_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"'a\.hdr' needs a folder"):
        Panoramas(None, tmp_path).load("a.hdr")
