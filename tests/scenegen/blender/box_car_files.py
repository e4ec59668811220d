"""Script: the car of boxes as car.glb, car.fbx and car.blend in a folder, written by Blender itself.

The .blend is hostile: a text block of its, a handler that this sets, and a driver would leave the files
`ran`, `ran_by_handler` and `ran_by_driver` in the folder. It also holds a hidden mesh, a lamp, a camera and
an empty.
"""

import os
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import addon_utils  # noqa: E402
from boxcar import box_car  # noqa: E402

folder = Path(sys.argv[-1])
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
raw = box_car()
materials = [bpy.data.materials.new(material.name) for material in raw.materials]
for part in raw.parts:
    data = bpy.data.meshes.new(part.names[-1])
    data.from_pydata(part.vertices.tolist(), [], part.faces.tolist())
    data.materials.append(materials[part.material[0]])
    scene.collection.objects.link(bpy.data.objects.new(part.names[-1], data))
for add_on in ("io_scene_gltf2", "io_scene_fbx"):
    addon_utils.enable(add_on)
bpy.ops.export_scene.gltf(filepath=str(folder / "car.glb"))
bpy.ops.export_scene.fbx(filepath=str(folder / "car.fbx"))


def leave(name: str) -> str:
    """What leaves a file of this name in the folder."""
    return f"open({str(folder / name)!r}, 'w').close()"


text = bpy.data.texts.new("evil.py")
text.write(f"""
import bpy
{leave("ran")}
bpy.app.handlers.frame_change_post.append(lambda *_: {leave("ran_by_handler")})
""")
text.use_module = True
body = scene.objects[0]
driver = body.driver_add("location", 0).driver
driver.type = "SCRIPTED"
driver.expression = f"0 if exec({leave('ran_by_driver')!r}) else 0"
hidden = bpy.data.objects.new("hidden", body.data)
hidden.scale = (9, 9, 9)
hidden.hide_render = True
others = (bpy.data.lights.new("sun", "SUN"), bpy.data.cameras.new("camera"), None)
for item in (hidden, *(bpy.data.objects.new("other", data) for data in others)):
    scene.collection.objects.link(item)
scene.objects["body"].location.x = 0
bpy.ops.wm.save_as_mainfile(filepath=str(folder / "car.blend"))
sys.stdout.flush()
os._exit(0)
