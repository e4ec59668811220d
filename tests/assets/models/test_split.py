"""Several cars in one file become as many models, each un-turned."""

from dataclasses import replace

import numpy as np
import pytest
from boxcar import LENGTH, PLAIN, WIDTH, box, box_car, moved, turn

from assets.models.errors import Unusable
from assets.models.normalise import models_of
from assets.models.raw import RawFile
from assets.models.reading import Reading


def ring(names: tuple[str, ...]) -> RawFile:
    """Cars in a ring, each turned, on a round plate."""
    step = 360 / len(names)
    cars = [
        moved(box_car(name=name), turn(step * k + 20), turn(step * k) @ (6.0, 0, 0))
        for k, name in enumerate(names)
    ]
    plate = box("floor", 0, (-10, -10, -0.05), (10, 10, 0))
    parts = [part for car in cars for part in car.parts]
    return RawFile([*parts, plate], cars[0].materials)


def models(raw: RawFile, **told: object) -> dict[str, tuple[float, float]]:
    found = models_of(raw, Reading(name="pack", **told), lambda mesh, _: mesh)
    assert len({model.name for model in found}) == len(found)
    return {model.name: (model.length_m, model.width_m) for model in found}


def test_a_ring_of_cars() -> None:
    found = models(ring(("Compact ", "Sedan ", "SUV ", "pickup_", "Wagon ")))
    assert list(found) == ["compact", "sedan", "suv", "pickup", "wagon"]
    assert np.allclose(list(found.values()), (LENGTH, WIDTH), atol=0.005)


def test_cars_that_no_name_tells_apart_are_numbered() -> None:
    assert list(models(ring(("a ", "a ", "b ")))) == ["1", "2", "3"]


def test_the_ground_plate_is_left_out_and_said() -> None:
    (model,) = models_of(
        replace(box_car(), parts=[*box_car().parts, box("floor", 0, (-4, -4, -0.02), (4, 4, 0))]),
        Reading(name="car"),
        lambda mesh, _: mesh,
    )
    assert model.length_m == pytest.approx(LENGTH, abs=0.005)
    assert "left out floor" in model.notes


def test_parts_by_name_keep_the_wheels() -> None:
    found = models(ring(("Compact ", "Sedan ", "SUV ")), parts={"little": "Compact body", "big": "SUV*"})
    assert list(found) == ["little", "big"]
    assert np.allclose(list(found.values()), (LENGTH, WIDTH), atol=0.005)


def test_parts_that_are_not_there() -> None:
    with pytest.raises(Unusable, match=r"no part is called 'Truck\*'.*'lorry': there are Compact body,"):
        models(ring(("Compact ", "Sedan ")), parts={"lorry": "Truck*"})


def test_something_small_beside_a_car_is_no_car() -> None:
    raw = box_car()
    bin_ = box("bin", 0, (0, 3, 0), (0.5, 3.5, 1))
    (model,) = models_of(replace(raw, parts=[*raw.parts, bin_]), Reading(name="car"), lambda mesh, _: mesh)
    assert (model.name, model.width_m) == ("", pytest.approx(WIDTH, abs=0.005))
    assert "left out bin" in model.notes


def test_a_row_of_parked_cars_with_a_told_front() -> None:
    cars = [moved(box_car(("body", "window", *PLAIN[2:])), turn(90), (2.5 * k, 0, 0)) for k in range(3)]
    raw = RawFile([part for car in cars for part in car.parts], cars[0].materials)
    found = models_of(raw, Reading(name="row", forward="-y"), lambda mesh, _: mesh)
    assert len(found) == 3
    for model in found:
        glass = model.mesh.faces[model.mesh.slot == model.mesh.slots.index("glass")]
        assert model.mesh.vertices[glass][..., 0].mean() > 0.5, "told to face the other way"
