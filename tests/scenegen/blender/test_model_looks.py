"""A car model as it renders: another paint changes the painted part of its picture and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from boxcar import atlas_car
from numpy.typing import NDArray

from assets.models.normalise import models_of
from assets.models.params import ModelParams
from assets.models.reading import Reading
from assets.models.store import looks_of, models_folder, write_models
from scenegen.placing.models import own_surfaces
from scenegen.scene import Surface
from scenegen.turntable import Shot, picture, set_up

pytestmark = pytest.mark.blender


@pytest.fixture
def shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelParams:
    """A car whose picture paints its sides cyan and its bonnet black."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    looks_of.cache_clear()
    (model,) = models_of(atlas_car((0, 200, 210)), Reading(name="car"), lambda mesh, _: mesh)
    (models_folder() / "car").mkdir(parents=True)
    write_models(models_folder() / "car", [model], ())
    return ModelParams(name="car", key="car/0", style="model", length_m=4.2, width_m=1.8, height_m=1.45)


def shown(shape: ModelParams, elevation_deg: float, paint: Surface) -> NDArray[np.float64]:
    """Mean colour of the front half, seen from the left or from above."""
    surfaces = {"paint": paint, **own_surfaces(shape, paint)}
    shot = Shot(shape=shape, azimuth_deg=90, elevation_deg=elevation_deg, surfaces=surfaces)
    image = picture(set_up(96, 48, threads=2), shot, 96, 48)
    return np.asarray(image[24:28, 14:26].reshape(-1, 3).mean(axis=0), float)


def test_paint_is_another_and_trim_stays(shape: ModelParams) -> None:
    red, blue = Surface((0.6, 0.02, 0.02)), Surface((0.02, 0.02, 0.6))
    side, above = 2, 88
    for paint, strong, weak in ((red, 0, 2), (blue, 2, 0)):
        color = shown(shape, side, paint)
        assert color[strong] > color[weak] + 60
    trim = shown(shape, above, red)
    assert trim.max() < 80, "this is not the black bonnet"
    assert np.allclose(trim, shown(shape, above, blue), atol=5)
