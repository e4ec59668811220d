"""Recipe: one scene from a config, a seed and a frame index, each component from its own stream."""

from functools import partial

from assets.library import NOTHING, Library
from randomizers.background import sample_background
from randomizers.camera import sample_camera
from randomizers.cars import sample_cars
from randomizers.config import RandomizerConfig
from randomizers.distractors import sample_distractors
from randomizers.draw import Streams
from randomizers.ground import sample_ground
from randomizers.lighting import sample_lighting
from randomizers.motion import sample_motion
from randomizers.paint import sample_paint
from randomizers.placement import sample_placement
from randomizers.sensor import sample_sensor
from randomizers.spec import Recipe, SceneSpec
from randomizers.streams import stream
from randomizers.texture import sample_textures
from randomizers.traffic import sample_traffic


def sample_scene(
    config: RandomizerConfig,
    seed: int,
    frame: int,
    clip_length: int,
    width: int,
    height: int,
    library: Library = NOTHING,
) -> SceneSpec:
    """Frame `frame` of the data set that `config` and `seed` define, `width` × `height` pixels.

    Frames of one clip differ in time and sensor alone. `library` is the user's own material; where it lacks
    something, scenes do with what is generated.
    """
    clip, step = divmod(frame, clip_length)

    def streams(component: str) -> Streams:
        return partial(stream, seed, clip, component)

    recipe = draw_recipe(config, seed, clip)
    motion = config.motion.arm(recipe)
    return SceneSpec(
        seed=seed,
        frame=frame,
        clip=clip,
        time_s=round(step * motion.interval_s, 9),
        width=width,
        height=height,
        recipe=recipe,
        cars=sample_cars(streams("cars"), config.cars.arm(recipe), library.models),
        placement=sample_placement(streams("placement"), config.placement.arm(recipe)),
        paint=sample_paint(streams("paint"), config.paint.arm),
        textures=sample_textures(streams("texture"), config.texture.arm(recipe), library.photos),
        distractors=sample_distractors(streams("distractors"), config.distractors.arm(recipe)),
        traffic=sample_traffic(streams("traffic"), config.traffic.arm(recipe)),
        ground=sample_ground(streams("ground"), config.ground.arm(recipe)),
        background=sample_background(streams("background"), config.background.arm(recipe)),
        lighting=sample_lighting(streams("lighting"), config.lighting.arm(recipe), library.panoramas),
        camera=sample_camera(streams("camera"), config.camera.arm(recipe)),
        motion=sample_motion(streams("motion"), motion, moving=clip_length > 1),
        sensor=sample_sensor(partial(stream, seed, frame, "sensor"), config.sensor.arm),
    )


def draw_recipe(config: RandomizerConfig, seed: int, clip: int) -> Recipe:
    """The recipe of a clip, from a stream of its own, so that it depends on no component."""
    weights: dict[Recipe, float] = {"paper": config.recipe.paper, "structured": config.recipe.structured}
    return stream(seed, clip, "recipe").weighted(weights)
