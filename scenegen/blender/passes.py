"""One render call, and its passes as NumPy arrays."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from conf.errors import RunError
from scenegen.blender import compat
from scenegen.blender.exr import read_exr


@dataclass(frozen=True)
class Passes:
    """What one frame's render yields; arrays are (height, width, …), row 0 at the top.

    rgb: float32, scene-linear Rec. 709. ids: int32, 0 where nothing stands. depth: float32, metres along the
    camera's z, inf where nothing stands. normals: float32 world normals, or None where not asked for.
    """

    rgb: NDArray[np.float32]
    ids: NDArray[np.int32]
    depth: NDArray[np.float32]
    normals: NDArray[np.float32] | None


def render(eevee: bool) -> Passes:
    """Render the current scene. EEVEE has no index pass: its labels take a second, one-sample Cycles call."""
    scene = bpy.context.scene
    if not eevee:
        channels = _render_channels(scene)
        return _passes(channels, channels)
    scene.render.engine = compat.EEVEE
    picture = _render_channels(scene)
    scene.render.engine = "CYCLES"
    return _passes(picture, _render_channels(scene))


def _render_channels(scene: bpy.types.Scene) -> dict[str, NDArray[np.float32]]:
    """Every channel of every layer by its full name, for instance "picture.Combined.R"."""
    with tempfile.TemporaryDirectory(prefix="carousel-") as folder:  # a worker's is in shared memory
        path = Path(folder) / "frame.exr"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        if not path.is_file():
            raise RunError(f"Blender rendered nothing to {path}: is there room in {path.parent.parent}?")
        return read_exr(path)


def _passes(picture: dict[str, NDArray[np.float32]], labels: dict[str, NDArray[np.float32]]) -> Passes:
    depth = labels["picture.Depth.Z"]
    normals = None
    if "normals.Normal.X" in labels:
        normals = np.stack([labels[f"normals.Normal.{axis}"] for axis in "XYZ"], axis=-1)
    return Passes(
        rgb=np.stack([picture[f"picture.Combined.{band}"] for band in "RGB"], axis=-1),
        ids=np.rint(labels[f"picture.{compat.OBJECT_INDEX_PASS}.X"]).astype(np.int32),
        depth=np.where(depth < 1e9, depth, np.inf),  # Cycles writes 1e10 for the background
        normals=normals,
    )
