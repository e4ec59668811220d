"""Labels against Blender's own projection and renders, computed in other ways than ours."""

import bpy
import msgspec
import numpy as np
import pytest
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from randomizers.recipe import sample_scene
from scenegen.assemble import assemble
from scenegen.blender import engine, passes
from scenegen.blender.stage import Stage, mesh_of
from scenegen.labels.annotate import annotate
from scenegen.labels.silhouette import project_triangles, silhouette
from scenegen.scene import NEAR_M

pytestmark = pytest.mark.blender
RECIPES = ["paper", "structured"]


@pytest.fixture
def open_stage(tmp_path):
    """A function from a job's config to its empty stage."""

    def make(job):
        engine.set_up(job.renderer, normals=False, threads=2)
        return Stage(None, None, tmp_path / "cache")

    return make


def scenes(config, count):
    """The first `count` scenes that show cars, with their index."""
    size = config.renderer.width, config.renderer.height
    found = 0
    for frame in range(100):
        scene = assemble(sample_scene(config.randomizer, 0, frame, 1, *size))
        if any(instance.car_slot is not None for instance in scene.instances):
            yield scene
            found += 1
        if found == count:
            return


def cars(scene):
    return [instance for instance in scene.instances if instance.car_slot is not None]


def without_aerial(instance):
    """World vertices and faces of a car but for what is thinner than a pixel far away."""
    mesh = mesh_of(msgspec.structs.replace(instance.shape, aerial="none"))
    return mesh.vertices.astype(float) @ instance.matrix[:3, :3].T + instance.matrix[:3, 3], mesh.faces


@pytest.mark.parametrize("recipe", RECIPES)
def test_geometry_agrees_with_world_to_camera_view(config, open_stage, recipe):
    """Projected extents to 0.05 px; boxes, which are made of whole pixels, to the pixel grid."""
    job = config(f"randomizer={recipe}")
    stage, off_grid = open_stage(job), []
    for scene in scenes(job, 6):
        stage.build(scene)
        bpy.context.view_layer.update()
        for instance in cars(scene):
            vertices, faces = without_aerial(instance)
            theirs = blenders_extent(vertices, scene.view)
            if theirs is None:
                continue
            ours = project_triangles(vertices, faces, scene.view).reshape(-1, 2)
            assert np.abs(np.concatenate([ours.min(0), ours.max(0)]) - theirs).max() <= 0.05
            x, y, w, h = silhouette(vertices, faces, scene.view).full_box
            off_grid.append(np.abs(np.array([x, y, x + w, y + h]) - theirs))
        stage.clear()
    # A pixel belongs to a box if its centre is covered: half a pixel, unless a tip slips between two centres.
    assert len(off_grid) >= 5
    assert np.mean(np.array(off_grid) <= 0.5) >= 0.9
    assert np.max(off_grid) < 1


def blenders_extent(vertices, view):
    """Left, top, right, bottom in pixels by Blender's own projection; None if the near plane cuts the car."""
    scene = bpy.context.scene
    projected = np.array([world_to_camera_view(scene, scene.camera, Vector(v)) for v in vertices])
    if (projected[:, 2] < 2 * NEAR_M).any():
        return None
    x, y = projected[:, 0] * view.width, (1 - projected[:, 1]) * view.height
    return np.array([x.min(), y.min(), x.max(), y.max()])


@pytest.mark.parametrize("recipe", RECIPES)
def test_visible_masks_agree_with_an_alpha_render_of_the_lone_car(config, open_stage, recipe):
    job = config(f"randomizer={recipe}", "renderer.width=640", "renderer.height=214")
    stage, compared = open_stage(job), 0
    for scene in scenes(job, 8):
        stage.build(scene)
        annotations = annotate(_instances(scene), passes.render(eevee=False).ids, scene.view, job.annotations)
        for annotation in annotations:
            if annotation.visibility < 0.999 or annotation.bbox is None or annotation.bbox[3] < 40:
                continue
            alone = _alpha_render(annotation.track_id + 1)
            visible = _decode(annotation.segmentation)
            overlap = (alone & visible).sum() / (alone | visible).sum()
            assert overlap >= 0.98, f"car {annotation.track_id}: IoU {overlap:.3f}"
            compared += 1
        stage.clear()
        if compared >= 3:
            break
    assert compared >= 2


def _instances(scene):
    from scenegen.frame import road_users

    return road_users(scene)


def _alpha_render(pass_index):
    """Coverage above one half of the car alone, on a transparent film with many samples."""
    scene = bpy.context.scene
    for item in scene.objects:
        item.hide_render = item.type == "MESH" and item.pass_index != pass_index
    scene.render.film_transparent, scene.cycles.samples = True, 32
    try:
        channels = passes._render_channels(scene)
    finally:
        scene.render.film_transparent, scene.cycles.samples = False, 1
        for item in scene.objects:
            item.hide_render = False
    return channels["picture.Combined.A"] > 0.5


def _decode(rle):
    from pycocotools import mask

    return mask.decode({"size": list(rle.size), "counts": rle.counts}).astype(bool)


def test_ids_are_those_of_a_one_sample_layer_of_their_own(config, open_stage):
    """The claim in engine.py: index and depth of the picture's layer come from one central sample."""
    job = config("randomizer=paper", "renderer.samples=8")
    scene = next(scenes(job, 1))
    stage = open_stage(job)
    layer = bpy.context.scene.view_layers.new("aux")
    layer.samples = 1
    layer.use_pass_object_index = layer.use_pass_z = True
    stage.build(scene)
    channels = passes._render_channels(bpy.context.scene)
    for name in (f"{passes.compat.OBJECT_INDEX_PASS}.X", "Depth.Z"):
        np.testing.assert_array_equal(channels[f"picture.{name}"], channels[f"aux.{name}"])
