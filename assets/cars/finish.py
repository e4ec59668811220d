"""Finish: the order in which windows, lamps and shut lines are cut into a body."""

from assets.cars import glazing, lamps, panels
from assets.cars.cutting import HalfShell
from assets.cars.grille import Grille
from assets.cars.livery import PAINT
from assets.cars.site import Site
from assets.cars.topology import FRONT, QUARTER, REAR, WING

_FINE_M = 0.06  # edges are halved that are longer than this where a lamp's outline passes


def finish(shell: HalfShell, site: Site, grille: Grille) -> None:
    """Cut everything. The cuts of a step stay apart; what a step paints, the following can cut again."""
    panels.leave_unpainted(shell, site)
    head, tail = lamps.headlamp(site), lamps.tail_lamp(site)
    shell.refine(
        FRONT | WING | QUARTER | REAR, PAINT, [*head.fields(), *tail.fields(), grille.outline()], _FINE_M
    )
    nook, fog_lamp = lamps.fog_lamp(site)
    sills, gaps, *lines = panels.shut_lines(site)
    steps = [
        panels.arches(site),
        [*glazing.roof_frame(site), *head.bezels(), *tail.bezels()],
        [*glazing.edges(site), *head.lenses(), *tail.lenses(), *grille.opening(), *nook],
        [*glazing.screens(site), *head.indicators(), *tail.indicators(), *grille.inside(), *fog_lamp],
        [*glazing.panes(site), *sills],
        [*glazing.seals(site), *gaps],
        *lines,
    ]
    for step in steps:
        if step:
            shell.paint(*step)
    shell.slot = panels.FINISH[shell.slot]
