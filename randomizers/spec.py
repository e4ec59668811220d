"""SceneSpec: everything that one frame contains, as plain frozen data.

Each section is what one component drew from its own stream and depends on no other section, so that switching
one component off leaves all others bit-identical. Lists that another component's count would index (poses,
paints, textures) therefore have a fixed number of slots; `scenegen.assemble` joins them, without chance.
"""

from typing import Literal

import msgspec

from assets.cars.params import CarParams
from assets.distractors.params import DistractorParams
from assets.models.params import ModelParams
from assets.params import Params
from assets.street.params import (
    BarrierParams,
    BuildingParams,
    HorizonParams,
    PostParams,
    RoadParams,
    TreeParams,
)
from assets.textures.params import TextureParams
from assets.traffic.params import TrafficShape

Recipe = Literal["paper", "structured"]
Rgb = tuple[float, float, float]  # linear Rec. 709, 0..1

CarShape = CarParams | ModelParams
Lamps = Literal["unlit", "lit", "braking"]

CAR_SLOTS = 16
TRAFFIC_SLOTS = 8
DISTRACTOR_SLOTS = 32
FRONT_TEXTURE_SLOTS = 6  # textures that building fronts and barriers share
VERGE_TEXTURE_SLOT, PAVEMENT_TEXTURE_SLOT = 6, 7
SCENERY_SLOTS = FRONT_TEXTURE_SLOTS + 2


class CarPose(Params):
    """Where a car stands. With a road: s along it, d left of its centreline; without: world x and y."""

    along_m: float
    left_m: float
    heading_deg: float  # against the road's direction at `along_m`, or against world +x


class Placement(Params):
    """Where the CAR_SLOTS cars stand, and the road they stand on (structured recipe only).

    A short road may have fewer places than slots: cars beyond the last place are left out.
    """

    road: RoadParams | None
    cars: tuple[CarPose, ...]


class Paint(Params):
    """A car's own looks, under any texture."""

    color: Rgb
    roof_color: Rgb  # the same as `color` on all but two-tone cars
    metallic: float
    roughness: float
    coat: float  # of clear lacquer, 0 on matt paint to 1
    dirt: float  # 0 clean to 1 caked, most of it low on the flanks
    lamps: Lamps


class Textures(Params):
    """A texture for each slot, None for flat colour; `scale_m` is the size of one repeat on the surface."""

    cars: tuple[TextureParams | None, ...]
    distractors: tuple[TextureParams | None, ...]
    scenery: tuple[TextureParams | None, ...]
    ground: TextureParams | None
    background: TextureParams | None
    scale_m: float


class Distractor(Params):
    """One distractor, turned about x, y, then z.

    position_m: the middle of the shape in the world. With a road: (s along it, distance beyond the kerb, on
    the left where positive and on the right where negative, height of its lowest point above the ground).
    """

    shape: DistractorParams
    position_m: tuple[float, float, float]
    rotation_deg: tuple[float, float, float]
    size_m: float
    color: Rgb
    roughness: float


class TrafficUser(Params):
    """A road user that is not a car, on a road of which it knows nothing: `scenegen.placing` finds the place.

    across: where in its strip, 0 at the road's middle to 1 at its outer edge: of lanes for what drives, of
    the outermost lane's right half for a cyclist, of the pavement for a pedestrian.
    side: −1 on the right of the road, driving forward; 1 on the left, oncoming (in a one-way road, forward).
    heading_deg: against the direction of travel of its side.
    """

    shape: TrafficShape
    along_m: float
    side: Literal[-1, 1]
    across: float
    heading_deg: float
    color: Rgb  # of the body or the jacket
    second_color: Rgb  # of the load area, the helmet or the trousers
    roughness: float


class Ground(Params):
    """The ground plane (paper) or the road's surfaces (structured).

    seed: where manholes and patches are, which arrows there are, and whether side roads have stop lines.
    """

    visible: bool
    color: Rgb
    pavement_color: Rgb
    verge_color: Rgb
    roughness: float
    dashed: bool
    crossing_at_m: float | None
    arrows: bool
    manholes: int  # over the length of the road
    patches: int
    seed: int


class Scenery(Params):
    """One thing beside the road, in road coordinates: `beyond_m` outward from the pavement's outer edge."""

    shape: BuildingParams | TreeParams | PostParams | BarrierParams
    side: Literal[-1, 1]  # 1 is left of the road
    along_m: float
    beyond_m: float
    heading_deg: float
    color: Rgb
    texture_slot: int  # into Textures.scenery; -1 for none


