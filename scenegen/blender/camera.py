"""The Blender camera of a View."""

import bpy
import numpy as np
from mathutils import Matrix

from scenegen.scene import NEAR_M, View

_FAR_M = 2000.0
_OPENCV_TO_BLENDER = np.diag([1.0, -1.0, -1.0, 1.0])  # Blender looks along -z with y up


def build_camera(scene: bpy.types.Scene, view: View) -> None:
    """Set the scene's resolution and active camera so that its pixels are the View's."""
    scene.render.resolution_x, scene.render.resolution_y = view.width, view.height
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "HORIZONTAL"
    data.sensor_width = 36.0
    data.lens = float(view.K[0, 0]) / view.width * data.sensor_width
    data.shift_x = (view.width / 2 - float(view.K[0, 2])) / view.width
    data.shift_y = (float(view.K[1, 2]) - view.height / 2) / view.width
    data.clip_start, data.clip_end = NEAR_M, _FAR_M
    camera = bpy.data.objects.new("camera", data)
    camera.matrix_world = Matrix((view.pose @ _OPENCV_TO_BLENDER).tolist())
    scene.collection.objects.link(camera)
    scene.camera = camera
