"""Texture: which picture each surface carries, by generator and seed or by photo."""

from assets.stream import Stream
from assets.textures.params import TextureParams
from randomizers.config import TextureArm
from randomizers.draw import Streams, log_uniform
from randomizers.spec import CAR_SLOTS, DISTRACTOR_SLOTS, SCENERY_SLOTS, Textures


def sample_textures(streams: Streams, arm: TextureArm, photos: tuple[str, ...]) -> Textures:
    """A texture or None for every slot of every group.

    `photos` are the catalogue's relative paths, in its order. Each group has its own stream and each slot
    takes the same number of draws whatever it becomes, so that another share or pool changes a slot and not
    its neighbours.
    """

    def slots(item: int, share: float, count: int) -> tuple[TextureParams | None, ...]:
        rng = streams(item)
        return tuple(_sample_slot(rng, share, arm, photos) for _ in range(count))

    return Textures(
        cars=slots(1, arm.cars, CAR_SLOTS),
        distractors=slots(2, arm.distractors, DISTRACTOR_SLOTS),
        scenery=slots(3, arm.scenery, SCENERY_SLOTS),
        ground=slots(4, arm.ground, 1)[0],
        background=slots(5, arm.background, 1)[0],
        scale_m=log_uniform(streams(0), arm.scale_m),
    )


def _sample_slot(rng: Stream, share: float, arm: TextureArm, photos: tuple[str, ...]) -> TextureParams | None:
    textured = rng.chance(share)
    photo = rng.chance(arm.photo_share)
    kind = rng.weighted(arm.kinds)
    place = rng.random() * arm.pool_share  # a smaller share of the pool is its beginning
    if not textured:
        return None
    if photos and photo:
        return TextureParams(kind="photo", path=photos[int(place * len(photos))])
    return TextureParams(kind=kind, seed=int(place * arm.pool))
