"""Script: .blend files that mean harm, each as car.blend in a folder of its own below the given one.

linking: an object of ../outside.blend. reading: a picture outside the folder. subdivided, arrayed: a box
that modifiers make into more than fits in memory. deep: a picture of 65,536 × 65,536 pixels without bytes.
"""

import os
import sys
from pathlib import Path

import bpy

folder = Path(sys.argv[-1])


def begin() -> bpy.types.Object:
    """An empty scene with a box in it."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_cube_add(size=1, scale=(4, 1.8, 1.5))
    return bpy.context.object


def show(item: bpy.types.Object, image: bpy.types.Image) -> None:
    """Give the object a material with this picture."""
    material = bpy.data.materials.new("body")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    shader = material.node_tree.nodes["Principled BSDF"]
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    item.data.materials.append(material)


def save(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), compress=True, relative_remap=False)


begin().name = "far"
save(folder / "outside.blend")

begin()
save(folder / "linking" / "car.blend")
with bpy.data.libraries.load(str(folder / "outside.blend"), link=True, relative=True) as (_, target):
    target.objects = ["far"]
bpy.context.scene.collection.objects.link(target.objects[0])
save(folder / "linking" / "car.blend")

box = begin()
image = bpy.data.images.new("secret", 8, 8)
image.pixels = [1.0, 0.0, 0.0, 1.0] * 64
image.filepath_raw, image.file_format = str(folder / "secret.png"), "PNG"
image.save()
bpy.data.images.remove(image)
show(box, bpy.data.images.load(str(folder / "secret.png")))
save(folder / "reading" / "car.blend")

if bpy.app.version >= (5, 0):  # its libraries.write crashes on a scene
    sys.stdout.flush()
    os._exit(0)


def bomb(name: str) -> bpy.types.Object:
    """A box in a file of its own, written by `write` without being looked at by Blender."""
    scene = bpy.data.scenes.new(name)
    item = bpy.data.objects.new(name, bpy.data.meshes["Cube"].copy())
    scene.collection.objects.link(item)
    return item


def write(item: bpy.types.Object) -> None:
    path = folder / item.name / "car.blend"
    path.parent.mkdir()
    bpy.data.libraries.write(str(path), {bpy.data.scenes[item.name]}, compress=True)


begin()
box = bomb("subdivided")
for levels in (6, 6, 3):
    box.modifiers.new("more", "SUBSURF").levels = levels
write(box)

box = bomb("arrayed")
for count in (1000, 1000, 100):
    box.modifiers.new("more", "ARRAY").count = count
write(box)

box = bomb("deep")
show(box, bpy.data.images.new("deep", 65536, 65536, float_buffer=True))
write(box)

sys.stdout.flush()
os._exit(0)
