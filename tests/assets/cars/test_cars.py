"""Cars: population statistics; every car is a closed, symmetrical mesh of the size it was asked for."""

from typing import get_args

import msgspec
import numpy as np
import pytest
from connected import connected
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.cars import CarParams, build_car, sample_car
from assets.cars.body import half_body
from assets.cars.frame import Frame
from assets.cars.livery import SLOTS
from assets.cars.params import Style
from assets.cars.sample import DEFAULT_STYLES
from assets.cars.stations import lay_out
from assets.cars.topology import COLUMNS, MARKS, shell
from assets.mesh import Mesh
from assets.stream import Stream

STYLES: tuple[Style, ...] = get_args(Style)
KITTI = {"height_m": (1.53, 0.13), "width_m": (1.63, 0.11), "length_m": (3.88, 0.41)}


@st.composite
def cars(draw: st.DrawFn) -> CarParams:
    style = draw(st.sampled_from(STYLES))
    return sample_car(Stream(draw(st.integers(0, 2**64))), {style: 1.0})


@pytest.fixture(scope="module")
def population() -> list[CarParams]:
    return [sample_car(Stream(key), DEFAULT_STYLES) for key in range(5000)]


@pytest.mark.parametrize("field", KITTI)
def test_population_is_like_kittis_cars(population: list[CarParams], field: str) -> None:
    values = np.array([getattr(car, field) for car in population])
    mean, sd = KITTI[field]
    assert values.mean() == pytest.approx(mean, rel=0.02)
    assert values.std() == pytest.approx(sd, rel=0.15)


def test_styles_are_drawn_by_weight(population: list[CarParams]) -> None:
    for style, weight in DEFAULT_STYLES.items():
        share = sum(car.style == style for car in population) / len(population)
        assert share == pytest.approx(weight / sum(DEFAULT_STYLES.values()), abs=0.025)


def test_only_styles_with_weight_are_drawn() -> None:
    assert {sample_car(Stream(key), {"van": 0.0, "coupe": 2.0}).style for key in range(50)} == {"coupe"}


@given(cars())
@settings(max_examples=60, deadline=None)
def test_params_survive_json(params: CarParams) -> None:
    assert msgspec.json.decode(msgspec.json.encode(params), type=CarParams) == params
    assert hash(params) == hash(msgspec.json.decode(msgspec.json.encode(params), type=CarParams))


def test_same_key_same_car() -> None:
    first, second = (sample_car(Stream(7), DEFAULT_STYLES) for _ in range(2))
    assert first == second
    one, two = build_car(first), build_car(second)
    for name in ("vertices", "faces", "uv", "slot", "smooth"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


@given(cars())
@settings(max_examples=60, deadline=None)
def test_body_fits_its_dimensions(params: CarParams) -> None:
    mesh = build_car(msgspec.structs.replace(params, aerial="none"))  # the height is without it
    low, high = mesh.bounds
    assert (low[0], high[0]) == pytest.approx((-params.length_m / 2, params.length_m / 2), abs=1e-5)
    assert (low[2], high[2]) == pytest.approx((0, params.height_m), abs=1e-5)
    body = largest_component(mesh)
    assert np.abs(mesh.vertices[body, 1]).max() == pytest.approx(params.width_m / 2, abs=1e-5)
    assert high[1] < params.width_m / 2 + 0.3  # the mirrors


@given(cars())
@settings(max_examples=60, deadline=None)
def test_mesh_is_closed_and_faces_outward(params: CarParams) -> None:
    mesh = build_car(params)
    edges = np.concatenate([mesh.faces[:, [i, (i + 1) % 3]] for i in range(3)]).astype(np.int64)
    count = len(mesh.vertices)
    forward, backward = edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0]
    assert len(np.unique(forward)) == len(forward)
    assert np.array_equal(np.sort(forward), np.sort(backward))
    assert len(np.unique(mesh.faces)) == count

    labels = connected(mesh.faces)
    corners = mesh.vertices[mesh.faces].astype(float)
    corners -= corners.mean(axis=(0, 1))
    volumes = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    totals = np.bincount(labels[mesh.faces[:, 0]], weights=volumes)
    assert (totals[np.unique(labels)] > 0).all()


