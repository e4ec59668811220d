"""Types and bounds of conf/randomizer: what each component may be told, checked before anything is drawn."""

from collections.abc import Iterable
from typing import Annotated, Generic, TypeVar

from msgspec import Meta

from assets.cars.params import Style
from assets.distractors.params import Kind
from assets.params import Params
from assets.textures.params import ProceduralKind
from assets.traffic.params import TrafficKind
from randomizers.spec import CAR_SLOTS, DISTRACTOR_SLOTS, TRAFFIC_SLOTS, Lamps, Recipe

Positive = Annotated[float, Meta(gt=0)]
NonNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]  # a probability or a part of the whole
Elevation = Annotated[float, Meta(ge=-90, le=90)]
Quality = Annotated[int, Meta(ge=1, le=100)]

Number = TypeVar("Number", bound=float)
PaperArm = TypeVar("PaperArm")
StructuredArm = TypeVar("StructuredArm")
Settings = TypeVar("Settings")


class Range(Params, Generic[Number], array_like=True):
    """`[low, high]` in YAML, both included; the bounds of the two numbers come with the type argument."""

    low: Number
    high: Number

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"low {self.low} is above high {self.high}")


class Spread(Params):
    """A normal distribution around zero, cut off at ±limit."""

    sd: NonNegative
    limit: NonNegative


class Tone(Params):
    """A range of colours in HSV as a colour picker shows them (sRGB), all in 0..1."""

    hue: Range[Share]
    saturation: Range[Share]
    value: Range[Share]


class WeightedTone(Tone):
    """One entry of a palette, drawn in proportion to its weight."""

    weight: NonNegative


Palette = Annotated[dict[str, WeightedTone], Meta(min_length=1)]


class Arms(Params, Generic[PaperArm, StructuredArm]):
    """One setting for each recipe."""

    paper: PaperArm
    structured: StructuredArm


class Component(Params, Generic[PaperArm, StructuredArm]):
    """A component whose settings differ between the recipes, and what is drawn when it is switched off.

    The off arm has the type of the others: the same sampling code with degenerate ranges.
    """

    enabled: bool
    paper: PaperArm
    structured: StructuredArm
    off_arm: Arms[PaperArm, StructuredArm]

    def arm(self, recipe: Recipe) -> PaperArm | StructuredArm:
        """The settings in force under `recipe`."""
        arms = self if self.enabled else self.off_arm
        return arms.paper if recipe == "paper" else arms.structured


class SharedComponent(Params, Generic[Settings]):
    """A component that both recipes tell the same."""

    enabled: bool
    both: Settings
    off_arm: Settings

    @property
    def arm(self) -> Settings:
        """The settings in force."""
        return self.both if self.enabled else self.off_arm


def _require_weight(name: str, weights: Iterable[float]) -> None:
    if not any(weight > 0 for weight in weights):
        raise ValueError(f"{name}: at least one weight must be above 0")


class CarsArm(Params):
    """Which cars: `count` holds the weights of 0, 1, 2, … cars in a scene."""

    count: Annotated[tuple[NonNegative, ...], Meta(min_length=1, max_length=CAR_SLOTS + 1)]
    styles: dict[Style, NonNegative]
    model_share: Share  # of the cars, where assets.cars names models; the others are parametric

    def __post_init__(self) -> None:
        _require_weight("count", self.count)
        _require_weight("styles", self.styles.values())


class ScatteredPlacement(Params):
    """Cars in the cells of a square grid around the origin, each moved and turned inside its cell."""

    spacing_m: Positive
    jitter_m: Range[float]  # in x and in y, from the cell's centre
    heading_deg: Range[float]
    shuffled: bool  # cells filled in random order, or from the centre outwards


class RoadLayout(Params):
    """The road that cars stand on; a parking row exists on each side with probability `parking`."""

    forward_lanes: Range[Annotated[int, Meta(ge=1, le=6)]]
    oncoming_lanes: Range[Annotated[int, Meta(ge=0, le=6)]]
    lane_width_m: Range[Annotated[float, Meta(ge=2, le=6)]]
    curvature_per_m: Spread
    parking: Share
    perpendicular: Share  # of the roads: cars park at right angles instead of along the kerb
    pavement_width_m: Range[Annotated[float, Meta(gt=0, le=20)]]
    kerb_height_m: Range[Annotated[float, Meta(ge=0, le=0.5)]]
    grade: Spread  # rise over run at the camera
    vertical_curvature_per_m: Spread
    junction: Share  # of the roads: a side road on one side or on both
    junction_at_m: Range[float]
    junction_width_m: Range[Annotated[float, Meta(ge=4, le=20)]]


