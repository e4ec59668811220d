"""Paint: the colour and gloss of each car's body, under any texture."""

from randomizers.config import PaintArm
from randomizers.draw import Streams, palette, uniform
from randomizers.spec import CAR_SLOTS, Paint


def sample_paint(streams: Streams, arm: PaintArm) -> tuple[Paint, ...]:
    """A paint for each of the CAR_SLOTS slots."""
    return tuple(_sample_one(streams, slot, arm) for slot in range(CAR_SLOTS))


def _sample_one(streams: Streams, slot: int, arm: PaintArm) -> Paint:
    rng = streams(1 + slot)
    return Paint(
        color=palette(rng, arm.palette),
        metallic=uniform(rng, arm.metallic),
        roughness=uniform(rng, arm.roughness),
    )
