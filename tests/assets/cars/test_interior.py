"""Interiors and people: inside every body with room to spare, where a car of each style has them."""

from typing import get_args

import msgspec
import numpy as np
import pytest

from assets.cars import CarParams, sample_car
from assets.cars.params import Style
from assets.stream import Stream

STYLES: tuple[Style, ...] = get_args(Style)
INSIDE = ("interior", "seat", "skin", "clothes")
CLEARANCE_M = 0.008


def car(style: Style, key: int, **changes: object) -> CarParams:
    return msgspec.structs.replace(sample_car(Stream(key), {style: 1.0}), **changes)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("key", range(4))
def test_interior_and_people_stay_inside_the_body(dismantle, style: Style, key: int) -> None:
    pieces = dismantle(car(style, key, people=2))
    points = np.concatenate([pieces.vertices(piece) for piece in pieces.having(*INSIDE)])
    away = np.sign(points - (0, 0, points[:, 2].mean()))
    for axis in range(3):
        moved = points.copy()
        moved[:, axis] += CLEARANCE_M * away[:, axis]
        assert pieces.inside(moved).all()


@pytest.mark.parametrize("style", STYLES)
def test_interior_is_light(dismantle, style: Style) -> None:
    empty, full = (dismantle(car(style, 1, people=count)) for count in (0, 2))
    assert len(empty.triangles("interior", "seat")) <= 1400
    assert len(full.mesh.faces) - len(empty.mesh.faces) <= 2 * 450


@pytest.mark.parametrize("style", STYLES)
def test_every_car_but_a_van_has_two_rows_of_seats(dismantle, style: Style) -> None:
    pieces = dismantle(car(style, 2))
    seats = [pieces.vertices(piece).mean(axis=0) for piece in pieces.having("seat")]
    assert len(seats) == (6 if style == "van" else 12)  # cushion, back and head restraint, left and right
    assert sum(centre[1] for centre in seats) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("style", STYLES)
def test_the_driver_sits_on_the_left_before_the_steering_wheel(dismantle, style: Style) -> None:
    nobody, driver, both = (dismantle(car(style, 3, people=count)) for count in (0, 1, 2))
    assert not nobody.having("skin", "clothes")
    clothes = driver.triangles("clothes").reshape(-1, 3)
    assert clothes[:, 1].mean() > 0.2
    assert both.triangles("clothes").reshape(-1, 3)[:, 1].mean() == pytest.approx(0, abs=0.05)
    hands = driver.triangles("skin").reshape(-1, 3)
    hands = hands[hands[:, 0] > clothes[:, 0].mean() + 0.2]
    interior = driver.triangles("interior").reshape(-1, 3)
    to_hand = np.linalg.norm(hands[:, None] - interior, axis=2).min(axis=1)
    assert to_hand.min() < 0.06


@pytest.mark.parametrize("style", STYLES)
def test_eyes_are_at_the_height_of_the_windows(dismantle, style: Style) -> None:
    params = car(style, 5, people=1)
    head = dismantle(params).triangles("skin").reshape(-1, 3)
    assert params.cowl_height_m + 0.08 < head[:, 2].max() - 0.12 < params.height_m - 0.15


def test_a_car_without_people_is_symmetrical_but_for_the_steering_wheel(dismantle) -> None:
    seats = dismantle(car("estate", 4)).triangles("seat").reshape(-1, 3).astype(np.float32) + 0.0
    assert set(map(bytes, seats)) == set(map(bytes, seats * np.float32([1, -1, 1]) + 0.0))
