"""A car read from a file comes out on its wheels, facing +x, in metres, whichever way it stood."""

from dataclasses import replace

import numpy as np
import pytest
from boxcar import HEIGHT, LENGTH, PLAIN, WIDTH, Y_UP, box, box_car, moved, turn

from assets.models.errors import Unusable
from assets.models.normalise import Model, models_of
from assets.models.raw import RawFile, RawMaterial
from assets.models.reading import Reading

PLAIN_CAR = Reading(name="thing")


def no_decimation(mesh, triangles):
    raise AssertionError("a car of boxes needs none")


def one(raw: RawFile, reading: Reading = PLAIN_CAR) -> Model:
    (model,) = models_of(raw, reading, no_decimation)
    return model


def assert_normal(model: Model) -> None:
    """The box car, as if it had been normal from the beginning."""
    low, high = model.mesh.bounds
    assert np.allclose(high - low, (LENGTH, WIDTH, HEIGHT), atol=2e-3)
    assert low[2] == pytest.approx(0, abs=1e-6)
    assert np.allclose(low[:2] + high[:2], 0, atol=1e-4)
    assert (model.length_m, model.width_m, model.height_m) == pytest.approx((LENGTH, WIDTH, HEIGHT), abs=2e-3)
    glass = model.mesh.faces[model.mesh.slot == model.mesh.slots.index("glass")]
    assert model.mesh.vertices[glass][..., 0].mean() == pytest.approx(-0.7, abs=0.01), "it faces backwards"
    assert signed_volume(model) > 0, "it is inside out"


def signed_volume(model: Model) -> float:
    a, b, c = (model.mesh.vertices[model.mesh.faces[:, i]].astype(float) for i in range(3))
    return float((np.cross(a, b) * c).sum() / 6)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, 37, -121])
@pytest.mark.parametrize("materials", [None, "shape"])
def test_any_heading(degrees: float, materials: str | None) -> None:
    raw = box_car() if materials is None else box_car((PLAIN[0], "window", *PLAIN[2:]))
    model = one(moved(raw, turn(degrees), (30, -7, 2)))
    assert_normal(model)
    assert any(("names" if materials is None else "shape") in note for note in model.notes)


@pytest.mark.parametrize("y_up", [True, False])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_up_is_found_where_the_format_does_not_say(y_up: bool, degrees: float) -> None:
    raw = replace(moved(box_car(), turn(degrees)), has_conventions=False)
    model = one(moved(raw, Y_UP) if y_up else raw)
    assert_normal(model)
    assert f"up guessed to be {'y' if y_up else 'z'}" in model.notes


@pytest.mark.parametrize(
    ("up", "forward", "axes"),
    [
        ("x", "-z", [[0, 0, 1], [0, -1, 0], [-1, 0, 0]]),
        ("-y", "z", [[0, 1, 0], [0, 0, -1], [1, 0, 0]]),
        ("z", "-y", [[0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
    ],
)
def test_what_the_owner_says_is_done(up: str, forward: str, axes: list[list[float]]) -> None:
    axes = np.array(axes, float)
    if np.linalg.det(axes) < 0:
        axes[:, 1] *= -1
    unit = {"x": 0, "y": 1, "z": 2}
    sign = lambda axis: -1.0 if axis.startswith("-") else 1.0  # noqa: E731
    z, x = np.zeros(3), np.zeros(3)
    z[unit[up[-1]]], x[unit[forward[-1]]] = sign(up), sign(forward)
    standing = moved(box_car(), np.column_stack([x, np.cross(z, x), z]))
    assert_normal(one(standing, Reading(name="thing", up=up, forward=forward)))


def test_told_forward_beats_the_names() -> None:
    model = one(box_car(), Reading(name="thing", forward="-x"))
    glass = model.mesh.faces[model.mesh.slot == model.mesh.slots.index("glass")]
    assert model.mesh.vertices[glass][..., 0].mean() > 0.5


def test_red_lamps_are_at_the_rear() -> None:
    raw = box_car((PLAIN[0], "window", *PLAIN[2:]))
    red = replace(
        raw.materials[4], color=(0.5, 0.01, 0.01)
    )  # of the lamp in front: the shape says the contrary
    model = one(replace(raw, materials=[*raw.materials[:4], red]))
    assert any("red lamps" in note for note in model.notes)
    glass = model.mesh.faces[model.mesh.slot == model.mesh.slots.index("glass")]
    assert model.mesh.vertices[glass][..., 0].mean() > 0.5


@pytest.mark.parametrize(
    ("scale", "unit"),
    [(100, "centimetres"), (1000, "millimetres"), (1 / 0.0254, "inches"), (1 / 0.3048, "feet")],
)
def test_units_of_formats_that_have_none(scale: float, unit: str) -> None:
    model = one(replace(moved(box_car(), scale * np.eye(3)), has_conventions=False))
    assert_normal(model)
    assert any(unit in note for note in model.notes)


@pytest.mark.parametrize("reading", [{"scale": 100.0}, {"length_m": LENGTH}])
def test_scale_by_the_owners_word(reading: dict[str, float]) -> None:
    assert_normal(one(moved(box_car(), np.eye(3) / 100), Reading(name="thing", **reading)))


def test_a_toy_becomes_a_car() -> None:
    model = one(moved(box_car(), np.eye(3) / 20), Reading(name="sedan"))
    assert 3.8 < model.length_m < 5.0
    assert model.length_m / model.width_m == pytest.approx(LENGTH / WIDTH, rel=0.01)
    assert any("typical" in note for note in model.notes)


@pytest.mark.parametrize("has_conventions", [True, False])
def test_three_hundred_metres_are_refused(has_conventions: bool) -> None:
    raw = replace(moved(box_car(), np.eye(3) * 300 / LENGTH), has_conventions=has_conventions)
    with pytest.raises(Unusable, match=r"it would be 300 m long.*length_m"):
        one(raw)


def test_mirrors_and_aerial_do_not_count() -> None:
    raw = box_car()
    extra = [
        box("mirror", 0, (0.3, 0.9, 0.9), (0.45, 1.1, 1.05)),
        box("mirror", 0, (0.3, -1.1, 0.9), (0.45, -0.9, 1.05)),
        box("aerial", 0, (-1.5, -0.01, 1.45), (-1.48, 0.01, 1.9)),
    ]
    model = one(replace(raw, parts=[*raw.parts, *extra]))
    assert (model.length_m, model.width_m, model.height_m) == pytest.approx((LENGTH, WIDTH, HEIGHT), abs=0.01)
    low, high = model.mesh.bounds
    assert high[1] - low[1] == pytest.approx(2.2, abs=0.01), "the mirrors are gone"


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (RawFile([], []), "no faces"),
        (RawFile([box("plate", 0, (0, 0, 0), (4, 2, 0))], [RawMaterial("")]), "flat"),
        (RawFile([box("nan", 0, (0, 0, 0), (4, 2, np.nan))], [RawMaterial("")]), "no numbers"),
        (RawFile([box("needle", 0, (0, 0, 0), (4, 0.1, 0.1))], [RawMaterial("")]), "which no car is"),
    ],
)
def test_what_is_no_car(raw: RawFile, complaint: str) -> None:
    with pytest.raises(Unusable, match=complaint):
        one(raw)


def test_a_heavy_model_is_decimated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.models.normalise.MOST_TRIANGLES", 50)
    asked = []

    def decimate(mesh, triangles):
        asked.append(triangles)
        return mesh

    (model,) = models_of(box_car(), PLAIN_CAR, decimate)
    assert asked == [50]
    assert any("triangles reduced" in note for note in model.notes)
