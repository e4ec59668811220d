"""Wheels: closed, light, where the axles are, and each rim design told from the others at a glance."""

from itertools import combinations
from typing import get_args

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from assets.cars import CarParams, sample_car
from assets.cars.frame import Frame
from assets.cars.livery import RIM, TYRE
from assets.cars.params import RimDesign
from assets.cars.parts import Part
from assets.cars.wheels import wheels
from assets.stream import Stream

DESIGNS: tuple[RimDesign, ...] = get_args(RimDesign)
PIXELS = 48


def car(rim: RimDesign) -> CarParams:
    return msgspec.structs.replace(sample_car(Stream(1), {"estate": 1.0}), rim=rim)


@pytest.mark.parametrize("design", DESIGNS)
def test_wheels_are_closed_and_light(design: RimDesign) -> None:
    part = wheels(Frame(car(design)))
    assert len(part.faces) <= 4 * 700
    count = len(part.vertices)
    edges = np.concatenate([part.faces[:, [i, (i + 1) % 3]] for i in range(3)]).astype(np.int64)
    there, back = edges @ (count, 1), edges @ (1, count)
    assert len(np.unique(there)) == len(there)
    assert np.array_equal(np.sort(there), np.sort(back))
    corners = part.vertices[part.faces]
    left = corners[..., 1].mean(axis=1) > 0
    for side, middle in ((left, 0.6), (~left, -0.6)):
        a, b, c = np.moveaxis(corners[side] - (0, middle, 0), 1, 0)
        assert np.einsum("ij,ij->", a, np.cross(b, c)) > 0


@pytest.mark.parametrize("design", DESIGNS)
def test_tyres_stand_below_their_axles(design: RimDesign) -> None:
    params = car(design)
    frame = Frame(params)
    part = wheels(frame)
    tyre = part.vertices[np.unique(part.faces[part.slot == TYRE])]
    for axle in (frame.front_axle, frame.rear_axle):
        for side in (1, -1):
            one = tyre[(np.abs(tyre[:, 0] - axle) < 1) & (tyre[:, 1] * side > 0)]
            radius = np.hypot(one[:, 0] - axle, one[:, 2] - params.wheel_radius_m)
            assert radius.max() == pytest.approx(params.wheel_radius_m)
            assert one[:, 2].min() == pytest.approx(0, abs=1e-9)
            assert np.ptp(one[:, 1]) == pytest.approx(params.tyre_width_m, abs=0.02)
            assert np.abs(one[:, 1]).max() < params.width_m / 2


def test_rim_designs_look_different() -> None:
    """From the side, at 48 pixels: depth and material of at least one pixel in twelve differ."""
    faces = {design: side_view(car(design)) for design in DESIGNS}
    for one, other in combinations(DESIGNS, 2):
        depth = np.abs(faces[one][0] - faces[other][0]) > 0.02
        material = (faces[one][1] == RIM) != (faces[other][1] == RIM)
        assert (depth | material).mean() > 1 / 12, (one, other)


def side_view(params: CarParams) -> tuple[NDArray[np.float64], NDArray[np.int16]]:
    """Depth and slot of what a grid of rays along -y sees of the front left rim."""
    frame = Frame(params)
    part: Part = wheels(frame)
    reach = params.wheel_radius_m * params.rim_ratio * 0.7
    grid = np.linspace(-reach, reach, PIXELS)
    x, z = (axis.ravel() for axis in np.meshgrid(frame.front_axle + grid, params.wheel_radius_m + grid))
    depth, slot = np.full(x.size, -np.inf), np.zeros(x.size, np.int16)
    for (a, b, c), material in zip(part.vertices[part.faces], part.slot, strict=True):
        e, f = b - a, c - a
        area = e[0] * f[2] - e[2] * f[0]
        if a[1] < 0 or a[0] < 0 or abs(area) < 1e-12:
            continue
        u = ((x - a[0]) * f[2] - (z - a[2]) * f[0]) / area
        v = (e[0] * (z - a[2]) - e[2] * (x - a[0])) / area
        y = a[1] + u * e[1] + v * f[1]
        seen = (u >= 0) & (v >= 0) & (u + v <= 1) & (y > depth)
        depth[seen], slot[seen] = y[seen], material
    return depth, slot
