"""Road users: closed, of exactly their measures, symmetric vehicles, and populations of real sizes."""

from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from assets.build import build
from assets.mesh import Mesh, face_normals
from assets.stream import Stream
from assets.traffic.params import TRAFFIC_KINDS, TrafficKind, TruckParams, TwoWheelerParams, kind_of
from assets.traffic.sample import sample_traffic_shape

MIRRORS_M = 0.5  # both together, beyond the width of trucks and buses
VEHICLES = ("truck", "bus")
SLOTS = {
    "truck": {"body", "load", "glass", "trim", "tyre", "rim", "headlamp", "taillamp", "indicator", "plate"},
    "bus": {"body", "glass", "trim", "tyre", "rim", "headlamp", "taillamp", "indicator", "plate"},
    "motorcyclist": {"body", "clothes", "trousers", "helmet", "tyre", "rim", "headlamp", "taillamp", "plate"},
    "cyclist": {"body", "clothes", "trousers", "skin", "trim", "tyre", "rim"},
    "pedestrian": {"clothes", "trousers", "skin", "hair", "trim"},
}


def shapes(kind: TrafficKind, count: int):
    return [sample_traffic_shape(Stream(key), {kind: 1.0}) for key in range(count)]


@pytest.mark.parametrize("kind", TRAFFIC_KINDS)
def test_every_user_is_solid_and_has_its_measures(
    assert_solid: Callable[[Mesh], None], kind: TrafficKind
) -> None:
    for shape in shapes(kind, 25):
        mesh = build(shape)
        assert_solid(mesh)
        assert kind_of(shape) == kind
        assert 1000 <= len(mesh.faces) <= 5100
        assert set(mesh.slots) >= SLOTS[kind]
        low, high = (corner.astype(float) for corner in mesh.bounds)
        length, width, height = high - low
        assert length == pytest.approx(shape.length_m, abs=1e-4)
        assert height == pytest.approx(shape.height_m, abs=1e-4)
        assert low[2] == pytest.approx(0, abs=1e-5)
        assert low[0] + high[0] == pytest.approx(0, abs=1e-4)
        mirrors = MIRRORS_M if kind in VEHICLES else 0.0
        assert shape.width_m - 1e-4 <= width <= shape.width_m + mirrors + 1e-4


@pytest.mark.parametrize("kind", TRAFFIC_KINDS)
def test_equal_parameters_give_equal_meshes_and_seeds_differ(kind: TrafficKind) -> None:
    first, second = shapes(kind, 2)
    one, again, other = build(first), build(first), build(second)
    assert one.vertices.tobytes() == again.vertices.tobytes()
    assert one.slot.tobytes() == again.slot.tobytes()
    assert one.vertices.tobytes() != other.vertices.tobytes()


@pytest.mark.parametrize(
    ("kind", "slots"),
    [("truck", {"body", "tyre", "glass", "headlamp"}), ("bus", {"body", "tyre", "headlamp"})],
)
def test_vehicles_are_symmetric(kind: TrafficKind, slots: set[str]) -> None:
    """In area left and right, slot by slot; a bus's doors are on its right alone."""
    mesh = build(shapes(kind, 1)[0])
    corners = mesh.vertices[mesh.faces].astype(float)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    left = corners[:, :, 1].mean(axis=1) > 1e-3
    right = corners[:, :, 1].mean(axis=1) < -1e-3
    for slot in sorted(slots):
        here = mesh.slot == mesh.slots.index(slot)
        share = area[here & left].sum() / area[here & (left | right)].sum()
        if (kind, slot) == ("bus", "body"):
            assert share > 0.51  # the doors are of glass
        else:
            assert share == pytest.approx(0.5, abs=0.01)


def test_a_bus_opens_to_the_pavement() -> None:
    """Glass reaches low on the right, where its doors are, and not on the left."""
    mesh = build(shapes("bus", 1)[0])
    glass = mesh.vertices[mesh.faces[mesh.slot == mesh.slots.index("glass")]]
    side = glass[
        np.abs(face_normals(mesh.vertices, mesh.faces)[mesh.slot == mesh.slots.index("glass"), 1]) > 0.9
    ]
    middle = side.mean(axis=1)
    assert middle[middle[:, 1] < 0, 2].min() < 0.6
    assert middle[middle[:, 1] > 0, 2].min() > 1.0


