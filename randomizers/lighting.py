"""Lighting: point lights under a flat ambient light (paper), or sun and sky (structured), metered."""

import math

import msgspec

from assets.stream import Stream
from randomizers.config import DaylightModes, PointLights
from randomizers.draw import Streams, integer, log_uniform, tone, uniform
from randomizers.spec import Lighting, PointLight, Rgb, Sky, Sun

# Irradiance (W/m²) at which the picture is well exposed at 0 EV, found by looking: a sun of 4 W/m² at 45°
# under a clear sky gives 4.5, and a street shows much shade besides.
REFERENCE_IRRADIANCE = 5.5
MAX_COMPENSATION_EV = 5.0
STREET_RANGE_M = 40.0  # how far away most of what a street's picture shows is
HAZE_GLARE = 1.5  # found by looking: full compensation would make the near street too dark
POINT_SHARE = 0.35  # of a point light's irradiance at the origin that a car catches: it shows every side


def sample_lighting(
    streams: Streams, arm: PointLights | DaylightModes, panoramas: tuple[str, ...] = ()
) -> Lighting:
    """The lights of one scene, and the exposure that suits them. `panoramas` are the library's."""
    if isinstance(arm, PointLights):
        return _point_lights(streams, arm)
    return _under_panorama(streams(1), arm, panoramas, _daylight(streams(0), arm))


def _point_lights(streams: Streams, arm: PointLights) -> Lighting:
    rng = streams(0)
    count, ambient, color = integer(rng, arm.count), uniform(rng, arm.ambient), tone(rng, arm.ambient_color)
    points = tuple(_point_light(streams(1 + item), arm) for item in range(count))
    sky = Sky(zenith=color, horizon=color, strength=ambient, clouds=0.0, seed=0)
    from_points = sum(
        POINT_SHARE
        * light.power_w
        * _luminance(light.color)
        / (4 * math.pi * math.dist(light.position_m, (0, 0, 0)) ** 2)
        for light in points
    )
    return Lighting(points=points, sun=None, sky=sky, exposure_ev=_meter(from_points + _from_sky(sky)))


def _point_light(rng: Stream, arm: PointLights) -> PointLight:
    azimuth, elevation = (math.radians(uniform(rng, a)) for a in (arm.azimuth_deg, arm.elevation_deg))
    distance = uniform(rng, arm.distance_m)
    level = distance * math.cos(elevation)
    position = (level * math.cos(azimuth), level * math.sin(azimuth), distance * math.sin(elevation))
    return PointLight(
        position_m=(round(position[0], 9), round(position[1], 9), round(position[2], 9)),
        power_w=log_uniform(rng, arm.power_w),
        radius_m=uniform(rng, arm.radius_m),
        color=tone(rng, arm.color),
    )


def _daylight(rng: Stream, arm: DaylightModes) -> Lighting:
    mode = arm.modes[rng.weighted({name: mode.weight for name, mode in arm.modes.items()})]
    sun = Sun(
        azimuth_deg=uniform(rng, mode.sun_azimuth_deg),
        elevation_deg=uniform(rng, mode.sun_elevation_deg),
        strength=uniform(rng, mode.sun_strength),
        angle_deg=uniform(rng, mode.sun_angle_deg),
        color=tone(rng, mode.sun_color),
    )
    sky = Sky(
        zenith=tone(rng, mode.zenith),
        horizon=tone(rng, mode.horizon),
        strength=uniform(rng, mode.sky_strength),
        clouds=uniform(rng, mode.clouds),
        seed=rng.integer(0, 2**31 - 1),
    )
    shining = sun.strength > 0 and sun.elevation_deg > 0
    # Pictures of a street show walls as much as ground: a low sun still lights what faces it.
    facing = 0.5 * (1 + math.sin(math.radians(sun.elevation_deg)))
    from_sun = sun.strength * _luminance(sun.color) * facing if shining else 0.0
    wetness, haze_per_m = uniform(rng, mode.wetness), uniform(rng, mode.haze_per_m)
    return Lighting(
        points=(),
        sun=sun if shining else None,
        sky=sky,
        exposure_ev=_meter((from_sun + _from_sky(sky)) * _glare(haze_per_m)),
        wetness=wetness,
        haze_per_m=haze_per_m,
    )


def _under_panorama(
    rng: Stream, arm: DaylightModes, panoramas: tuple[str, ...], lighting: Lighting
) -> Lighting:
    """The same weather under one of the panoramas, which brings its own sun; or `lighting` as it is."""
    chosen, place, turn = rng.chance(arm.panorama_share), rng.random(), rng.uniform(0, 360)
    if not chosen or not panoramas:
        return lighting
    white = (1.0, 1.0, 1.0)
    sky = Sky(
        zenith=white,
        horizon=white,
        strength=1.0,
        clouds=0.0,
        seed=0,
        panorama=panoramas[int(place * len(panoramas))],
        turn_deg=turn,
    )
    return msgspec.structs.replace(
        lighting, sun=None, sky=sky, exposure_ev=_meter(_from_sky(sky) * _glare(lighting.haze_per_m))
    )


def _from_sky(sky: Sky) -> float:
    """Irradiance (W/m²) on level ground under a sky of the mean radiance."""
    return math.pi * sky.strength * (_luminance(sky.zenith) + _luminance(sky.horizon)) / 2


def _glare(haze_per_m: float) -> float:
    """How much brighter haze makes a street look: it is as bright as the sky, a street a fifth of that."""
    return 1 + HAZE_GLARE * (1 - math.exp(-haze_per_m * STREET_RANGE_M))


def _luminance(color: Rgb) -> float:
    """Rec. 709 luminance of a linear colour."""
    return 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2]


def _meter(irradiance: float) -> float:
    """Stops by which a scene under `irradiance` (W/m²) is lifted or lowered."""
    stops = math.log2(REFERENCE_IRRADIANCE / max(irradiance, 1e-6))
    return round(min(max(stops, -MAX_COMPENSATION_EV), MAX_COMPENSATION_EV), 9)
