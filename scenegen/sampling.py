"""The SceneSpec of a frame of a job: what the worker renders and what the merge checks it against."""

from randomizers.recipe import sample_scene
from randomizers.spec import SceneSpec
from scenegen.config import RenderConfig


def sample_frame(config: RenderConfig, photos: tuple[str, ...], frame: int) -> SceneSpec:
    """Draw frame `frame` of the job. `photos` are the catalogue's relative paths, in its order."""
    size = config.renderer.width, config.renderer.height
    return sample_scene(config.randomizer, config.seed, frame, config.clip_length, *size, photos)
