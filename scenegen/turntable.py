"""Turntable: shapes alone on a grey floor, seen from given directions; makes the pictures of the sheets.

    python scenegen/turntable.py SHOTS.json FOLDER
    blender -b -P scenegen/turntable.py -- SHOTS.json FOLDER

writes FOLDER/000.png, 001.png, … for the shots listed in the file.
"""

import math
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "scenegen")]
    from scenegen.bootstrap import ensure_packages

    ensure_packages()

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assets.cars.params import CarParams
from assets.distractors.params import DistractorParams
from assets.models.params import ModelParams
from assets.params import Params
from assets.street.params import BarrierParams, BuildingParams, PlaneParams, PostParams, TreeParams
from assets.traffic.params import TrafficShape
from conf.cache_folder import cache_folder
from randomizers.spec import PERFECT_SENSOR, Lighting, Sky, Sun
from scenegen.blender import engine, passes
from scenegen.blender.stage import Stage, mesh_of
from scenegen.config import RendererConfig
from scenegen.placing.view import look_along
from scenegen.scene import Instance, Scene, Surface, View
from scenegen.sensor import develop

Shape = (
    CarParams
    | ModelParams
    | DistractorParams
    | TrafficShape
    | BuildingParams
    | TreeParams
    | PostParams
    | BarrierParams
)

CLAY = Surface((0.42, 0.40, 0.37), roughness=0.9)
FLOOR = Surface((0.30, 0.30, 0.30), roughness=0.9)
SAMPLES = 24
_FOCAL_OVER_WIDTH = 2.4  # a long lens: proportions as a photographer of cars shows them
_MARGIN = 1.12
_WHITE = (1.0, 1.0, 1.0)
_LIGHTING = Lighting(
    points=(),
    sun=Sun(azimuth_deg=-60, elevation_deg=50, strength=2.5, angle_deg=8, color=_WHITE),
    sky=Sky(zenith=(0.75, 0.82, 0.95), horizon=_WHITE, strength=0.8, clouds=0.0, seed=0),
    exposure_ev=0.1,
)


class Shot(Params):
    """One picture: the camera stands at `azimuth_deg` around the shape (0 is its front, 90 its left side)."""

    shape: Shape
    azimuth_deg: float
    elevation_deg: float
    surfaces: dict[str, Surface] = msgspec.field(default_factory=dict)
    clay: bool = False  # every slot in one matt grey


def picture(stage: Stage, shot: Shot, width: int, height: int) -> NDArray[np.uint8]:
    """(height, width, 3) sRGB: the whole shape in the frame."""
    mesh = mesh_of(shot.shape)
    low, high = (np.asarray(corner, float) for corner in mesh.bounds)
    surfaces = dict.fromkeys(mesh.slots, CLAY) if shot.clay else shot.surfaces
    instances = (
        Instance(1, "car", shot.shape, np.eye(4), surfaces),
        Instance(2, "ground", PlaneParams(size_m=400.0), np.eye(4), {"surface": FLOOR}),
    )
    view = _view(shot, low, high, width, height)
    try:
        stage.build(Scene(instances, view, _LIGHTING, PERFECT_SENSOR, backdrop=None))
        rendered = passes.render(eevee=False)
    finally:
        stage.clear()
    return develop(rendered.rgb, _LIGHTING.exposure_ev, PERFECT_SENSOR)


def _view(shot: Shot, low: NDArray[np.float64], high: NDArray[np.float64], width: int, height: int) -> View:
    """A camera that looks at the middle of the bounds, as near as shows all of them."""
    azimuth, elevation = math.radians(shot.azimuth_deg), math.radians(shot.elevation_deg)
    level = math.cos(elevation)
    outward = np.array([level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)])
    rotation = look_along(-outward)
    corners = np.array(
        [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
    )
    local = (corners - (low + high) / 2) @ rotation
    focal = _FOCAL_OVER_WIDTH * width
    half = np.array([width, height]) / 2 / _MARGIN
    distance = (np.abs(local[:, :2]) * focal / half - local[:, 2:]).max()
    pose = np.eye(4)
    pose[:3, :3] = rotation
    pose[:3, 3] = (low + high) / 2 + outward * distance
    k = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    return View(k, pose, width, height)


def set_up(width: int, height: int, threads: int) -> Stage:
    """A stage in this process's Blender."""
    config = RendererConfig(
        name="cycles", width=width, height=height, samples=SAMPLES, denoise=True, device="cpu", bounces=4
    )
    engine.set_up(config, normals=False, threads=threads)
    return Stage(None, None, cache_folder() / "textures")


class Sheet(Params):
    """The file SHOTS.json."""

    width: int
    height: int
    shots: tuple[Shot, ...]


def main(source: str, folder: str) -> None:
    """Render all shots of a file."""
    sheet = msgspec.json.decode(Path(source).read_bytes(), type=Sheet)
    stage = set_up(sheet.width, sheet.height, threads=os.cpu_count() or 1)
    for number, shot in enumerate(sheet.shots):
        Image.fromarray(picture(stage, shot, sheet.width, sheet.height)).save(
            Path(folder) / f"{number:03d}.png"
        )


if __name__ == "__main__":
    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    main(*arguments)
    sys.stdout.flush()
    os._exit(0)  # Blender's own exit may hang
