"""Which way a model's up and front are, from what its owner says or from its names, lamps and shape."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assets.models.colors import face_colors
from assets.models.outline import Outline, outline_of
from assets.models.raw import RawFile, RawPart, Soup, areas
from assets.models.reading import Axis
from assets.models.words import says

_FRONT = ("front", "head", "hood", "bonnet", "grill", "grille", "windshield", "windscreen")
_REAR = ("rear", "back", "tail", "trunk", "boot", "exhaust", "stop", "brakelight")
_NOT_THE_CAR = ("seat", "seats", "interior")  # a seat's back is in front of the car's
_APART = 0.1  # what is said of front and rear must lie this far apart, over the length
_RED_SHARE = 0.08  # of the surface: more red than this is paint, not lamps
_FLAT = 0.6  # a car's height and width differ by less: what is flatter is a car park
_STRAIGHT_DEG = 3.0  # a lone car turned by less stands along its axis
_CLEAR = 0.05  # a difference in shape that tells front from rear


def axis_vector(axis: Axis) -> NDArray[np.float64]:
    """The unit vector of "x" … "-z"."""
    vector: NDArray[np.float64] = np.eye(3)["xyz".index(axis[-1])] * (-1.0 if axis.startswith("-") else 1.0)
    return vector


def guess_up(vertices: NDArray[np.float64]) -> Axis:
    """ "y" or "z", for formats that do not say which."""
    size = np.ptp(vertices, axis=0)
    for index, axis in ((1, "y"), (2, "z")):
        if size[index] < _FLAT * np.delete(size, index).min():
            return "y" if axis == "y" else "z"
    if size.argmax() > 0:  # the length; the width is x
        return "z" if size.argmax() == 1 else "y"
    return "y" if _asymmetry(vertices[:, 1]) > _asymmetry(vertices[:, 2]) else "z"


def _asymmetry(values: NDArray[np.float64]) -> float:
    """How far the distribution is from its own mirror image, over its extent: little across a car's width."""
    spread = np.quantile(values, np.linspace(0, 1, 41))
    return float(np.abs(spread + spread[::-1] - spread[0] - spread[-1]).mean() / max(np.ptp(values), 1e-9))


def rotation_to_z(up: Axis) -> NDArray[np.float64]:
    """The rotation (3, 3) that turns `up` to z and another axis of the file to x."""
    z = axis_vector(up)
    x = np.roll(np.abs(z), 1)  # z → x, x → y, y → z
    rotation: NDArray[np.float64] = np.array([x, np.cross(z, x), z])
    return rotation


def turned(soup: Soup, heading: NDArray[np.float64]) -> Soup:
    """The soup turned about z so that `heading`, (2,), becomes x."""
    c, s = heading / np.linalg.norm(heading)
    return replace(soup, vertices=soup.vertices @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]))


def long_axis(soup: Soup, alone: bool) -> NDArray[np.float64]:
    """Direction (2,) along which the surface extends most: of a mirror image, exactly its axis of symmetry.

    alone: the only car of its file, which is not turned where it stands almost along an axis.
    """
    corners = soup.vertices[soup.faces][:, :, :2]
    weight = areas(soup.vertices, soup.faces)
    mean = (corners.mean(axis=1) * weight[:, None]).sum(axis=0) / weight.sum()
    corners = corners - mean
    whole = corners.sum(axis=1)
    # The second moments of triangles, times 12.
    moments = np.einsum("f,fci,fcj->ij", weight, corners, corners) + np.einsum(
        "f,fi,fj->ij", weight, whole, whole
    )
    direction: NDArray[np.float64] = np.linalg.eigh(moments)[1][:, -1]
    nearest: NDArray[np.float64] = np.eye(2)[np.abs(direction).argmax()]
    if alone and abs(direction @ nearest) > np.cos(np.radians(_STRAIGHT_DEG)):
        return nearest
    return direction if direction @ nearest > 0 else -direction


def guess_facing(soup: Soup, parts: Sequence[RawPart], raw: RawFile, style: str) -> tuple[int, str]:
    """1 where a car that stands along x faces +x, −1 where it faces −x; and what told it."""
    by_names = _sign_of_names(soup, parts, raw)
    if by_names:
        return by_names, "facing from the names of parts and materials"
    by_lamps = _sign_of_red(soup, raw)
    if by_lamps:
        return by_lamps, "facing from red lamps at the rear"
    sign, clear = _sign_of_shape(outline_of(soup), style)
    return (
        sign,
        f"facing guessed from the shape ({'clear' if clear else 'hardly told: say `forward` if wrong'})",
    )


def _sign_of_names(soup: Soup, parts: Sequence[RawPart], raw: RawFile) -> int:
    """0 where names do not tell."""
    common = set(parts[0].names).intersection(*(part.names for part in parts)) if len(parts) > 1 else set()
    own = [" ".join(name for name in part.names if name not in common) for part in parts]
    materials = [material.name for material in raw.materials]
    front = _faces_that_say(soup, own, materials, _FRONT)
    rear = _faces_that_say(soup, own, materials, _REAR)
    return _sign_between(soup, front & ~rear, rear & ~front)


def _faces_that_say(
    soup: Soup, parts: Sequence[str], materials: Sequence[str], meanings: Sequence[str]
) -> NDArray[np.bool_]:
    def telling(names: Sequence[str]) -> NDArray[np.bool_]:
        return np.array([says(name, meanings) and not says(name, _NOT_THE_CAR) for name in names])

    return telling(parts)[soup.part] | telling(materials)[soup.material]


def _sign_of_red(soup: Soup, raw: RawFile) -> int:
    red, green, blue = face_colors(soup, raw).T
    lamps = (red > 0.1) & (red > 3.5 * green) & (red > 3.5 * blue)
    weight = areas(soup.vertices, soup.faces)
    if not 0 < weight[lamps].sum() < _RED_SHARE * weight.sum():
        return 0
    return _sign_between(soup, np.zeros_like(lamps), lamps)


def _sign_between(soup: Soup, front: NDArray[np.bool_], rear: NDArray[np.bool_]) -> int:
    """From the rear faces towards the front ones; where one kind is missing, the middle stands for it."""
    x = soup.vertices[soup.faces][:, :, 0].mean(axis=1)
    weight = areas(soup.vertices, soup.faces)
    low, high = soup.bounds
    middle = (low[0] + high[0]) / 2

    def place(faces: NDArray[np.bool_]) -> float:
        total = weight[faces].sum()
        return float((x[faces] * weight[faces]).sum() / total) if total > 0 else middle

    apart = place(front) - place(rear)
    return int(np.sign(apart)) if abs(apart) > _APART * (high[0] - low[0]) else 0


def _sign_of_shape(outline: Outline, style: str) -> tuple[int, bool]:
    """The bonnet is lower than the rear, and the cabin behind the middle; of a pickup the contrary is true.

    Also returns whether the difference is clear.
    """
    top = np.nan_to_num(outline.top - np.nanmin(outline.bottom))
    third = len(top) // 3
    cabin = np.maximum(top - 0.7 * top.max(), 0)
    behind = ((outline.x * cabin).sum() / cabin.sum() - outline.x.mean()) / np.ptp(outline.x)
    score = (top[:third].mean() - top[-third:].mean()) / top.max() - behind
    if style == "pickup":
        score = -score
    return (1 if score >= 0 else -1), bool(abs(score) > _CLEAR)