class Horizon(Params):
    """One ring of far scenery."""

    shape: HorizonParams
    color: Rgb


class Background(Params):
    """What lies behind: a flat or textured backdrop (paper), or scenery under the sky (structured).

    color, textured: of the backdrop; the structured recipe has none. horizons: far scenery around the camera.
    """

    color: Rgb
    textured: bool
    scenery: tuple[Scenery, ...]
    horizons: tuple[Horizon, ...] = ()


class PointLight(Params):
    position_m: tuple[float, float, float]
    power_w: float
    radius_m: float
    color: Rgb


class Sun(Params):
    azimuth_deg: float
    elevation_deg: float
    strength: float  # W/m²
    angle_deg: float  # apparent diameter: soft shadows
    color: Rgb


class Sky(Params):
    """World light: a gradient from horizon to zenith, with clouds of the given cover, at `strength`.

    panorama: a picture of the library in place of gradient and clouds, scaled to a mean radiance of
    `strength` over its upper half and turned by `turn_deg` about the zenith; empty for none.
    """

    zenith: Rgb
    horizon: Rgb
    strength: float
    clouds: float  # cover, 0..1
    seed: int
    panorama: str = ""
    turn_deg: float = 0.0


class Lighting(Params):
    """Light and weather.

    wetness: 0 a dry road to 1 one with puddles. haze_per_m: extinction (1/m) of the air, 0 for none: contrast
    falls as exp(-haze_per_m × distance), Koschmieder's law.
    """

    points: tuple[PointLight, ...]
    sun: Sun | None
    sky: Sky
    exposure_ev: float  # the camera's own metering for this light; the sensor adds its error to it
    wetness: float = 0.0
    haze_per_m: float = 0.0


class Camera(Params):
    """An orbiting camera (paper) or one on the road (structured); `scenegen.placing.view` has the geometry.

    pan_deg turns to the left, tilt_deg up and roll_deg clockwise, in this order.
    """

    kind: Literal["orbit", "road"]
    focal_over_width: float
    pan_deg: float
    tilt_deg: float
    roll_deg: float
    # orbit: around a point above the world's origin, looking at it before pan, tilt and roll are applied
    azimuth_deg: float = 0.0
    elevation_deg: float = 0.0
    distance_m: float = 0.0
    # road: on a forward lane, looking along the road
    lane_fraction: float = 0.0  # floor(fraction × forward lanes) is the lane
    offset_m: float = 0.0
    height_m: float = 0.0


class Motion(Params):
    """How things move over a clip; all zero in single frames.

    car_speed_mps: CAR_SLOTS speeds along the cars' headings, by slot. With a road, cars in a lane share that
    lane's speed, the lane's number taking the slot's place, so that they keep their distance.
    """

    car_speed_mps: tuple[float, ...]
    camera_speed_mps: float
    camera_azimuth_rate_dps: float


class Sensor(Params):
    """What the camera does to the picture, never to the labels."""

    exposure_ev: float
    white_balance: tuple[float, float]  # gains of red and blue against green
    blur_px: float  # Gaussian sigma
    shot_noise: float  # standard deviation at full scale, grows with the root of the signal
    read_noise: float  # standard deviation, everywhere
    vignette: float  # fall-off at the corner, 0..1
    jpeg_quality: int
    seed: int


PERFECT_SENSOR = Sensor(  # changes nothing but the encoding
    exposure_ev=0,
    white_balance=(1, 1),
    blur_px=0,
    shot_noise=0,
    read_noise=0,
    vignette=0,
    jpeg_quality=95,
    seed=0,
)


class SceneSpec(Params):
    """One frame. `clip` keys the streams of all components but `sensor`, which is keyed by `frame`."""

    seed: int
    frame: int
    clip: int
    time_s: float
    width: int
    height: int
    recipe: Recipe
    cars: tuple[CarShape, ...]
    placement: Placement
    paint: tuple[Paint, ...]
    textures: Textures
    distractors: tuple[Distractor, ...]
    traffic: tuple[TrafficUser, ...]
    ground: Ground
    background: Background
    lighting: Lighting
    camera: Camera
    motion: Motion
    sensor: Sensor


def to_json(spec: SceneSpec) -> bytes:
    """The spec as one line of JSON."""
    return msgspec.json.encode(spec)


def from_json(line: bytes | str) -> SceneSpec:
    """The spec that `to_json` wrote. Raises msgspec.ValidationError naming the field that does not fit."""
    return msgspec.json.decode(line, type=SceneSpec)
