"""Fittings: on the surface of every body, inside its bounds; plates that take a texture upright."""

from typing import get_args

import msgspec
import numpy as np
import pytest

from assets.cars import CarParams, build_car, sample_car
from assets.cars.livery import SLOTS
from assets.cars.params import Style
from assets.stream import Stream

STYLES: tuple[Style, ...] = get_args(Style)
SPREAD = np.array([(2, 2, 2), (4, 1, 1), (1, 4, 1), (1, 1, 4)]) / 6  # points over a face
EVERYTHING = {"roof_rails": True, "aerial": "fin", "exhausts": 2, "cladding": True, "spoiler": "roof"}


def car(style: Style, key: int, **changes: object) -> CarParams:
    return msgspec.structs.replace(sample_car(Stream(key), {style: 1.0}), people=0, **changes)


def clusters(pieces, params: CarParams) -> list[tuple[np.ndarray, bool]]:
    """Fittings that touch one another: their vertices, and whether any lies in the body. No wheels."""
    front = params.length_m / 2 - params.front_overhang_m
    axles = np.array([front, front - params.wheelbase_m])
    merged: list[tuple[np.ndarray, bool]] = []
    for piece in np.unique(pieces.label):
        points, sunk = pieces.vertices(piece), pieces.sunk[pieces.label == piece]
        to_axle = np.hypot(points[:, :1] - axles, points[:, 2:] - params.wheel_radius_m).max(axis=0).min()
        if piece == pieces.body or to_axle < params.wheel_radius_m + 0.001 or sunk.all():
            continue
        rooted, apart = bool(sunk.any()), []
        for other, other_rooted in merged:
            if touch(points, other):
                points, rooted = np.concatenate([points, other]), rooted or other_rooted
            else:
                apart.append((other, other_rooted))
        merged = [*apart, (points, rooted)]
    return merged


