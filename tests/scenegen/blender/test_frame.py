"""FrameMaker: what one frame leaves on disk and in Blender, for every renderer and output."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from PIL import Image

from conf.errors import UserError
from scenegen.blender import engine
from scenegen.dataset.records import CATEGORIES
from scenegen.dataset.store import FrameStore
from scenegen.frame import FrameMaker
from scenegen.scene import SEMANTICS

pytestmark = pytest.mark.blender


def images_of(out):
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.*")) if path.is_file()
    }


def blocks():
    """How many data blocks of each kind Blender holds."""
    return {
        name: len(getattr(bpy.data, name)) for name in ("objects", "meshes", "lights", "cameras", "images")
    }


def test_same_frame_is_the_same_bytes_whatever_was_rendered_before(config, tmp_path):
    alone, after = (config(f"out={tmp_path / name}") for name in ("alone", "after"))
    for frame in (5, 9, 11):
        FrameMaker(alone, threads=1).make(frame)
    maker = FrameMaker(after, threads=2)
    for frame in (2, 5, 3, 9, 7, 11):
        maker.make(frame)
    one, other = images_of(tmp_path / "alone"), images_of(tmp_path / "after")
    assert one == {name: other[name] for name in one}


def test_a_frame_leaves_no_data_behind(config):
    maker = FrameMaker(config("randomizer=full"), threads=2)
    maker.make(0)
    before, materials = blocks(), len(bpy.data.materials)
    for frame in range(1, 5):
        maker.make(frame)
    assert blocks() == before
    assert len(bpy.data.materials) - materials <= 12  # fixed looks of slots seen for the first time


def test_all_outputs_agree_with_each_other(config, tmp_path):
    job = config("outputs=[rgb,instances,semantic,depth,normals]", "randomizer=structured")
    FrameMaker(job, threads=2).make(1)
    record = FrameStore(job.out).read(1)
    read = {
        kind: np.asarray(Image.open(f"{job.out}/{kind}/000/000000001.png"))
        for kind in ("instances", "semantic", "depth", "normals")
    }
    ids, semantic, depth, normals = read.values()
    assert all(image.shape[:2] == (record.height, record.width) for image in read.values())
    for category, name in CATEGORIES.items():
        users = [a for a in record.annotations if a.category_id == category and a.area]
        theirs = semantic == SEMANTICS.index(name)
        assert {a.track_id + 1 for a in users} == set(np.unique(ids[theirs]))
        assert sum(a.area for a in users) == theirs.sum()
    assert ((ids == 0) == (semantic == SEMANTICS.index("sky"))).all()
    assert (depth[ids == 0] == 0).all()
    road = semantic == SEMANTICS.index("road")
    up = normals[road].astype(float).mean(axis=0) - 128  # camera frame: y points down
    assert up[1] < -110


def test_depth_is_the_distance_along_the_optical_axis(config):
    job = config("outputs=[rgb,instances,depth]", "randomizer=structured")
    maker = FrameMaker(job, threads=2)
    near = []
    for frame in range(6):
        maker.make(frame)
        depth = np.asarray(Image.open(f"{job.out}/depth/000/{frame:09d}.png")) / 256
        ids = np.asarray(Image.open(f"{job.out}/instances/000/{frame:09d}.png"))
        for a in FrameStore(job.out).read(frame).annotations:
            if a.area > 20 and a.cuboid.location[2] > 5:
                z = np.array(a.cuboid.corners)[:, 2]
                seen = depth[ids == a.track_id + 1]
                near.append((seen.min() - z.min(), z.max() - seen.max()))
    assert len(near) >= 3
    assert min(min(pair) for pair in near) > -0.25  # mirrors stand out of the cuboid


def test_a_new_file_in_blender_changes_no_frame(config, tmp_path, monkeypatch):
    jobs = [config(f"out={tmp_path / name}") for name in ("one", "many")]
    for job, frames_to_a_file in zip(jobs, (100, 2), strict=True):
        monkeypatch.setattr("scenegen.frame._FRAMES_TO_A_FILE", frames_to_a_file)
        maker = FrameMaker(job, threads=2)
        for frame in range(4):
            maker.make(frame)
    one, many = (images_of(tmp_path / name) for name in ("one", "many"))
    assert one and one == many


def test_a_gpu_that_is_not_there_is_refused(config):
    with pytest.raises(UserError, match=r"renderer\.device=hip"):
        FrameMaker(config("renderer.device=hip"), threads=1)


@pytest.mark.parametrize(("slot", "enabled"), [(0, "first"), (1, "second"), (2, "first")])
def test_workers_take_turns_at_several_gpus(slot, enabled):
    """Blender's own list has none on most machines that test this."""
    kinds = {"first": "CUDA", "processor": "CPU", "same as first": "OPTIX", "second": "CUDA"}
    devices = [SimpleNamespace(name=name, type=kind, use=True) for name, kind in kinds.items()]
    assert engine.enable_one(devices, "CUDA", slot) == 2
    assert [device.name for device in devices if device.use] == [enabled]


def test_save_blend_keeps_the_scene(config):
    job = config("save_blend=true")
    FrameMaker(job, threads=2).make(3)
    bpy.ops.wm.open_mainfile(filepath=f"{job.out}/blend/000/000000003.blend")
    assert any(item.type == "CAMERA" for item in bpy.context.scene.objects)
    assert sum(item.type == "MESH" for item in bpy.context.scene.objects) > 3