class SiteWeights(Params):
    """How much a car favours each kind of place over the others."""

    forward: NonNegative
    oncoming: NonNegative
    parked: NonNegative
    yard: NonNegative  # off the street: forecourts and drives beyond the pavement
    crossing: NonNegative  # on a side road, in or out of it, or turning

    def __post_init__(self) -> None:
        _require_weight("sites", (self.forward, self.oncoming, self.parked, self.yard, self.crossing))


class RoadPlacement(Params):
    """Cars in lanes, parking rows and yards, denser near the camera: weight exp(−along / falloff_m)."""

    road: RoadLayout
    along_m: Range[float]
    falloff_m: Positive
    first_m: Range[NonNegative]  # from along_m's low end to the first place of a lane or yard
    lane_gap_m: Range[Annotated[float, Meta(ge=5)]]  # centre to centre
    yard_gap_m: Range[Annotated[float, Meta(ge=3)]]
    yard_beyond_m: Range[NonNegative]  # from the pavement to the car's middle
    sites: SiteWeights
    offset_m: Spread  # from the middle of the lane or bay
    heading_deg: Spread
    turning: Share  # of the cars in lanes: stand at any angle up to 90° to the road
    reversed: Share  # of the parked cars: face against the traffic of their side
    shuffled: bool  # sites filled in random order, or by falling weight


class Finish(Params):
    """One kind of paint: solid, metallic, matt."""

    weight: NonNegative
    metallic: Range[Share]
    roughness: Range[Share]  # of the paint under its lacquer
    coat: Range[Share]


class PaintArm(Params):
    """The cars' own looks."""

    palette: Palette
    finishes: Annotated[dict[str, Finish], Meta(min_length=1)]
    two_tone: Share  # of the cars: the roof has a colour of its own
    dirt: Range[Share]
    lamps: dict[Lamps, NonNegative]

    def __post_init__(self) -> None:
        _require_weight("palette", (tone.weight for tone in self.palette.values()))
        _require_weight("finishes", (finish.weight for finish in self.finishes.values()))
        _require_weight("lamps", self.lamps.values())


class TextureArm(Params):
    """The share of surfaces of each group that carry a texture, and where textures come from."""

    cars: Share
    distractors: Share
    scenery: Share
    ground: Share
    background: Share
    kinds: dict[ProceduralKind, NonNegative]
    photo_share: Share  # of the textures, where there are photos; the others are procedural
    pool: Annotated[int, Meta(ge=1)]  # seeds per procedural kind
    pool_share: Annotated[float, Meta(gt=0, le=1)]  # part of the photos and of the seeds that is used
    scale_m: Range[Positive]  # size of one repeat

    def __post_init__(self) -> None:
        _require_weight("kinds", self.kinds.values())


class DistractorsArm(Params):
    """Fields common to both recipes' distractors."""

    count: Range[Annotated[int, Meta(ge=0, le=DISTRACTOR_SLOTS)]]
    kinds: dict[Kind, NonNegative]
    size_m: dict[Kind, Range[Positive]]  # largest extent
    color: Tone
    roughness: Range[Share]

    def __post_init__(self) -> None:
        _require_weight("kinds", self.kinds.values())
        missing = sorted(set(self.kinds) - set(self.size_m))
        if missing:
            raise ValueError(f"size_m: no size for {', '.join(missing)}")


class FlyingDistractors(DistractorsArm):
    """Distractors at any height and attitude, in a cylinder around the origin."""

    radius_m: Positive
    height_m: Range[float]


class StandingDistractors(DistractorsArm):
    """Distractors standing beside the carriageway."""

    along_m: Range[float]
    beyond_kerb_m: Range[NonNegative]


class TrafficArm(Params):
    """Road users that are not cars; in scenes without a road there are none."""

    count: Range[Annotated[int, Meta(ge=0, le=TRAFFIC_SLOTS)]]
    kinds: dict[TrafficKind, NonNegative]
    along_m: Range[float]
    heading_deg: Spread
    turning: Share  # of the pedestrians: cross the road or walk anywhere
    color: Tone
    second_color: Tone
    roughness: Range[Share]

    def __post_init__(self) -> None:
        _require_weight("kinds", self.kinds.values())


class PaperGround(Params):
    """One plane under the cars, or none."""

    visible: Share
    color: Tone
    roughness: Range[Share]


class RoadGround(Params):
    """The looks of the road's surfaces."""

    color: Tone
    pavement_color: Tone
    verge_color: Tone
    roughness: Range[Share]
    dashed: Share  # lane lines dashed rather than solid
    crossing: Share  # a zebra crossing somewhere in `crossing_at_m`
    crossing_at_m: Range[float]
    arrows: Share  # of the roads have arrows in their lanes
    manholes: Range[Annotated[int, Meta(ge=0, le=40)]]
    patches: Range[Annotated[int, Meta(ge=0, le=40)]]


