"""Haze between camera and scene, laid over the scene-linear picture from its depth."""

import numpy as np
from numpy.typing import NDArray

from randomizers.spec import Lighting, Rgb, Sky
from scenegen.scene import View

Floats = NDArray[np.float32]

# Height (m) of air as hazy as at the ground that would hold as much haze as there is: how soon the sky comes
# out of it overhead. Radiation fog is 50 to 200 m deep, the haze of a dry day a kilometre.
LAYER_M = 150.0
PANORAMA_RANGE_M = 300.0  # what a panorama shows near its horizon is taken to stand no farther away


def veil(linear: Floats, depth: Floats, view: View, lighting: Lighting) -> Floats:
    """The picture (height, width, 3), scene-linear, as seen through the lighting's haze.

    depth: (height, width), metres along the camera's z, inf for the sky.

    Koschmieder's law (1924): of light L a share t = exp(−β · range) arrives, and 1 − t of the air's own
    radiance comes with it, that of the sky at the horizon: L · t + A · (1 − t).
    """
    if lighting.haze_per_m == 0:
        return linear
    farthest = PANORAMA_RANGE_M if lighting.sky.panorama else np.inf
    t = _softened(transmission(depth, view, lighting.haze_per_m, farthest))[..., None]
    return linear * t + np.array(_airlight(lighting.sky), np.float32) * (1 - t)


def transmission(depth: Floats, view: View, haze_per_m: float, farthest_m: float = np.inf) -> Floats:
    """(height, width) share of the light that arrives.

    Towards the sky the way through the layer counts, up to `farthest_m`.
    """
    x = (np.arange(view.width) + 0.5 - view.K[0, 2]) / view.K[0, 0]
    y = (np.arange(view.height) + 0.5 - view.K[1, 2]) / view.K[1, 1]
    stretch = np.sqrt(1 + x[None, :] ** 2 + y[:, None] ** 2)  # range over depth
    up_x, up_y, up_z = view.pose[2, :3]  # how far each axis of the camera climbs
    sine = (up_x * x[None, :] + up_y * y[:, None] + up_z) / stretch
    through_layer = np.minimum(LAYER_M / np.maximum(sine, 1e-4), farthest_m)
    path = np.where(np.isfinite(depth), depth * stretch, through_layer)
    return np.exp(-haze_per_m * path).astype(np.float32)


def _airlight(sky: Sky) -> Rgb:
    """Radiance of endless haze: the horizon's, whitened by clouds."""
    red, green, blue = sky.horizon
    grey = (red + green + blue) / 3
    r, g, b = (sky.strength * (band + sky.clouds * (grey - band)) for band in (red, green, blue))
    return r, g, b


def _softened(t: Floats) -> Floats:
    """Binomial 3 × 3 blur: depth has one sample per pixel, whose steps would undo the smooth edges."""
    for axis in (0, 1):
        ends = [(1, 1) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.pad(t, ends, mode="edge")
        low, high = (padded.take(range(start, start + t.shape[axis]), axis) for start in (0, 2))
        t = (low + 2 * t + high) / 4
    return t
