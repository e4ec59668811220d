"""Parameters of the street: the road itself and what stands beside it."""

from typing import Literal

from assets.params import Params


class JunctionParams(Params, tag="junction"):
    """A side road that meets the road at right angles at s = `at_m`, in level with it."""

    at_m: float
    width_m: float  # of its carriageway, kerb to kerb
    left: bool
    right: bool


class RoadParams(Params, tag="road"):
    """A road around a circular (or straight) centreline, in metres.

    Road coordinates are (s, d): s along the centreline from the origin (which is heading +x there), d to the
    left of it. Right-hand traffic: forward lanes lie at d < 0, oncoming lanes at d > 0.
    curvature: 1 / radius, positive bends left. The road lies at z = grade s + vertical_curvature s² / 2,
    level across; farther off it flattens, to the height of that parabola 100 m away (`road.elevation`).
    """

    forward_lanes: int
    oncoming_lanes: int
    lane_width_m: float
    curvature: float
    parking_left: bool
    parking_right: bool
    parking_width_m: float
    pavement_width_m: float
    kerb_height_m: float
    grade: float = 0.0  # rise over run at s = 0, positive uphill
    vertical_curvature: float = 0.0  # 1/m, positive in a dip
    junction: JunctionParams | None = None


class RoadSurfaceParams(Params, tag="road_surface"):
    """One part of a road's surface as a mesh."""

    road: RoadParams
    part: Literal["carriageway", "markings", "manholes", "patches", "pavement", "verge", "land"]
    start_m: float
    end_m: float
    dashed: bool = True  # centre and lane lines; edge lines are always solid
    crossing_at_m: float | None = None  # a zebra crossing's s, where there is one
    arrows: bool = False  # in the lanes
    count: int = 0  # of manholes or patches
    seed: int = 0  # where they are, and which arrows


class PlaneParams(Params, tag="plane"):
    """A square of ground on z = 0 around the origin."""

    size_m: float


class BuildingParams(Params, tag="building"):
    """A building whose front faces -y: origin below the front's middle, body at y in [0, depth]."""

    frontage_m: float
    depth_m: float
    floors: int
    floor_height_m: float
    window_columns: int
    roof: Literal["flat", "gable", "hip"]
    seed: int


class TreeParams(Params, tag="tree"):
    """A tree on z = 0 around the origin."""

    kind: Literal["round", "conifer", "column", "bare"]
    height_m: float
    crown_m: float  # crown diameter
    seed: int


class PostParams(Params, tag="post"):
    """A pole, lamp, sign or traffic light on z = 0 around the origin; arms reach +y, faces look to -x."""

    kind: Literal["pole", "lamp", "sign", "light"]
    height_m: float
    seed: int


class BarrierParams(Params, tag="barrier"):
    """A hedge, wall, fence or thicket along x, from -length/2 to +length/2, on z = 0."""

    kind: Literal["hedge", "wall", "fence", "thicket"]
    length_m: float
    height_m: float
    seed: int


HorizonKind = Literal["hills", "trees", "town"]


class HorizonParams(Params, tag="horizon"):
    """Far scenery as a ring around the origin: hills, a line of trees, or a town's roofs and blocks."""

    kind: HorizonKind
    radius_m: float
    height_m: float
    seed: int
