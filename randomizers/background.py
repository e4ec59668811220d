"""Background: a backdrop behind the cars (paper), or buildings and greenery along the road (structured)."""

from collections.abc import Callable, Iterator
from typing import Literal

from assets.stream import Stream
from assets.street.params import (
    BarrierParams,
    BuildingParams,
    HorizonKind,
    HorizonParams,
    PostParams,
    TreeParams,
)
from assets.street.sample import (
    sample_barrier,
    sample_building,
    sample_post,
    sample_thicket,
    sample_town_house,
    sample_tree,
)
from randomizers.config import HorizonRing, PaperBackground, Range, Row, StreetBackground, Tone
from randomizers.draw import Streams, tone, uniform
from randomizers.spec import FRONT_TEXTURE_SLOTS, Background, Horizon, Rgb, Scenery

Shape = BuildingParams | TreeParams | PostParams | BarrierParams
Side = Literal[-1, 1]

BLACK: Rgb = (0.0, 0.0, 0.0)


def sample_background(streams: Streams, arm: PaperBackground | StreetBackground) -> Background:
    """What lies behind the cars of one scene."""
    if isinstance(arm, PaperBackground):
        rng = streams(0)
        return Background(textured=rng.chance(arm.textured), color=tone(rng, arm.color), scenery=())
    rows: list[tuple[Row, Callable[[Stream], Shape]]] = [
        (arm.buildings, sample_building),
        (arm.trees, sample_tree),
        (arm.posts, sample_post),
        (arm.barriers, sample_barrier),
        (arm.thickets, sample_thicket),
    ]
    scenery: list[Scenery] = []
    for item, (row, sample) in enumerate(rows):
        for side in (1, -1):
            rng = streams(1 + 2 * item + (side > 0))
            if row is arm.buildings and rng.chance(arm.closed):
                scenery += _sample_row(rng, _closed(rng, row), sample_town_house, side, arm)
            else:
                scenery += _sample_row(rng, row, sample, side, arm)
    return Background(
        textured=False, color=BLACK, scenery=tuple(scenery), horizons=tuple(_sample_horizons(streams, arm))
    )


def _sample_horizons(streams: Streams, arm: StreetBackground) -> Iterator[Horizon]:
    """Rings of far scenery, the farthest first."""
    rings: list[tuple[HorizonKind, HorizonRing]] = [
        ("hills", arm.hills),
        ("town", arm.town),
        ("trees", arm.far_trees),
    ]
    for item, (kind, ring) in enumerate(rings):
        rng = streams(21 + item)
        present = rng.chance(ring.presence)
        shape = HorizonParams(
            kind=kind,
            radius_m=uniform(rng, ring.radius_m),
            height_m=uniform(rng, ring.height_m),
            seed=rng.integer(0, 2**31 - 1),
        )
        color = tone(rng, ring.color)
        if present:
            yield Horizon(shape=shape, color=color)


def _sample_row(
    rng: Stream, row: Row, sample: Callable[[Stream], Shape], side: Side, arm: StreetBackground
) -> Iterator[Scenery]:
    """Things one after the other along one side, each at its own distance; some places stay empty."""
    along = arm.along_m.low + uniform(rng, row.gap_m)
    while along < arm.along_m.high:
        shape = sample(rng)
        half = _length(shape) / 2
        present, beyond = rng.chance(row.presence), uniform(rng, row.beyond_m)
        color = tone(rng, _colors(shape, row, arm))
        slot = rng.integer(0, FRONT_TEXTURE_SLOTS - 1)
        if present:
            yield Scenery(
                shape=shape,
                side=side,
                along_m=round(along + half, 9),
                beyond_m=beyond,
                heading_deg=_facing_the_road(shape, side),
                color=color,
                texture_slot=slot if isinstance(shape, BuildingParams | BarrierParams) else -1,
            )
        along += 2 * half + uniform(rng, row.gap_m)


def _closed(rng: Stream, row: Row) -> Row:
    """The row wall to wall, in line, within the nearer quarter of its distances, with few gaps."""
    low, high = row.beyond_m.low, row.beyond_m.high
    line = rng.uniform(low, low + (high - low) / 4)
    return Row(
        presence=0.95, gap_m=Range(low=0.0, high=0.0), beyond_m=Range(low=line, high=line), color=row.color
    )


def _colors(shape: Shape, row: Row, arm: StreetBackground) -> Tone:
    """Hedges are barriers, and green."""
    return arm.trees.color if isinstance(shape, BarrierParams) and shape.kind == "hedge" else row.color


def _facing_the_road(shape: Shape, side: Side) -> float:
    """Degrees against the road: a building's front looks to its -y, a lamp's arm reaches to its +y."""
    front = -1 if isinstance(shape, BuildingParams) else 1
    return 180.0 if front == side else 0.0


def _length(shape: Shape) -> float:
    """How much of the road's length a thing takes (m)."""
    match shape:
        case BuildingParams():
            return shape.frontage_m
        case BarrierParams():
            return shape.length_m
        case TreeParams():
            return shape.crown_m
        case PostParams():
            return 0.2