class HorizonRing(Params):
    """One kind of far scenery, there with probability `presence`."""

    presence: Share
    radius_m: Range[Annotated[float, Meta(ge=230, le=900)]]  # beyond the road's end
    height_m: Range[Positive]
    color: Tone


class PaperBackground(Params):
    """A backdrop: textured (where the texture component gives one) or of one colour."""

    textured: Share
    color: Tone


class Row(Params):
    """Things of one kind along each side of the road, one at each place with probability `presence`."""

    presence: Share
    gap_m: Range[Annotated[float, Meta(ge=0.5)]]  # from the end of one to the start of the next
    beyond_m: Range[float]  # outward from the pavement's outer edge
    color: Tone


class StreetBackground(Params):
    """What stands beside the road."""

    along_m: Range[float]
    buildings: Row
    closed: Share  # of the sides of streets where houses stand wall to wall, near the pavement
    trees: Row
    posts: Row
    barriers: Row
    thickets: Row  # behind the houses
    hills: HorizonRing
    far_trees: HorizonRing
    town: HorizonRing


class PointLights(Params):
    """Point lights around the origin under a flat ambient light."""

    count: Range[Annotated[int, Meta(ge=0, le=64)]]
    azimuth_deg: Range[float]
    elevation_deg: Range[Elevation]
    distance_m: Range[Positive]
    power_w: Range[Positive]
    radius_m: Range[Positive]
    color: Tone
    ambient: Range[NonNegative]
    ambient_color: Tone


class Daylight(Params):
    """One kind of weather and hour."""

    weight: NonNegative
    sun_strength: Range[NonNegative]  # W/m² on a surface that faces it
    sun_azimuth_deg: Range[float]
    sun_elevation_deg: Range[Elevation]
    sun_angle_deg: Range[Annotated[float, Meta(ge=0, le=180)]]
    sun_color: Tone
    zenith: Tone
    horizon: Tone
    sky_strength: Range[NonNegative]
    clouds: Range[Share]
    wetness: Range[Share]  # of the road
    haze_per_m: Range[NonNegative]  # extinction; 0.002 is a visual range of 2 km, 0.02 of 200 m


class DaylightModes(Params):
    """Sun, sky and weather: one mode is drawn by weight, then its ranges."""

    modes: Annotated[dict[str, Daylight], Meta(min_length=1)]
    panorama_share: (
        Share  # of the skies, where assets.panoramas names pictures; a panorama brings its own light
    )

    def __post_init__(self) -> None:
        _require_weight("modes", (mode.weight for mode in self.modes.values()))


class OrbitCamera(Params):
    """A camera anywhere around the cars; pan, tilt and roll are against looking at the origin."""

    azimuth_deg: Range[float]
    elevation_deg: Range[Elevation]
    distance_m: Range[Positive]  # log-uniform
    focal_over_width: Range[Positive]
    pan_deg: Spread
    tilt_deg: Spread
    roll_deg: Spread


class RoadCamera(Params):
    """A camera on a car in one of the forward lanes; pan, tilt and roll are against the road's direction."""

    lane_fraction: Range[Share]
    offset_m: Range[float]
    height_m: Range[Positive]
    focal_over_width: Range[Positive]
    pan_deg: Range[float]
    tilt_deg: Range[float]
    roll_deg: Range[float]


class MotionArm(Params):
    """Speeds over a clip; they do not show in single frames."""

    interval_s: Positive  # between two frames of a clip
    car_speed_mps: Range[float]
    camera_speed_mps: Range[float]
    camera_azimuth_rate_dps: Range[float]


class SensorArm(Params):
    """What the camera does to the picture."""

    exposure_ev: Spread
    white_balance: Spread  # of the red and the blue gain, in natural logarithms
    blur_px: Range[NonNegative]
    shot_noise: Range[NonNegative]
    read_noise: Range[NonNegative]
    vignette: Range[Share]
    jpeg_quality: Range[Quality]


class RecipeWeights(Params):
    """How often each recipe makes the scene."""

    paper: NonNegative
    structured: NonNegative

    def __post_init__(self) -> None:
        _require_weight("recipe", (self.paper, self.structured))


class RandomizerConfig(Params):
    """conf/randomizer/NAME.yaml: the recipes' weights and one section per component."""

    name: str
    recipe: RecipeWeights
    cars: Component[CarsArm, CarsArm]
    placement: Component[ScatteredPlacement, RoadPlacement]
    paint: SharedComponent[PaintArm]
    texture: Component[TextureArm, TextureArm]
    distractors: Component[FlyingDistractors, StandingDistractors]
    traffic: Component[TrafficArm, TrafficArm]
    ground: Component[PaperGround, RoadGround]
    background: Component[PaperBackground, StreetBackground]
    lighting: Component[PointLights, DaylightModes]
    camera: Component[OrbitCamera, RoadCamera]
    motion: Component[MotionArm, MotionArm]
    sensor: SharedComponent[SensorArm]
