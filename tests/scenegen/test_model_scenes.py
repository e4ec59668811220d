"""What scenes make of the user's car models: how often each is drawn, and how it is painted."""

from pathlib import Path

import msgspec
import pytest
from boxcar import atlas_car, box_car

from assets.library import CarModel, Library
from assets.models.normalise import models_of
from assets.models.params import ModelParams
from assets.models.raw import RawFile
from assets.models.reading import Reading
from assets.models.store import looks_of, models_folder, write_models
from randomizers.recipe import sample_scene
from randomizers.spec import SceneSpec
from scenegen.assemble import assemble
from scenegen.compose import compose
from scenegen.scene import Surface

FRAMES = 60


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    looks_of.cache_clear()


def stored(name: str, raw: RawFile, weight: float = 1.0) -> CarModel:
    """A model in the cache."""
    folder = models_folder() / name
    folder.mkdir(parents=True)
    (model,) = models_of(raw, Reading(name=name), lambda mesh, _: mesh)
    write_models(folder, [model], ())
    shape = ModelParams(
        name=name,
        key=f"{name}/0",
        style=model.style,
        length_m=model.length_m,
        width_m=model.width_m,
        height_m=model.height_m,
    )
    return CarModel(shape=shape, weight=weight)


def specs(models: tuple[CarModel, ...], *overrides: str) -> list[SceneSpec]:
    config = compose(["randomizer=structured", *overrides]).randomizer
    return [sample_scene(config, 5, frame, 1, 640, 214, Library(models=models)) for frame in range(FRAMES)]


def names(found: list[SceneSpec]) -> list[str]:
    """Of the cars: the model's, "" for a parametric one."""
    return [car.name if isinstance(car, ModelParams) else "" for spec in found for car in spec.cars]


def test_models_are_mixed_with_parametric_cars_by_weight() -> None:
    raw = box_car()
    models = (stored("often", raw, 3.0), stored("seldom", raw), stored("never", raw, 0.0))
    drawn = names(specs(models))
    assert len(drawn) > 200
    assert drawn.count("") / len(drawn) == pytest.approx(0.5, abs=0.1)
    assert drawn.count("often") / (len(drawn) - drawn.count("")) == pytest.approx(0.75, abs=0.1)
    assert "never" not in drawn


@pytest.mark.parametrize(("share", "drawn"), [(0, {""}), (1, {"mine"})])
def test_the_share_of_models(share: float, drawn: set[str]) -> None:
    models = (stored("mine", box_car()),)
    assert set(names(specs(models, f"randomizer.cars.structured.model_share={share}"))) == drawn


def test_models_of_weight_nought_leave_all_cars_parametric() -> None:
    assert set(names(specs((stored("mine", box_car(), 0.0),)))) == {""}


def test_models_change_nothing_but_the_cars_whose_place_they_take() -> None:
    for without, with_models in zip(specs(()), specs((stored("mine", box_car()),)), strict=True):
        assert msgspec.structs.replace(with_models, cars=without.cars) == without
        pairs = zip(without.cars, with_models.cars, strict=True)
        assert all(isinstance(car, ModelParams) or car == before for before, car in pairs)


def surfaces_of(model: CarModel, textures: bool) -> list[tuple[SceneSpec, int, dict[str, Surface]]]:
    """Frames' specs, and of each of their models the slot and the surfaces."""
    enabled = str(textures).lower()
    found = specs(
        (model,), "randomizer.cars.structured.model_share=1", f"randomizer.texture.enabled={enabled}",
    )  # fmt: skip
    return [
        (spec, instance.car_slot, dict(instance.surfaces))
        for spec in found[:20]
        for instance in assemble(spec).instances
        if instance.car_slot is not None
    ]


def test_paint_is_drawn_anew_for_each_car() -> None:
    cars = surfaces_of(stored("mine", box_car()), textures=False)
    assert cars
    for spec, slot, surfaces in cars:
        assert surfaces["paint"].color == spec.paint[slot].color
    assert len({surfaces["paint"].color for *_, surfaces in cars}) > 5


def test_paint_shows_through_the_picture_of_a_body() -> None:
    cars = surfaces_of(stored("mine", atlas_car((0, 200, 210))), textures=False)
    assert cars
    for spec, slot, surfaces in cars:
        body = surfaces["own:body_paint"]
        assert body.color == spec.paint[slot].color
        assert body.texture is not None and (body.texture.kind, body.texture.path) == ("model", "mine/0.png")


def test_a_texture_takes_the_place_of_that_picture() -> None:
    cars = surfaces_of(stored("mine", atlas_car((0, 200, 210))), textures=True)
    textured = [
        (spec.textures.cars[slot], surfaces["own:body_paint"].texture)
        for spec, slot, surfaces in cars
        if spec.textures.cars[slot] is not None
    ]
    assert textured
    assert all(drawn == shown for drawn, shown in textured)
