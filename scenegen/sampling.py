"""The SceneSpec of a frame of a job: what the worker renders and what the merge checks it against."""

from assets.library import Library
from randomizers.recipe import sample_scene
from randomizers.spec import SceneSpec
from scenegen.config import RenderConfig


def sample_frame(config: RenderConfig, library: Library, frame: int) -> SceneSpec:
    """Draw frame `frame` of the job, from the user's own material in `library` where the config says so."""
    size = config.renderer.width, config.renderer.height
    return sample_scene(config.randomizer, config.seed, frame, config.clip_length, *size, library)
