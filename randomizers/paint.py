"""Paint: colour, finish, dirt and lamps of each car, under any texture."""

from randomizers.config import PaintArm
from randomizers.draw import Streams, palette, uniform
from randomizers.spec import CAR_SLOTS, Paint


def sample_paint(streams: Streams, arm: PaintArm) -> tuple[Paint, ...]:
    """A paint for each of the CAR_SLOTS slots."""
    return tuple(_sample_one(streams, slot, arm) for slot in range(CAR_SLOTS))


def _sample_one(streams: Streams, slot: int, arm: PaintArm) -> Paint:
    rng = streams(1 + slot)
    color, other = palette(rng, arm.palette), palette(rng, arm.palette)
    two_tone = rng.chance(arm.two_tone)
    finish = arm.finishes[rng.weighted({name: finish.weight for name, finish in arm.finishes.items()})]
    return Paint(
        color=color,
        roof_color=other if two_tone else color,
        metallic=uniform(rng, finish.metallic),
        roughness=uniform(rng, finish.roughness),
        coat=uniform(rng, finish.coat),
        dirt=uniform(rng, arm.dirt),
        lamps=rng.weighted(arm.lamps),
    )
