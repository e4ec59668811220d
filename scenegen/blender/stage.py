"""The stage: every instance of a Scene as a Blender object, built for one frame and taken down after it."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix

from assets.build import build
from assets.mesh import Mesh, split_sharp
from assets.params import Params
from randomizers.spec import Sky
from scenegen.blender import compat
from scenegen.blender.camera import build_camera
from scenegen.blender.lights import build_lights
from scenegen.blender.materials import Materials
from scenegen.blender.panoramas import Panoramas
from scenegen.blender.textures import TextureImages
from scenegen.scene import Instance, Scene, Surface


@lru_cache(maxsize=128)  # more than a street holds: the labels ask for the same meshes again
def mesh_of(shape: Params) -> Mesh:
    """The mesh of a shape, split for shading; kept, since clips and fixed arms show the same shape again."""
    return split_sharp(build(shape))


class Stage:
    """Builds scenes in the current Blender file."""

    def __init__(self, photos: Path | None, panoramas: Path | None, cache: Path) -> None:
        self._images = TextureImages(photos, cache)
        self._panoramas = Panoramas(panoramas, cache)
        self._materials = Materials(self._images)

    def build(self, scene: Scene) -> None:
        """Fill Blender's scene with the instances, lights and camera of `scene`."""
        target = bpy.context.scene
        for instance in scene.instances:
            target.collection.objects.link(self._object(instance, scene.lighting.sky))
        build_lights(target, scene.lighting, scene.backdrop, self._images, self._panoramas)
        build_camera(target, scene.view)

    def clear(self) -> None:
        """Remove everything `build` made, so that memory stays flat over thousands of frames."""
        objects = list(bpy.data.objects)
        data = {item.data for item in objects if item.data is not None}
        bpy.data.batch_remove(objects)
        bpy.data.batch_remove(list(data))
        self._materials.clear()
        if bpy.context.scene.world is not None:
            bpy.context.scene.world.node_tree.nodes.clear()
        self._images.clear()
        self._panoramas.clear()

    def _object(self, instance: Instance, sky: Sky) -> bpy.types.Object:
        mesh = mesh_of(instance.shape)
        data = _mesh_data(mesh, instance.surfaces)
        for slot in mesh.slots:
            data.materials.append(self._materials.get(slot, instance.surfaces.get(slot), sky))
        item = bpy.data.objects.new(f"{instance.semantic}.{instance.id}", data)
        item.matrix_world = Matrix(instance.matrix.tolist())
        item.pass_index = instance.id
        return item


def _mesh_data(mesh: Mesh, surfaces: Mapping[str, Surface]) -> bpy.types.Mesh:
    """The mesh as Blender data, its UVs divided by each slot's texture scale."""
    uv = None
    if any(surface.texture is not None for surface in surfaces.values()):
        scales = [surfaces[s].texture_scale_m if s in surfaces else 1.0 for s in mesh.slots]
        uv = mesh.uv / np.array(scales, np.float32)[mesh.slot][:, None, None]
    data = bpy.data.meshes.new("mesh")
    compat.fill_mesh(data, mesh, uv)
    return data
