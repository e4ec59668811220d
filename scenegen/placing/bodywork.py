"""Bodywork: the Surfaces of one car's panels, number plates and lamps."""

from assets.textures.params import TextureParams
from randomizers.spec import Lamps, Paint, Rgb
from scenegen.scene import Surface

_PLATE_COLOR: Rgb = (0.72, 0.71, 0.66)
_LAMP_ROUGHNESS = 0.12
_WHITE: Rgb = (1.0, 0.94, 0.84)
_RED: Rgb = (0.80, 0.014, 0.010)

# Radiance (W/m² sr) of head and tail lamps at 0 EV, where a sunlit white wall gives off about 1.
_GLOW: dict[Lamps, tuple[float, float]] = {"unlit": (0.0, 0.0), "lit": (2.0, 0.4), "braking": (2.0, 2.2)}


def car_surfaces(
    paint: Paint,
    texture: TextureParams | None,
    texture_scale_m: float,
    plate_seed: int | None,
    exposure_ev: float,
) -> dict[str, Surface]:
    """The Surface of each slot of a car that differs from car to car; a texture covers body and roof alike.

    plate_seed: names the number on the plates; None leaves them as they are.
    exposure_ev: the camera's metering, from which the lamps know how bright the day is.
    """

    def panel(color: Rgb) -> Surface:
        return Surface(
            color=color,
            roughness=paint.roughness,
            metallic=paint.metallic if texture is None else 0.0,  # a picture on metal turns dark and grey
            texture=texture,
            texture_scale_m=texture_scale_m,
            coat=paint.coat,
            dirt=paint.dirt,
        )

    surfaces = {"paint": panel(paint.color), "roof": panel(paint.roof_color)}
    if plate_seed is not None:
        number = TextureParams(kind="plate", seed=plate_seed)
        surfaces["plate"] = Surface(_PLATE_COLOR, roughness=0.5, texture=number)
    for name, color, level in zip(("headlamp", "taillamp"), (_WHITE, _RED), _GLOW[paint.lamps], strict=True):
        if level > 0:
            surfaces[name] = Surface(color, _LAMP_ROUGHNESS, emission=_radiance(level, exposure_ev))
    return surfaces


def _radiance(level: float, exposure_ev: float) -> float:
    """Radiance of a lamp under a camera that lifts the light by `exposure_ev` stops.

    A real lamp is as bright by day as by night; with levels this low it would hardly show by day. Falling
    with half the stops, it is a little brighter than white paint at noon and glares at dusk.
    """
    return level * 2.0 ** (-exposure_ev / 2)
