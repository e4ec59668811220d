"""Everything that differs between the Blender versions we support (3.4 to 5.2), and nothing else."""

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
