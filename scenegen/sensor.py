"""The sensor: from scene-linear light to a JPEG, with the faults of a real camera. Labels never pass here."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assets.stream import Stream
from randomizers.spec import Sensor

_KNEE = 0.6  # linear up to here; highlights roll off above it


def develop(linear: NDArray[np.float32], exposure_ev: float, sensor: Sensor) -> NDArray[np.uint8]:
    """The 8-bit sRGB picture of `linear` (height, width, 3), scene-linear Rec. 709.

    In the order of a camera: metering, lens (blur, vignette), photosites (noise), white balance, tone curve.
    """
    light = linear * np.float32(2.0 ** (exposure_ev + sensor.exposure_ev))
    if sensor.blur_px > 0:
        light = _blur(light, sensor.blur_px)
    if sensor.vignette > 0:
        light *= _vignette(light.shape[:2], sensor.vignette)[..., None]
    if sensor.shot_noise > 0 or sensor.read_noise > 0:
        light += _noise(light, sensor)
    red, blue = sensor.white_balance
    light *= np.array([red, 1.0, blue], np.float32)
    return encode_srgb(_roll_off(light))


def jpeg(picture: NDArray[np.uint8], quality: int) -> bytes:
    """The picture as a JPEG file."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=2 if quality < 90 else 0)
    return buffer.getvalue()


def encode_srgb(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear 0..1 to 8-bit sRGB (IEC 61966-2-1) by table, within one code of exact."""
    index = np.clip(light * 16383.0 + 0.5, 0, 16383).astype(np.uint16)
    return _SRGB[index]


def _srgb_table() -> NDArray[np.uint8]:
    x = np.linspace(0, 1, 16384)
    curve = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.rint(curve * 255).astype(np.uint8)


_SRGB = _srgb_table()


def _roll_off(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Identity up to the knee, then a slow approach to 1 with the same slope: skies keep some colour."""
    room = np.float32(1.0 - _KNEE)
    over = np.maximum(light - np.float32(_KNEE), 0)
    return np.minimum(light, np.float32(_KNEE)) + room * over / (room + over)


def _blur(light: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Separable Gaussian, edges repeated."""
    radius = max(1, round(3 * sigma))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2).astype(np.float32)
    kernel /= kernel.sum()
    for axis in (0, 1):
        pad = [(radius, radius) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(light, pad, mode="edge")
        length = light.shape[axis]
        light = np.zeros_like(light)
        for weight, start in zip(kernel, range(2 * radius + 1), strict=True):
            window = [slice(None)] * 3
            window[axis] = slice(start, start + length)
            light += weight * padded[tuple(window)]
    return light


def _vignette(shape: tuple[int, int], strength: float) -> NDArray[np.float32]:
    """1 in the middle, 1 − strength in the corners, with the square of the radius."""
    y, x = (np.linspace(-1, 1, size, dtype=np.float32) for size in shape)
    return 1 - np.float32(strength) * (y[:, None] ** 2 + x[None, :] ** 2) / 2


def _noise(light: NDArray[np.float32], sensor: Sensor) -> NDArray[np.float32]:
    """Shot and read noise. Each normal draw is the sum of a word's four 16-bit parts (Irwin–Hall, n = 4)."""
    words = Stream(sensor.seed).words(light.size).view(np.uint16).reshape(*light.shape, 4)
    total = words.sum(axis=-1, dtype=np.uint32).astype(np.float32)
    normal = (total - np.float32(2 * 65535)) / np.float32(65536 * (4 / 12) ** 0.5)
    sd = np.sqrt(np.maximum(light, 0) * np.float32(sensor.shot_noise**2) + np.float32(sensor.read_noise**2))
    return normal * sd
