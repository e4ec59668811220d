"""Parametric cars: `sample_car` draws a car's proportions, `build_car` makes the mesh of them."""

from assets.cars.build import build_car
from assets.cars.params import CarParams
from assets.cars.sample import sample_car

__all__ = ["CarParams", "build_car", "sample_car"]
