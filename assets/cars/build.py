"""build_car: from CarParams to a closed triangle mesh, without chance."""

import numpy as np

from assets.cars.body import half_body
from assets.cars.bodywork import Bodywork
from assets.cars.charts import charts
from assets.cars.cutting import HalfShell
from assets.cars.finish import finish
from assets.cars.fittings import fittings
from assets.cars.frame import Floats, Frame
from assets.cars.grille import Grille, grille
from assets.cars.interior import interior
from assets.cars.livery import PAINT, ROOF, SLOTS, TRIM
from assets.cars.params import CarParams
from assets.cars.parts import Part, joined
from assets.cars.people import people
from assets.cars.seating import seating
from assets.cars.site import Site, site_of
from assets.cars.stations import lay_out
from assets.cars.topology import MARKS, ROOF_PANEL, UNDER, Shell, shell
from assets.cars.wheels import wheels
from assets.mesh import Mesh


def build_car(params: CarParams) -> Mesh:
    """The car as a mesh in its own frame: x forward, y left, z up, on z = 0, metres.

    Its bounds are params.length_m, width_m (the mirrors aside) and height_m. Every component (body, wheels,
    mirrors, ...) is closed. UVs are in metres; for those of the body see `charts`. Slots: see `livery.SLOTS`.
    """
    frame = Frame(params)
    stations = lay_out(frame)
    layout = shell(len(stations.x), tuple(stations.at[name] for name in MARKS))
    half = half_body(frame, stations, layout)
    bodywork = Bodywork(half[layout.wall], half[layout.top], half[layout.cabin], half[layout.roof])
    chart = charts(half, layout)
    site = site_of(frame, stations, layout, half, chart)
    front, seats = grille(site), seating(frame, bodywork)
    outside = [_body(layout, half, chart, site, front), *front.bars(bodywork), wheels(frame)]
    outside += fittings(frame, stations, bodywork)
    inside = [*interior(frame, bodywork, seats), *people(params.people, seats)]
    car = joined([*outside, *inside])
    smooth = np.ones(len(car.faces), bool)
    return Mesh(
        car.vertices.astype(np.float32), car.faces, car.uv.astype(np.float32), car.slot, SLOTS, smooth
    )


def _body(layout: Shell, half: Floats, chart: Floats, site: Site, front: Grille) -> Part:
    """The shell with everything that is cut into it."""
    slot = np.full(len(layout.faces), PAINT, np.int32)
    slot[layout.zone == UNDER] = TRIM
    slot[layout.zone == ROOF_PANEL] = ROOF
    left = HalfShell(half[layout.used], layout.faces, chart, layout.corner, layout.zone, slot)
    finish(left, site, front)
    return left.whole()
