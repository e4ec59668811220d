"""models_of: the cars of a file, each on its wheels, facing +x, in metres, with material slots."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh
from assets.models.dress import Look, dress
from assets.models.errors import Unusable
from assets.models.outline import body_size, outline_of
from assets.models.pose import axis_vector, guess_facing, guess_up, long_axis, rotation_to_z, turned
from assets.models.raw import RawFile, RawPart, Soup, join
from assets.models.reading import Reading, Slot
from assets.models.size import metres_per_unit
from assets.models.slots import check_told
from assets.models.split import CarParts, split
from assets.models.words import style_of

MOST_TRIANGLES = 60_000

Decimate = Callable[[Mesh, int], Mesh]  # the mesh with about so many triangles


@dataclass(frozen=True, eq=False)
class Model:
    """One car. name: within its file, empty where it is the only one. Sizes without mirrors and aerial.

    materials: what each of the file's was taken for. notes: what was guessed and done, for people.
    """

    name: str
    style: str
    length_m: float
    width_m: float
    height_m: float
    mesh: Mesh
    materials: Mapping[str, Slot]
    looks: Mapping[str, Look]
    images: Mapping[str, NDArray[np.uint8]]
    notes: tuple[str, ...]


def models_of(raw: RawFile, reading: Reading, decimate: Decimate) -> list[Model]:
    """The cars that a file holds. Raises Unusable saying why there is none."""
    parts = [part for part in raw.parts if len(part.faces)]
    if not parts:
        raise Unusable("it has no faces that are shown")
    if not all(np.isfinite(part.vertices).all() for part in parts):
        raise Unusable("it has vertices that are no numbers")
    check_told(raw.materials, reading.materials)
    up, note = reading.up, "up as told"
    if up is None:
        up = "z" if raw.has_conventions else guess_up(np.concatenate([part.vertices for part in parts]))
        note = f"up {up}" if raw.has_conventions else f"up guessed to be {up}"
    to_z = rotation_to_z(up)
    cars = split([replace(part, vertices=part.vertices @ to_z.T) for part in parts], reading.parts)
    forward = None if reading.forward is None else (to_z @ axis_vector(reading.forward))[:2]
    return [_model(car, raw, reading, note, forward, decimate, alone=len(cars) == 1) for car in cars]


def _model(
    car: CarParts,
    raw: RawFile,
    reading: Reading,
    up: str,
    forward: NDArray[np.float64] | None,
    decimate: Decimate,
    alone: bool,
) -> Model:
    style = reading.style or style_of(car.name, reading.name)
    try:
        faced, facing = _faced(join(car.parts), car.parts, raw, style, forward, alone)
        placed, size, scaling = _placed(faced, reading, style, raw.has_conventions)
    except Unusable as error:
        raise Unusable(f"{car.name}: {error}" if car.name else str(error)) from error
    dressed = dress(placed, raw, reading)
    notes = (up, facing, scaling, *car.notes, *dressed.notes)
    mesh = dressed.mesh
    if len(mesh.faces) > MOST_TRIANGLES:
        mesh = decimate(mesh, MOST_TRIANGLES)
        notes += (f"{len(dressed.mesh.faces):,} triangles reduced to {len(mesh.faces):,}",)
    length, width, height = (round(float(value), 3) for value in size)
    return Model(
        name=car.name,
        style=style,
        length_m=length,
        width_m=width,
        height_m=height,
        mesh=mesh,
        materials=dressed.materials,
        looks=dressed.looks,
        images=dressed.images,
        notes=notes,
    )


def _faced(
    soup: Soup,
    parts: Sequence[RawPart],
    raw: RawFile,
    style: str,
    forward: NDArray[np.float64] | None,
    alone: bool,
) -> tuple[Soup, str]:
    """The soup turned to face +x, and how that was found."""
    if forward is not None and alone:
        return turned(soup, forward), "facing as told"
    if np.ptp(soup.vertices, axis=0).min() <= 0:
        raise Unusable("it is flat")
    axis = long_axis(soup, alone)
    soup = turned(soup, axis)
    if forward is not None:
        sign, note = (1 if axis @ forward >= 0 else -1), "facing as told, along its length"
    else:
        sign, note = guess_facing(soup, parts, raw, style)
    degrees = np.degrees(np.arctan2(sign * axis[1], sign * axis[0]))
    turn = f", turned by {-degrees:.0f}°" if round(degrees) else ""
    return turned(soup, np.array([sign, 0.0])), note + turn


def _placed(soup: Soup, reading: Reading, style: str, metric: bool) -> tuple[Soup, NDArray[np.float64], str]:
    """The soup in metres over the origin, its body's length, width and height, and how they were found."""
    low, high = soup.bounds
    size = np.array([high[0] - low[0], *body_size(outline_of(soup))])
    scale, note = metres_per_unit(size, reading, style, metric)
    below = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return replace(soup, vertices=(soup.vertices - below) * scale), size * scale, note
