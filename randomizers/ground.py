"""Ground: a plane that is there or not (paper), or the looks of the road's surfaces (structured)."""

import msgspec

from randomizers.config import PaperGround, RoadGround
from randomizers.draw import Streams, integer, tone, uniform
from randomizers.spec import Ground


def sample_ground(streams: Streams, arm: PaperGround | RoadGround) -> Ground:
    """The ground of one scene."""
    rng = streams(0)
    if isinstance(arm, PaperGround):
        visible, color, roughness = rng.chance(arm.visible), tone(rng, arm.color), uniform(rng, arm.roughness)
        return Ground(
            visible=visible,
            color=color,
            pavement_color=color,
            verge_color=color,
            roughness=roughness,
            dashed=False,
            crossing_at_m=None,
            arrows=False,
            manholes=0,
            patches=0,
            seed=0,
        )
    crossing, crossing_at_m = rng.chance(arm.crossing), uniform(rng, arm.crossing_at_m)
    ground = Ground(
        visible=True,
        color=tone(rng, arm.color),
        pavement_color=tone(rng, arm.pavement_color),
        verge_color=tone(rng, arm.verge_color),
        roughness=uniform(rng, arm.roughness),
        dashed=rng.chance(arm.dashed),
        crossing_at_m=crossing_at_m if crossing else None,
        arrows=rng.chance(arm.arrows),
        manholes=integer(rng, arm.manholes),
        patches=integer(rng, arm.patches),
        seed=rng.integer(0, 2**31 - 1),
    )
    varied = ground.arrows or ground.manholes or ground.patches
    return ground if varied else msgspec.structs.replace(ground, seed=0)
