"""A short-lived process that imports one file of car models into the folder that its request names."""

import os
import resource
import sys
import traceback
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    HERE = ROOT / "scenegen" / "blender"
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != HERE)]
    from scenegen.bootstrap import ensure_packages

    ensure_packages()

import bpy
import msgspec

from assets.mesh import Mesh
from assets.models.errors import Unusable
from assets.models.normalise import models_of
from assets.models.store import write_models
from scenegen.blender import compat
from scenegen.blender.model_file import mesh_arrays, read_model_file
from scenegen.models.request import MEMORY_LIMIT_BYTES, UNUSABLE, Request
from scenegen.worker import die_with_parent


def import_model(request: Request) -> None:
    """Read, normalise and write a file's models. Raises Unusable."""
    raw = read_model_file(Path(request.file), Path(request.root))
    absent = {Path(name).name for name in request.missing}
    notes = [f"{name} not found" for name in request.missing]
    notes += [f"cannot read picture {name}" for name in dict.fromkeys(raw.unread) if name not in absent]
    write_models(Path(request.folder), models_of(raw, request.reading, decimate), tuple(notes))


def decimate(mesh: Mesh, triangles: int) -> Mesh:
    """The mesh with about so many triangles, by Blender's edge collapse; slots and UVs stay."""
    data = bpy.data.meshes.new("model")
    compat.fill_mesh(data, mesh, mesh.uv)
    for _ in mesh.slots:
        data.materials.append(None)
    item = bpy.data.objects.new("model", data)
    bpy.context.scene.collection.objects.link(item)
    item.modifiers.new("decimate", "DECIMATE").ratio = triangles / len(mesh.faces)
    fewer = mesh_arrays(item.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh())
    bpy.data.objects.remove(item)
    return Mesh(fewer.vertices, fewer.faces, fewer.uv, fewer.slot, mesh.slots, fewer.smooth)


def main(request: Request) -> None:
    """Import; what is wrong with the file is left in the request's folder."""
    try:
        import_model(request)
    except Unusable as error:
        (Path(request.folder) / UNUSABLE).write_text(str(error))
    except MemoryError:
        (Path(request.folder) / UNUSABLE).write_text(
            f"reading it takes more than {MEMORY_LIMIT_BYTES // 2**30} GB of memory: make it simpler"
        )


if __name__ == "__main__":
    die_with_parent()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    status = 1
    try:
        main(msgspec.json.decode(sys.argv[-1], type=Request))
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # Blender's own exit may hang
