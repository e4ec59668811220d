"""Materials as they render: panes, linings, lamps, dirt and wet ground, under a plain white sky."""

import bpy
import msgspec
import numpy as np
import pytest

from assets.cars.sample import sample_car
from assets.distractors.params import DistractorParams
from assets.stream import Stream
from assets.street.params import PlaneParams
from randomizers.spec import PERFECT_SENSOR, Lighting, Paint, Sky
from scenegen.blender import engine, passes
from scenegen.blender.stage import Stage
from scenegen.config import RendererConfig
from scenegen.placing.bodywork import car_surfaces
from scenegen.placing.view import look_along
from scenegen.scene import Instance, Scene, Surface, View

pytestmark = pytest.mark.blender

WIDTH, HEIGHT = 160, 80
WHITE = (1.0, 1.0, 1.0)
CAR = sample_car(Stream(3), {"estate": 1.0})
SIDE, REAR = ((0.0, -8.0, 1.2), (0.0, 1.0, 0.0)), ((-8.0, 0.0, 1.0), (1.0, 0.0, 0.0))
PAINT = Paint(color=WHITE, roof_color=WHITE, metallic=0.0, roughness=0.5, coat=0.0, dirt=0.0, lamps="unlit")


@pytest.fixture
def render(tmp_path):
    """A function from instances and a camera's (position, direction) to their passes."""

    def render(instances, camera, strength=1.0):
        config = RendererConfig(
            name="cycles", width=WIDTH, height=HEIGHT, samples=16, denoise=False, device="cpu", bounces=3
        )
        engine.set_up(config, normals=False, threads=2)
        pose = np.eye(4)
        pose[:3, 3], pose[:3, :3] = camera[0], look_along(np.array(camera[1]))
        k = np.array([[WIDTH, 0, WIDTH / 2], [0, WIDTH, HEIGHT / 2], [0, 0, 1]], float)
        sky = Sky(zenith=WHITE, horizon=WHITE, strength=strength, clouds=0.0, seed=0)
        lighting = Lighting(points=(), sun=None, sky=sky, exposure_ev=0.0)
        stage = Stage(None, None, tmp_path)
        try:
            stage.build(Scene(tuple(instances), View(k, pose, WIDTH, HEIGHT), lighting, PERFECT_SENSOR, None))
            return passes.render(eevee=False)
        finally:
            stage.clear()

    return render


def car(**surfaces):
    return Instance(1, "car", CAR, np.eye(4), surfaces)


def box(position, size, surface):
    matrix = np.diag([size, size, size, 1.0])
    matrix[:3, 3] = position
    return Instance(2, "distractor", DistractorParams(kind="box"), matrix, {"surface": surface})


def painted(**change):
    return car_surfaces(msgspec.structs.replace(PAINT, **change), None, 1.0, None, 0.0)


@pytest.mark.parametrize("camera", [SIDE, REAR])
def test_panes_are_the_cars_in_ids_and_depth(render, camera):
    opaque = render([car(glass=Surface(WHITE))], camera)
    clear = render([car()], camera)
    np.testing.assert_array_equal(clear.ids, opaque.ids)
    np.testing.assert_array_equal(clear.depth, opaque.depth)
    assert np.abs(clear.rgb - opaque.rgb).max() > 0.3  # glass is in sight


def test_one_can_see_into_a_car(render):
    lamp = box((0.0, 0.0, CAR.height_m - 0.35), 0.5, Surface((0.0, 1.0, 0.0), emission=3.0))
    empty, full = render([car()], SIDE), render([car(), lamp], SIDE)
    np.testing.assert_array_equal(full.ids, empty.ids)
    shining = (full.rgb - empty.rgb)[..., 1] > 1.0
    assert shining.sum() > 20
    assert (full.ids[shining] == 1).all()


def test_light_falls_into_a_car(render):
    """Of two boxes inside, lit by nothing but the sky, the white one shows."""
    place, size = (0.0, 0.0, CAR.height_m - 0.35), 0.5
    black, white = (
        render([car(), box(place, size, Surface(color, roughness=1.0))], SIDE).rgb
        for color in ((0.0, 0.0, 0.0), WHITE)
    )
    assert np.percentile(white - black, 99.8) > 0.1


def test_sheet_metal_has_a_dark_lining(render, monkeypatch):
    """A white plane with a car's paint, from above and from below."""
    from scenegen.blender.materials import Materials

    plane = Instance(1, "ground", PlaneParams(size_m=40.0), np.eye(4), {"surface": Surface(WHITE)})
    above, below = ((0.0, 0.0, 2.0), (1e-6, 0.0, -1.0)), ((0.0, 0.0, -2.0), (1e-6, 0.0, 1.0))
    assert render([plane], below).rgb.mean() > 0.5
    get = Materials.get
    monkeypatch.setattr(Materials, "get", lambda self, slot, *rest: get(self, "paint", *rest))
    assert render([plane], above).rgb.mean() > 0.5
    assert render([plane], below).rgb.mean() < 0.05


def test_lamps_glow_and_brake_lights_glow_more(render):
    red = []
    for lamps in ("unlit", "lit", "braking"):
        rgb = render([car(**painted(lamps=lamps, color=(0.2, 0.2, 0.2)))], REAR, strength=0.2).rgb
        red.append((rgb[..., 0] - rgb[..., 1]).max())
    assert red[0] < 0.15 < 0.3 < red[1]
    assert red[2] > 3 * red[1]


def test_dirt_is_on_the_flanks_and_hardly_on_the_roof(render):
    clean, dirty = (render([car(**painted(dirt=dirt))], SIDE).rgb.mean(axis=2) for dirt in (0.0, 1.0))
    rows = np.flatnonzero((clean != 1).any(axis=1))  # all but the sky
    loss = (clean - dirty)[rows[0] : rows[-1]].max(axis=1)
    third = len(loss) // 3
    assert loss[third : 2 * third].max() > 0.3
    assert loss[2 * third :].max() > 2 * loss[:third].mean()


def ground(**change):
    return Instance(
        3, "road", PlaneParams(size_m=400.0), np.eye(4), {"surface": Surface((0.2, 0.2, 0.2), 0.9, **change)}
    )


def test_wet_ground_mirrors_what_stands_on_it(render):
    lamp = box((30.0, 0.0, 1.5), 3.0, Surface(WHITE, emission=5.0))
    camera = ((0.0, 0.0, 1.5), (1.0, 0.0, 0.0))
    dry, wet = (render([ground(wetness=w), lamp], camera, strength=0.05) for w in (0.0, 1.0))
    below = (dry.ids == 3) & (np.arange(HEIGHT) > 48)[:, None]
    assert wet.rgb[below].max() > 3 * dry.rgb[below].max()


def test_wet_ground_is_darker_than_dry(render):
    down = ((0.0, 0.0, 20.0), (1e-6, 0.0, -1.0))
    dry, wet = (render([ground(wetness=w)], down).rgb.mean() for w in (0.0, 1.0))
    assert 0.4 * dry < wet < 0.85 * dry


def test_panes_are_made_for_the_frame_and_dropped_with_it(render):
    render([car()], SIDE)
    assert not [material for material in bpy.data.materials if material.name.startswith("glass")]
