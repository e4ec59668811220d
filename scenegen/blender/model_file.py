"""Reads a file of car models with Blender's own importers into plain arrays. Nothing in the file is run."""

import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import DTypeLike, NDArray

from assets.mesh import Mesh
from assets.models.errors import Unusable
from assets.models.raw import RawFile, RawPart
from scenegen.blender import compat
from scenegen.blender.model_materials import ModelMaterials, inside

TRIANGLES_READ = 2_000_000


def read_model_file(path: Path, root: Path) -> RawFile:
    """The file's visible meshes with their modifiers applied, and their materials.

    Pictures outside the folder `root` are not read. Raises Unusable, or MemoryError.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    suffix = path.suffix.lower()
    try:
        _IMPORTERS[suffix](path)
    except MemoryError:
        raise
    except Exception as error:  # importers are Python and C++ of many hands: damage makes anything of them
        traceback.print_exc()
        raise Unusable(f"Blender cannot read it: {_last_line(error)}") from error
    _refuse_libraries(path, root)
    _remove_scripted_drivers()
    materials = ModelMaterials(root)
    parts = tuple(_parts(materials))
    return RawFile(parts, materials.read, materials.images, materials.unread, suffix != ".obj")


def _append_blend(path: Path) -> None:
    """The file's first scene with a mesh in it. Appending, unlike opening, runs nothing of the file's."""
    bpy.context.preferences.filepaths.use_scripts_auto_execute = False
    with bpy.data.libraries.load(str(path), link=False) as (source, target):
        target.scenes = source.scenes
    for scene in target.scenes:
        if any(item.type == "MESH" for item in scene.objects):
            bpy.context.window.scene = scene
            return


_IMPORTERS = {
    ".glb": compat.import_gltf,
    ".gltf": compat.import_gltf,
    ".obj": compat.import_obj,
    ".fbx": compat.import_fbx,
    ".blend": _append_blend,
}


def _last_line(error: Exception) -> str:
    """What happened; Blender ends the text with the line of its own source where it did."""
    lines = [line.strip().removeprefix("Error: ") for line in str(error).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Location: ")]
    return lines[-1] if lines else type(error).__name__


def _refuse_libraries(path: Path, root: Path) -> None:
    for library in bpy.data.libraries:
        if not inside(library.filepath, root) and not path.samefile(bpy.path.abspath(library.filepath)):
            raise Unusable(
                f"it links to {library.filepath}, which lies outside {root}: copy that file there and "
                "link to it, or make its objects local in Blender"
            )


def _remove_scripted_drivers() -> None:
    """Blender refuses to run the Python in them anyway; this does not rely on its settings."""
    for name in dir(bpy.data):
        items = getattr(bpy.data, name)
        if isinstance(items, bpy.types.bpy_prop_collection):
            for item in items:
                _remove_drivers_of(item)
                _remove_drivers_of(getattr(item, "node_tree", None))


def _remove_drivers_of(item: bpy.types.ID | None) -> None:
    animation = getattr(item, "animation_data", None)
    for curve in list(animation.drivers) if animation else ():
        if curve.driver.type == "SCRIPTED":
            animation.drivers.remove(curve)


def _parts(materials: ModelMaterials) -> Iterator[RawPart]:
    """Every visible mesh, and every instance of one."""
    count = 0
    for instance in bpy.context.evaluated_depsgraph_get().object_instances:
        item = instance.object
        if item.type != "MESH" or not instance.show_self or item.hide_render:
            continue
        arrays = mesh_arrays(item.to_mesh())
        item.to_mesh_clear()
        count += len(arrays.faces)
        if count > TRIANGLES_READ:
            raise Unusable(f"it has more than {TRIANGLES_READ:,} triangles: reduce it in a modelling program")
        if len(arrays.faces):
            indices = [materials.index(slot.material) for slot in item.material_slots]
            names = _names(item.original, instance.parent.original if instance.is_instance else None)
            yield _placed(arrays, np.array(instance.matrix_world), names, indices or [materials.index(None)])


def _names(item: bpy.types.Object, instancer: bpy.types.Object | None) -> tuple[str, ...]:
    """The object's name after those of its collections and parents, outermost first."""
    chain = [item.name]
    while item.parent is not None:
        item = item.parent
        chain.append(item.name)
    outer = _names(instancer, None) if instancer is not None else ()
    return (*outer, *sorted(collection.name for collection in item.users_collection), *reversed(chain))


def _placed(mesh: Mesh, matrix: NDArray[np.float64], names: tuple[str, ...], materials: list[int]) -> RawPart:
    mirrored = np.linalg.det(matrix[:3, :3]) < 0  # turns the triangles' sense
    return RawPart(
        names=names,
        vertices=mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3],
        faces=mesh.faces[:, ::-1] if mirrored else mesh.faces,
        uv=mesh.uv[:, ::-1] if mirrored else mesh.uv,
        material=np.array(materials, np.int32)[np.clip(mesh.slot, 0, len(materials) - 1)],
        smooth=mesh.smooth,
    )


def mesh_arrays(data: bpy.types.Mesh) -> Mesh:
    """A Blender mesh's triangles; slots are its material indices, unnamed."""
    data.calc_loop_triangles()
    triangles = data.loop_triangles
    count = len(triangles)
    uv = np.zeros((len(data.loops), 2), np.float32)
    if data.uv_layers.active is not None:
        data.uv_layers.active.data.foreach_get("uv", uv.ravel())
    return Mesh(
        vertices=_column(data.vertices, "co", 3 * len(data.vertices), np.float32).reshape(-1, 3),
        faces=_column(triangles, "vertices", 3 * count, np.int32).reshape(-1, 3),
        uv=uv[_column(triangles, "loops", 3 * count, np.int32)].reshape(-1, 3, 2),
        slot=_column(triangles, "material_index", count, np.int32).astype(np.int16),
        slots=(),
        smooth=_column(data.polygons, "use_smooth", len(data.polygons), np.bool_)[
            _column(triangles, "polygon_index", count, np.int32)
        ],
    )


def _column(items: bpy.types.bpy_prop_collection, name: str, length: int, dtype: DTypeLike) -> NDArray:
    values = np.empty(length, dtype)
    items.foreach_get(name, values)
    return values