@pytest.mark.parametrize("kind", ["truck", "bus", "motorcyclist"])
def test_number_plates_read_from_outside(kind: TrafficKind) -> None:
    """A plate's UVs run from 0 to 1, to the right and upward for who stands before it."""
    mesh = build(shapes(kind, 1)[0])
    plate = np.flatnonzero(mesh.slot == mesh.slots.index("plate"))
    normals = face_normals(mesh.vertices, mesh.faces)[plate]
    for facing in (1, -1):
        face = plate[normals[:, 0] * facing > 0.99]
        if kind == "motorcyclist" and facing > 0:
            continue
        outermost = face[facing * mesh.vertices[mesh.faces[face], 0].mean(axis=1) > 0]
        uv = mesh.uv[outermost].reshape(-1, 2)
        points = mesh.vertices[mesh.faces[outermost]].reshape(-1, 3)
        assert uv.min() == pytest.approx(0, abs=1e-5) and uv.max() == pytest.approx(1, abs=1e-5)
        assert np.corrcoef(uv[:, 0], facing * points[:, 1])[0, 1] > 0.99
        assert np.corrcoef(uv[:, 1], points[:, 2])[0, 1] > 0.99


@pytest.mark.parametrize("kind", ["cyclist", "motorcyclist"])
def test_riders_sit_on_what_they_ride(kind: TrafficKind) -> None:
    """Heads are where the height says without stretching anybody: wheels stay round within 3 %."""
    for shape in shapes(kind, 20):
        assert isinstance(shape, TwoWheelerParams)
        mesh = build(shape)
        tyre = mesh.vertices[mesh.faces[mesh.slot == mesh.slots.index("tyre")]].reshape(-1, 3)
        front = tyre[tyre[:, 0] > 0]
        long, _, high = np.ptp(front, axis=0)
        assert long / high == pytest.approx(1, abs=0.03)
        assert high == pytest.approx(2 * shape.wheel_radius_m, rel=0.03)


def test_sizes_are_those_of_real_ones() -> None:
    """Means over 1,500 samples, against KITTI's where its classes are ours."""
    expected = {  # height, width, length
        "truck": (3.27, 2.33, 7.4),
        "bus": (3.05, 2.53, 11.65),
        "motorcyclist": (1.58, 0.80, 2.12),
        "cyclist": (1.74, 0.60, 1.76),
        "pedestrian": (1.66, 0.53, 0.70),
    }
    for kind, means in expected.items():
        sizes = [(s.height_m, s.width_m, s.length_m) for s in shapes(kind, 1500)]
        np.testing.assert_allclose(np.mean(sizes, axis=0), means, rtol=0.02)


def test_children_and_adults_walk_and_stand() -> None:
    people = shapes("pedestrian", 600)
    heights = np.array([person.height_m for person in people])
    strides = np.array([person.length_m / person.height_m for person in people])
    assert 1.1 <= heights.min() < 1.3 and 1.85 < heights.max() <= 1.98
    assert (strides < 0.35).mean() == pytest.approx(0.35, abs=0.06)


def test_trucks_come_with_and_without_a_bonnet() -> None:
    trucks = shapes("truck", 200)
    assert all(isinstance(truck, TruckParams) for truck in trucks)
    assert sum(truck.bonnet_m > 0 for truck in trucks) / 200 == pytest.approx(0.4, abs=0.1)
    assert all(truck.height_m > truck.cab_height_m + 0.2 for truck in trucks)


def test_kinds_come_in_proportion() -> None:
    rng = Stream(5)
    weights: dict[TrafficKind, float] = {"bus": 1.0, "pedestrian": 3.0, "truck": 0.0}
    count = Counter(kind_of(sample_traffic_shape(rng, weights)) for _ in range(800))
    assert count["truck"] == 0
    assert count["pedestrian"] / 800 == pytest.approx(0.75, abs=0.06)