def touch(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether the bounds of two sets of points meet."""
    return bool(
        (a.min(axis=0) < b.max(axis=0) + 0.002).all() and (b.min(axis=0) < a.max(axis=0) + 0.002).all()
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("key", range(2))
@pytest.mark.parametrize("changes", [EVERYTHING, {"aerial": "whip", "spoiler": "lip", "headlamp": "round"}])
def test_no_fitting_floats(dismantle, style: Style, key: int, changes: dict[str, object]) -> None:
    params = car(style, key, **changes)
    fittings = clusters(dismantle(params), params)
    assert len(fittings) >= 8
    for points, rooted in fittings:
        assert rooted, (points.min(axis=0), points.max(axis=0))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("key", range(2))
def test_no_fitting_is_sunk_in_the_body(dismantle, style: Style, key: int) -> None:
    pieces = dismantle(car(style, key, **EVERYTHING, chrome=True))
    for slot in ("plate", "chrome", "indicator"):
        for piece in pieces.having(slot):
            if piece != pieces.body:
                assert not pieces.sunk[pieces.label == piece].all(), slot


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("on_lid", [True, False])
def test_plates_take_a_texture_upright(style: Style, on_lid: bool) -> None:
    params = car(style, 6, plate_on_lid=on_lid)
    mesh = build_car(params)
    corners = mesh.vertices[mesh.faces].astype(float)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    for ahead in (1, -1):
        plate = (mesh.slot == SLOTS.index("plate")) & (ahead * corners[..., 0].mean(axis=1) > 0)
        face = plate & (ahead * normal[:, 0] > 0.9 * np.linalg.norm(normal, axis=1))
        point, uv = corners[face].reshape(-1, 3), mesh.uv[face].reshape(-1, 2)
        assert point[:, 0].min() == pytest.approx(point[:, 0].max())
        rightwards = ahead * point[:, 1]  # as seen by somebody who reads it
        assert np.ptp(rightwards) == pytest.approx(0.52, abs=1e-5)
        assert np.ptp(point[:, 2]) == pytest.approx(0.11, abs=1e-5)
        assert uv[:, 0] == pytest.approx((rightwards + 0.26) / 0.52, abs=1e-4)
        assert uv[:, 1] == pytest.approx((point[:, 2] - point[:, 2].min()) / 0.11, abs=1e-4)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("key", range(2))
@pytest.mark.parametrize("on_lid", [True, False])
def test_plates_stand_before_the_body(dismantle, style: Style, key: int, on_lid: bool) -> None:
    params = car(style, key, plate_on_lid=on_lid)
    pieces = dismantle(params)
    plates = pieces.triangles("plate").reshape(-1, 3)
    for ahead in (1, -1):
        face = ahead * (ahead * plates[:, 0]).max()
        y, z = np.meshgrid(np.linspace(-0.26, 0.26, 9), np.linspace(-0.055, 0.055, 5))
        height = plates[ahead * plates[:, 0] > 0][:, 2]
        z = z.ravel() + (height.min() + height.max()) / 2
        just_behind = np.column_stack([np.full(z.size, face - 0.002 * ahead), y.ravel(), z])
        assert not pieces.inside(just_behind).any()
        assert abs(face) <= params.length_m / 2 + 1e-6


def test_the_rear_plate_is_higher_on_the_lid_than_on_the_bumper() -> None:
    heights = []
    for on_lid in (True, False):
        mesh = build_car(car("hatchback", 1, plate_on_lid=on_lid))
        plate = mesh.vertices[mesh.faces[mesh.slot == SLOTS.index("plate")]].reshape(-1, 3)
        heights.append(plate[plate[:, 0] < 0, 2].mean())
    assert heights[0] > heights[1] + 0.1


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("key", range(2))
def test_only_mirrors_and_aerials_leave_the_bounds(style: Style, key: int) -> None:
    params = car(style, key, **EVERYTHING | {"aerial": "none"})
    low, high = build_car(params).bounds
    assert (low[0], high[0]) == pytest.approx((-params.length_m / 2, params.length_m / 2), abs=1e-5)
    assert params.width_m / 2 + 0.1 < high[1] < params.width_m / 2 + 0.25
    assert high[2] == pytest.approx(params.height_m, abs=1e-5)
    whip = build_car(msgspec.structs.replace(params, aerial="whip")).bounds[1][2]
    assert whip > params.height_m + 0.1


def test_parts_that_params_ask_for_are_there(dismantle) -> None:
    plain = car("sedan", 1, roof_rails=False, aerial="none", exhausts=0, spoiler="none", cladding=False)
    bare = len(np.unique(dismantle(plain).label))
    for change, more in (
        ({"roof_rails": True}, 4),
        ({"aerial": "fin"}, 1),
        ({"aerial": "whip"}, 2),
        ({"exhausts": 1}, 1),
        ({"exhausts": 2}, 2),
        ({"spoiler": "lip"}, 1),
        ({"spoiler": "roof"}, 1),
        ({"doors": 2}, -2),
    ):
        changed = msgspec.structs.replace(plain, **change)
        assert len(np.unique(dismantle(changed).label)) == bare + more, change


def test_indicators_are_on_mirrors_or_wings(dismantle) -> None:
    for headlamp in ("swept", "round"):
        params = car("estate", 2, headlamp=headlamp)
        pieces = dismantle(params)
        lenses = [pieces.vertices(piece) for piece in pieces.having("indicator") if piece != pieces.body]
        outside = [points[:, 1].max() > params.width_m / 2 + 0.05 for points in lenses]
        assert sum(outside) == (1 if headlamp == "swept" else 0)
        assert len(lenses) == 2


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("changes", [EVERYTHING, {"aerial": "whip", "spoiler": "lip", "headlamp": "round"}])
def test_nothing_lies_in_anothers_surface(dismantle, style: Style, changes: dict[str, object]) -> None:
    """Two faces of different pieces that look the same way keep half a millimetre apart: no z-fighting."""
    if style in ("sedan", "coupe"):  # which have no roof spoilers
        changes = changes | {"spoiler": "lip"}
    pieces = dismantle(car(style, 3, **changes | {"chrome": True}))
    found = fighting(pieces)
    assert not len(found), found


def fighting(pieces, gap: float = 0.0005) -> list[tuple[str, list[float]]]:
    """Slot and place of faces over which a face of another piece lies in nearly the same plane."""
    corners = pieces.mesh.vertices[pieces.mesh.faces].astype(float)
    owner = pieces.label[pieces.mesh.faces[:, 0]]
    edge = corners[:, 1:] - corners[:, :1]
    normal = np.cross(edge[:, 0], edge[:, 1])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    low, high = corners.min(axis=1) - gap, corners.max(axis=1) + gap
    found = []
    for piece in np.unique(owner[owner != pieces.body]):
        own = np.flatnonzero(owner == piece)
        around = (low < high[own].max(axis=0)).all(axis=1) & (high > low[own].min(axis=0)).all(axis=1)
        other = np.flatnonzero(around & ((owner > piece) | (owner == pieces.body)))
        one, two = np.nonzero(normal[own] @ normal[other].T > 0.999)
        one, two = np.concatenate([own[one], other[two]]), np.concatenate([other[two], own[one]])
        for weights in SPREAD:
            point = weights @ corners[one]
            away = point - corners[two, 0]
            share = (np.linalg.pinv(edge[two].transpose(0, 2, 1)) @ away[..., None])[..., 0]
            over = (share > 0).all(axis=1) & (share.sum(axis=1) < 1)
            over &= np.abs((away * normal[two]).sum(axis=1)) < gap
            found += [(SLOTS[pieces.mesh.slot[one[i]]], point[i].tolist()) for i in np.flatnonzero(over)]
    return found
