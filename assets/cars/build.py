"""build_car: from CarParams to a closed triangle mesh, without chance."""

import numpy as np

from assets.cars.body import half_body
from assets.cars.fittings import fittings
from assets.cars.frame import Frame
from assets.cars.livery import SLOTS, shell_slots
from assets.cars.params import CarParams
from assets.cars.parts import Part, joined
from assets.cars.stations import lay_out
from assets.cars.topology import shell
from assets.cars.wheels import wheels
from assets.mesh import Mesh

_PLANES = np.array([[1, 2], [0, 2], [0, 1]])  # the two coordinates that remain when x, y or z is dropped


def build_car(params: CarParams) -> Mesh:
    """The car as a mesh in its own frame: x forward, y left, z up, on z = 0, metres.

    Its bounds are params.length_m, width_m (the mirrors aside) and height_m. Every component (body, wheels,
    mirrors, ...) is closed. UVs are box projections in metres. Slots: see `livery.SLOTS`.
    """
    frame = Frame(params)
    stations = lay_out(frame)
    layout = shell(len(stations.x), stations.at["cowl"], stations.at["deck"])
    half = half_body(frame, stations, layout)
    left = half[layout.used]
    body = Part(
        np.concatenate([left, left[layout.mirrored] * (1, -1, 1)]),
        layout.faces,
        shell_slots(params, stations)[layout.cell],
        layout.axis,
    )
    loose = fittings(frame, stations, half[layout.wall], half[layout.roof])
    car = joined([body, wheels(frame), *loose])
    vertices = car.vertices.astype(np.float32)
    uv = vertices[car.faces[:, :, None], _PLANES[car.axis][:, None, :]]
    return Mesh(vertices, car.faces, uv, car.slot, SLOTS, np.ones(len(car.faces), bool))
