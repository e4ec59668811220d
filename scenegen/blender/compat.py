"""Everything that differs between the Blender versions we support (3.4 to 5.2), and nothing else."""

from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh

VERSION: tuple[int, int, int] = tuple(bpy.app.version)
EEVEE = "BLENDER_EEVEE_NEXT" if (4, 2, 0) <= VERSION < (5, 0, 0) else "BLENDER_EEVEE"

# Render passes in a multilayer EXR were renamed in 5.0.
OBJECT_INDEX_PASS = "Object Index" if VERSION >= (5, 0, 0) else "IndexOB"


def use_multilayer_exr(settings: bpy.types.ImageFormatSettings) -> None:
    """Write every pass of every view layer into one uncompressed 32-bit EXR file."""
    if hasattr(settings, "media_type"):  # since 5.0 the format is chosen in two steps
        settings.media_type = "MULTI_LAYER_IMAGE"
    settings.file_format = "OPEN_EXR_MULTILAYER"
    settings.color_depth = "32"
    settings.exr_codec = "NONE"


def use_nodes(owner: bpy.types.Material | bpy.types.World) -> bpy.types.NodeTree:
    """The owner's node tree, emptied. (From 5.0 every material has one and the switch is deprecated.)"""
    if owner.node_tree is None:
        owner.use_nodes = True
    owner.node_tree.nodes.clear()
    return owner.node_tree


def clear_coat(principled: bpy.types.Node, weight: float) -> None:
    """A layer of clear lacquer over a Principled BSDF. Its inputs were renamed in 4.0.

    The lacquer takes the place of the base's own reflection, which the two have hardly any boundary for.
    """
    inputs = principled.inputs
    coat, specular = ("Coat", "Specular IOR Level") if "Coat Weight" in inputs else ("Clearcoat", "Specular")
    inputs["Coat Weight" if coat == "Coat" else coat].default_value = weight
    inputs[f"{coat} Roughness"].default_value = 0.03
    inputs[specular].default_value = 0.5 * (1 - weight)


def light_up_nothing(material: bpy.types.Material) -> None:
    """Let an emitting material be seen without being sampled as a light, which would cost noise."""
    if hasattr(material.cycles, "emission_sampling"):  # since 3.5
        material.cycles.emission_sampling = "NONE"
    else:
        material.cycles.sample_as_light = False


def import_gltf(path: Path) -> None:
    """Import a .glb or .gltf file."""
    if "bool" not in vars(np):  # NumPy 1.24 dropped the name that the add-on of 3.4 still uses
        np.bool = bool
    _enable("io_scene_gltf2")
    bpy.ops.import_scene.gltf(filepath=str(path))


def import_obj(path: Path) -> None:
    """Import an OBJ file with its axes as they are, its groups as objects where this version can."""
    groups = {"use_split_groups": True} if VERSION >= (3, 6, 0) else {}
    bpy.ops.wm.obj_import(filepath=str(path), forward_axis="Y", up_axis="Z", **groups)


def import_fbx(path: Path) -> None:
    """Import an FBX file; from 5.0 on Blender does it itself, before that an add-on."""
    if VERSION >= (5, 0, 0):
        bpy.ops.wm.fbx_import(filepath=str(path))
    else:
        _enable("io_scene_fbx")
        bpy.ops.import_scene.fbx(filepath=str(path))


def _enable(add_on: str) -> None:
    import addon_utils  # found only once bpy is loaded

    addon_utils.enable(add_on)


def transmission_input(shader: bpy.types.Node) -> bpy.types.NodeSocket:
    """The Principled shader's transmission (renamed in 4.0)."""
    return shader.inputs["Transmission Weight" if VERSION >= (4, 0, 0) else "Transmission"]


def fast_denoiser(cycles: bpy.types.bpy_struct) -> None:
    """OpenImageDenoise at its quickest: prefiltering albedo and normals well costs four samples."""
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter = "FAST"
    if hasattr(cycles, "denoising_quality"):  # since 4.1
        cycles.denoising_quality = "FAST"


def has_denoiser() -> bool:
    """Whether this build of Cycles holds OpenImageDenoise (Debian's 3.4 does not)."""
    import _cycles

    return bool(getattr(_cycles, "with_openimagedenoise", False))


def fill_mesh(data: bpy.types.Mesh, mesh: Mesh, uv: NDArray[np.float32] | None) -> None:
    """Write triangles, slots, shading and UVs (F, 3, 2) into an empty Blender mesh.

    From 4.1 on everything is an attribute, which is written as one block of memory: twenty times quicker than
    the element-wise properties that older versions need.
    """
    count = len(mesh.faces)
    data.vertices.add(len(mesh.vertices))
    data.loops.add(3 * count)
    data.polygons.add(count)
    data.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    if uv is not None:
        data.uv_layers.new(name="uv", do_init=False)
    (_fill_attributes if VERSION >= (4, 1, 0) else _fill_properties)(data, mesh, uv)
    data.update(calc_edges=True)


def _fill_attributes(data: bpy.types.Mesh, mesh: Mesh, uv: NDArray[np.float32] | None) -> None:
    data.attributes["position"].data.foreach_set("vector", mesh.vertices.ravel())
    data.attributes[".corner_vert"].data.foreach_set("value", mesh.faces.ravel())
    slots = data.attributes.new("material_index", "INT", "FACE")
    slots.data.foreach_set("value", mesh.slot.astype(np.int32))
    sharp = data.attributes.new("sharp_face", "BOOLEAN", "FACE")
    sharp.data.foreach_set("value", ~mesh.smooth)
    if uv is not None:
        data.attributes["uv"].data.foreach_set("vector", uv.ravel())


def _fill_properties(data: bpy.types.Mesh, mesh: Mesh, uv: NDArray[np.float32] | None) -> None:
    data.vertices.foreach_set("co", mesh.vertices.ravel())
    data.loops.foreach_set("vertex_index", mesh.faces.ravel())
    data.polygons.foreach_set("loop_total", np.full(len(mesh.faces), 3, np.int32))
    data.polygons.foreach_set("material_index", mesh.slot.astype(np.int32))
    data.polygons.foreach_set("use_smooth", mesh.smooth)
    if uv is not None:
        data.uv_layers["uv"].data.foreach_set("uv", uv.ravel())
