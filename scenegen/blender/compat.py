"""Everything that differs between the Blender versions we support (3.4 to 5.2), and nothing else."""

import bpy
import numpy as np

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


def set_triangles(mesh: bpy.types.Mesh) -> None:
    """Tell a mesh whose polygons were just added that each is a triangle."""
    count = len(mesh.polygons)
    mesh.polygons.foreach_set("loop_start", np.arange(0, 3 * count, 3, dtype=np.int32))
    if VERSION < (4, 1, 0):  # later versions derive it from the starts
        mesh.polygons.foreach_set("loop_total", np.full(count, 3, np.int32))
