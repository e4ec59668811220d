"""Materials become slots by name; a body's picture lets another paint through where it is painted."""

import numpy as np
import pytest
from boxcar import PLAIN, atlas_car, box_car

from assets.models.atlas import show_paint
from assets.models.errors import Unusable
from assets.models.normalise import models_of
from assets.models.raw import RawFile, RawMaterial
from assets.models.reading import Reading
from assets.models.slots import kind_of


@pytest.mark.parametrize(
    ("name", "slot"),
    [
        ("Body", "paint"),
        ("CarPaint.002", "paint"),
        ("paintGreen.004", "paint"),
        ("lack_rot", "paint"),
        ("window.013", "glass"),
        ("WindshieldGlass", "glass"),
        ("carTire", "tyre"),
        ("Rubber", "tyre"),
        ("rims", "rim"),
        ("alloy", "rim"),
        ("lightFront", "headlamp"),
        ("lightBack.010", "taillamp"),
        ("tail_light_red", "taillamp"),
        ("TailLights.001", "taillamp"),
        ("headlights", "headlamp"),
        ("turn_signal_lamp", "indicator"),
        ("Optics", "lamp"),
        ("chrome", "chrome"),
        ("seat_leather", "interior"),
        ("license_plate", "plate"),
        ("black_plastic", "trim"),
        ("light_grey_plastic", "trim"),
        ("body_trim", "trim"),
        ("details", "own"),
        ("_defaultMat", "own"),
    ],
)
def test_names(name: str, slot: str) -> None:
    assert kind_of(RawMaterial(name), {}) == slot


def test_see_through_is_glass_unless_the_owner_says_otherwise() -> None:
    pane = RawMaterial("material.007", see_through=True)
    assert kind_of(pane, {}) == "glass"
    assert kind_of(pane, {"material.*": "headlamp"}) == "headlamp"


def dressed(raw: RawFile, **told: object):
    (model,) = models_of(raw, Reading(name="car", **told), lambda mesh, _: mesh)
    return model


def test_slots_of_the_box_car() -> None:
    model = dressed(box_car())
    assert model.mesh.slots == ("glass", "headlamp", "paint", "taillamp", "tyre")
    assert not model.looks


def test_the_largest_nameless_material_is_the_paint() -> None:
    model = dressed(box_car(PLAIN))
    assert "paint" in model.mesh.slots
    assert any(PLAIN[0] in note and "taken for paint" in note for note in model.notes)
    assert set(model.looks) == {f"own:{name}" for name in PLAIN[1:]}


def test_a_lamp_that_could_be_either_is_what_its_place_says() -> None:
    model = dressed(box_car(("body", "window", "tyre", "Optics", "Optics.001")))
    assert {"headlamp", "taillamp"} <= set(model.mesh.slots)
    lamp = model.mesh.faces[model.mesh.slot == model.mesh.slots.index("taillamp")]
    assert (model.mesh.vertices[lamp][..., 0] < 0).all()


def test_the_owner_maps_materials() -> None:
    told = {"material.000": "paint", "material.00[12]": "glass", "*": "own"}
    model = dressed(box_car(PLAIN), materials=told)
    assert model.mesh.slots == ("glass", "own:material.003", "own:material.004", "paint")


def test_what_each_material_was_taken_for() -> None:
    assert dressed(box_car(("body", "window", "tyre", "Optics", "zebra"))).materials == {
        "body": "paint", "window": "glass", "tyre": "tyre", "Optics": "lamp", "zebra": "own",
    }  # fmt: skip
    assert dressed(atlas_car((0, 200, 210))).materials["body_paint"] == "own"
    told = dressed(box_car(), materials={"light_*": "lamp"})
    assert {"headlamp", "taillamp"} <= set(told.mesh.slots)


def test_a_mistyped_material_is_named_with_those_there_are() -> None:
    with pytest.raises(Unusable, match=r"no material is called 'bodywork'.* there are body_paint, window"):
        dressed(box_car(), materials={"bodywork": "paint"})


def test_paint_has_metric_uvs() -> None:
    model = dressed(box_car())
    faces = model.mesh.slot == model.mesh.slots.index("paint")
    uv = model.mesh.uv[faces]
    assert np.ptp(uv[..., 0]) == pytest.approx(4.2, abs=0.01)


@pytest.mark.parametrize("paint", [(0, 200, 210), (200, 30, 20), (215, 215, 215), (30, 60, 20)])
def test_paint_in_a_picture_is_found(paint: tuple[int, int, int]) -> None:
    model = dressed(atlas_car(paint))
    assert model.looks["own:body_paint"].painted
    (picture,) = model.images.values()
    assert picture.shape == (64, 64, 4)
    assert (picture[40:, 8:24, 3] < 30).all(), "the paint should show the new one"
    assert (picture[:, 40:, 3] == 255).all(), "the trim should stay"
    assert (picture[21:23, 8:24, 3] > 120).all(), "seams should darken the new paint too"


def test_a_picture_without_a_paint_stays() -> None:
    model = dressed(atlas_car((20, 20, 20)))
    assert not model.looks["own:body_paint"].painted
    assert any("not found" in note for note in model.notes)


def test_a_picture_is_given_up_only_at_the_owners_word() -> None:
    model = dressed(atlas_car((0, 200, 210)), materials={"body_paint": "paint"})
    assert "paint" in model.mesh.slots
    assert not model.looks


def test_own_slots_keep_the_files_uvs() -> None:
    raw = atlas_car((0, 200, 210))
    model = dressed(raw)
    faces = model.mesh.slot == model.mesh.slots.index("own:body_paint")
    assert np.allclose(model.mesh.uv[faces], raw.parts[0].uv)


def test_light_metal_parts_in_a_picture_are_not_mistaken_for_paint() -> None:
    noise = np.arange(64 * 64).reshape(64, 64) * 2654435761 % 256  # uneven, as lamps and grilles are
    image = np.repeat(noise[..., None], 3, axis=2).astype(np.uint8)
    uv = np.array([[[0, 0], [1, 0], [0, 1]]], np.float32)
    shown = show_paint(image, uv, np.ones(1))
    assert shown is None or (shown[..., 3] == 255).mean() > 0.95
