"""The paint in a picture of a whole body: found by its colour, and made to let another paint through."""

import numpy as np
from numpy.typing import NDArray

from assets.models.colors import INSIDE, linear, texels

_HUE_SHARE, _GREY_SHARE = 0.12, 0.2  # of the body's surface, from which a hue or a light grey is its paint
_HUES = 24
_COLORFUL, _BRIGHT = 0.3, 0.06  # saturation and value from which a pixel has a hue
_PALE, _LIGHT = 0.2, 0.42  # a grey or white paint: saturation below, value above
_HUE_REACH = 0.09  # 32°: overexposed paint in a picture leans towards the next primary colour
_ROUGHEST = 0.07  # standard deviation of value around a pixel: grey paint is even, lamps and grilles are not
_WINDOW_PX = 9


def show_paint(
    image: NDArray[np.uint8], uv: NDArray[np.float32], weight: NDArray[np.float64]
) -> NDArray[np.uint8] | None:
    """The picture (H, W, 4), transparent where the body is painted; None where no paint is found in it.

    image: (H, W, 3) sRGB. uv: (F, 3, 2) of the body's faces, weight: (F,) their areas.
    Paint is the colour that most of the surface has: a hue, or a light grey. What the picture darkens there
    (seams, folds, baked shade) becomes black of as much opacity, so that it darkens the other paint as well.
    """
    samples = texels(image, uv).reshape(-1, 3)
    weights = np.repeat(weight, len(INSIDE)) / len(INSIDE)
    paint = _dominant(samples, weights)
    if paint is None:
        return None
    hue, brightness = paint
    mask = _is_paint(_hsv(image), hue)
    if hue is None:
        mask &= _even(image)
    value = linear(image).max(axis=2)
    opacity = np.where(mask, 1 - np.minimum(1, value / brightness), 1)
    shown = np.where(mask[..., None], 0, image)
    return np.dstack([shown, np.rint(opacity * 255)]).astype(np.uint8)


def _dominant(samples: NDArray[np.uint8], weights: NDArray[np.float64]) -> tuple[float | None, float] | None:
    """Hue (None for a grey) and linear brightness of the paint among colours (N, 3)."""
    hsv = _hsv(samples)
    colorful = (hsv[:, 1] > _COLORFUL) & (hsv[:, 2] > _BRIGHT)
    share = np.bincount((hsv[colorful, 0] * _HUES).astype(int), weights[colorful], minlength=_HUES)
    best = int(share.argmax())
    alike = colorful & ((hsv[:, 0] * _HUES).astype(int) == best)
    hue: float | None = float(np.median(hsv[alike, 0])) if alike.any() else 0.0
    if weights[_is_paint(hsv, None)].sum() > weights[_is_paint(hsv, hue)].sum():
        hue = None
    painted = _is_paint(hsv, hue)
    least = _GREY_SHARE if hue is None else _HUE_SHARE
    if weights[painted].sum() < least * weights.sum():
        return None
    values = linear(samples[painted]).max(axis=1)
    order = np.argsort(values)
    place = np.searchsorted(np.cumsum(weights[painted][order]), 0.7 * weights[painted].sum())
    return hue, max(float(values[order][min(place, len(order) - 1)]), 1e-3)


def _is_paint(hsv: NDArray[np.float64], hue: float | None) -> NDArray[np.bool_]:
    if hue is None:
        pale: NDArray[np.bool_] = (hsv[..., 1] < _PALE) & (hsv[..., 2] > _LIGHT)
        return pale
    away = np.abs((hsv[..., 0] - hue + 0.5) % 1 - 0.5)
    near: NDArray[np.bool_] = (away < _HUE_REACH) & (hsv[..., 1] > _COLORFUL) & (hsv[..., 2] > _BRIGHT / 2)
    return near


def _even(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Whether a pixel is near others around which the value hardly varies."""
    value = image.max(axis=2) / 255
    mean, square = _box(value), _box(value**2)
    even = np.sqrt(np.maximum(square - mean**2, 0)) < _ROUGHEST
    return _box(even.astype(np.float64)) > 1e-9


def _box(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean over a square window around each pixel."""
    half = _WINDOW_PX // 2
    for axis in (0, 1):
        padded = np.pad(values, [(half + 1, half) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        total = np.cumsum(padded, axis=axis)
        upper = np.take(total, np.arange(_WINDOW_PX, total.shape[axis]), axis=axis)
        lower = np.take(total, np.arange(total.shape[axis] - _WINDOW_PX), axis=axis)
        values = (upper - lower) / _WINDOW_PX
    return values


def _hsv(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Hue, saturation and value, 0..1, of sRGB bytes (..., 3)."""
    color = rgb.astype(np.float64) / 255
    high, low = color.max(axis=-1), color.min(axis=-1)
    span = high - low
    safe = np.where(span > 0, span, 1)
    red, green, blue = np.moveaxis(color, -1, 0)
    sixth = np.where(
        high == red,
        (green - blue) / safe % 6,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return np.stack([sixth / 6 % 1, np.divide(span, high, out=np.zeros_like(span), where=high > 0), high], -1)
