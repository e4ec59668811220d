"""Render engines: settings that hold for the whole job, set once per worker."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from conf.errors import UserError
from scenegen.blender import compat
from scenegen.config import RendererConfig

log = logging.getLogger(__name__)

_GPU_BACKENDS = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")  # quickest first


def set_up(config: RendererConfig, normals: bool, threads: int, slot: int = 0) -> int:
    """Empty Blender's file and set its scene up to render pictures and ids.

    slot: the worker's number, which chooses among several GPUs. Returns how many there are of the kind asked
    for. Raises UserError where `config` asks for a GPU that Cycles can't use here.
    """
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.edit.use_global_undo = False
    scene = bpy.context.scene
    scene.view_layers[0].name = "picture"
    scene.render.resolution_percentage = 100
    # What Cycles keeps from one frame orders the next one's lights and objects: the same spec then gave other
    # noise after another frame. Every frame's content is new anyway, so that little is lost.
    scene.render.use_persistent_data = False
    scene.render.threads_mode, scene.render.threads = "FIXED", threads
    scene.render.use_compositing = scene.render.use_sequencer = False
    compat.use_multilayer_exr(scene.render.image_settings)
    gpus = _use_gpu(config.device, slot)
    _cycles(scene, config)
    if config.name == "eevee":
        scene.eevee.taa_render_samples = config.samples
    _label_passes(scene, normals)
    return gpus


def version() -> str:
    """Blender's own name for its version, as 4.5.3 LTS."""
    return str(bpy.app.version_string)


def save_blend(path: Path) -> None:
    """Save the scene as it stands, textures packed, to look at in Blender."""
    bpy.ops.file.pack_all()
    bpy.ops.wm.save_as_mainfile(filepath=str(path.resolve()), copy=True, check_existing=False)


def _cycles(scene: bpy.types.Scene, config: RendererConfig) -> None:
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU" if config.device == "cpu" else "GPU"
    cycles.samples = 1 if config.name == "eevee" else config.samples  # with EEVEE it makes only the labels
    cycles.use_adaptive_sampling = False
    cycles.seed = 0
    cycles.max_bounces = cycles.glossy_bounces = cycles.transmission_bounces = config.bounces
    cycles.diffuse_bounces = min(1, config.bounces)  # the world light fills in what a second bounce would
    # Picking lights by importance costs a fifth of a frame and at a few samples saves less noise.
    cycles.use_light_tree = False
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 4.0  # fireflies, at a few samples, are worse than a little lost light
    cycles.use_denoising = config.denoise and config.name == "cycles"
    if cycles.use_denoising:
        if compat.has_denoiser():
            compat.fast_denoiser(cycles)
        else:
            cycles.use_denoising = False
            log.warning(
                "this Blender (%s) has no OpenImageDenoise: rendering without a denoiser; "
                "raise renderer.samples for less noise, or set renderer.denoise=false",
                bpy.app.version_string,
            )


def _use_gpu(device: str, slot: int) -> int:
    """Enable the worker's own of the GPUs asked for. Returns how many there are: 0 for device=cpu."""
    if device == "cpu":
        return 0
    preferences = bpy.context.preferences.addons["cycles"].preferences
    for backend in _GPU_BACKENDS if device == "gpu" else (device.upper(),):
        try:
            preferences.compute_device_type = backend
            preferences.get_devices()
        except TypeError:  # this build of Blender lacks the backend
            continue
        gpus = enable_one(preferences.devices, backend, slot)
        if gpus:
            return gpus
    raise UserError(
        f"renderer.device={device}: Cycles finds no such GPU here. Use renderer.device=cpu, or run "
        "`python -m scenegen.doctor` to see which devices there are and which driver is missing"
    )


def enable_one(devices: Sequence[Any], backend: str, slot: int) -> int:
    """Of a backend's devices enable one and no other, in turns over the slots. Returns how many it has.

    A frame is small and mostly built on the CPU: several GPUs render several frames rather than one together.
    """
    gpus = [item for item in devices if item.type == backend]
    for item in devices:
        item.use = False
    if gpus:
        gpus[slot % len(gpus)].use = True
    return len(gpus)


def _label_passes(scene: bpy.types.Scene, normals: bool) -> None:
    """Object index and depth ride on the picture's own layer; normals need a layer of their own.

    Cycles writes index and depth from a pixel's first sample alone, and sends that sample through the pixel's
    centre: the ids are exactly those of a one-sample auxiliary layer, for nothing (docs/architecture.md).
    Normals are averaged over all samples, so they come from a layer that takes one.
    """
    picture = scene.view_layers[0]
    picture.use_pass_object_index = picture.use_pass_z = True
    if normals:
        layer = scene.view_layers.new("normals")
        layer.samples = 1
        layer.use_pass_normal = True
        layer.cycles.use_denoising = False