@given(cars())
@settings(max_examples=60, deadline=None)
def test_mesh_is_well_formed(params: CarParams) -> None:
    mesh = build_car(params)
    assert 4000 <= len(mesh.faces) <= 15000
    assert mesh.slots == SLOTS
    people = {SLOTS.index("skin"), SLOTS.index("clothes")}
    expected = set(range(len(SLOTS))) - (set() if params.people else people)
    assert set(mesh.slot.tolist()) == expected
    corners = mesh.vertices[mesh.faces].astype(float)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    assert area.min() > 1e-9
    assert np.isfinite(mesh.uv).all()
    (a, b), (c, d) = (mesh.uv[:, 1] - mesh.uv[:, 0]).T, (mesh.uv[:, 2] - mesh.uv[:, 0]).T
    uv_area = np.abs(a * d - b * c) / 2
    assert uv_area.sum() == pytest.approx(area.sum(), rel=0.35)  # metres


@given(cars())
@settings(max_examples=60, deadline=None)
def test_mesh_is_symmetrical(params: CarParams) -> None:
    """All but the driver, the steering wheel and a single exhaust."""
    mesh = build_car(msgspec.structs.replace(params, people=0, exhausts=2 * (params.exhausts // 2)))
    outside = mesh.slot != SLOTS.index("interior")
    corners = np.column_stack([mesh.vertices[mesh.faces[outside].ravel()], np.repeat(mesh.slot[outside], 3)])
    corners = corners.round(5) + 0.0  # the middle's y may be 1e-18
    mirrored = corners * np.float32([1, -1, 1, 1]) + 0.0
    assert set(map(bytes, corners)) == set(map(bytes, mirrored))


@given(cars())
@settings(max_examples=60, deadline=None)
def test_four_tyres_touch_the_ground(params: CarParams) -> None:
    mesh = build_car(params)
    tyres = mesh.vertices[np.unique(mesh.faces[mesh.slot == SLOTS.index("tyre")])]
    front = params.length_m / 2 - params.front_overhang_m
    for axle in (front, front - params.wheelbase_m):
        for side in (-1, 1):
            near = (np.abs(tyres[:, 0] - axle) < params.wheel_radius_m + 1e-4) & (tyres[:, 1] * side > 0)
            assert tyres[near, 2].min() == pytest.approx(0, abs=1e-6)
            assert tyres[near, 2].max() == pytest.approx(2 * params.wheel_radius_m, abs=1e-5)
    others = mesh.vertices[np.unique(mesh.faces[mesh.slot != SLOTS.index("tyre")])]
    assert others[:, 2].min() > 0.02


@given(cars())
@settings(max_examples=60, deadline=None)
def test_tyres_stay_clear_of_the_body(params: CarParams) -> None:
    mesh = build_car(params)
    inside = np.setdiff1d(largest_component(mesh), np.flatnonzero(np.abs(mesh.vertices[:, 1]) < 0.3))
    body = mesh.vertices[inside]
    front = params.length_m / 2 - params.front_overhang_m
    outer = params.width_m / 2 - 0.03
    for axle in (front, front - params.wheelbase_m):
        within_width = (np.abs(body[:, 1]) < outer) & (np.abs(body[:, 1]) > outer - params.tyre_width_m)
        distance = np.hypot(body[:, 0] - axle, body[:, 2] - params.wheel_radius_m)
        assert distance[within_width].min() > params.wheel_radius_m


@given(cars())
@settings(max_examples=60, deadline=None)
def test_grid_does_not_fold(params: CarParams) -> None:
    frame = Frame(params)
    stations = lay_out(frame)
    layout = shell(len(stations.x), tuple(stations.at[name] for name in MARKS))
    half = half_body(frame, stations, layout)
    wall, top, roof, cabin = half[layout.wall], half[layout.top], half[layout.roof], half[layout.cabin]
    assert (np.diff(wall[..., 2], axis=1) > 0).all()  # rows stay in order ...
    assert (np.diff(wall[COLUMNS:-COLUMNS, :, 0], axis=0) < 0).all()  # ... and stations,
    assert (np.diff(roof[..., 0], axis=0) < 0).all()
    assert (np.diff(top[: stations.at["cowl"] + 1, :, 0], axis=0) < 0).all()
    assert (np.diff(top[stations.at["deck"] :, :, 0], axis=0) < 0).all()
    assert (cabin[:, -1, 2] - cabin[:, 0, 2]).min() > 0.2
    pillars = ["cowl", "a_rear", "door_2", "door_3", "d_front", "deck"]
    assert sorted(pillars, key=stations.at.__getitem__) == pillars


def largest_component(mesh: Mesh) -> np.ndarray:
    """Vertices of the body shell."""
    label = connected(mesh.faces)
    return np.flatnonzero(label == np.bincount(label).argmax())
