"""Lamps and world of a Lighting."""

from math import radians

import bpy
import msgspec
from mathutils import Euler

from randomizers.spec import Lighting, PointLight, Rgb, Sky, Sun
from scenegen.blender import compat, skies
from scenegen.blender.panoramas import Panoramas
from scenegen.blender.shaders import image_node
from scenegen.blender.textures import TextureImages
from scenegen.scene import Surface

# A textured world's importance map is rebuilt for every frame: at its default size that took longer than the
# path tracing. The small one finds a gradient's bright half well enough, the larger one a panorama's windows
# and lamps.
_GRADIENT_MAP, _PANORAMA_MAP = 64, 512


def build_lights(
    scene: bpy.types.Scene,
    lighting: Lighting,
    backdrop: Surface | None,
    images: TextureImages,
    panoramas: Panoramas,
) -> None:
    """Create the lamps and fill the scene's world. Raises UserError naming a panorama that cannot be used."""
    for light in lighting.points:
        _point(scene, light)
    if lighting.sun is not None:
        _sun(scene, lighting.sun)
    tree = _empty_world(scene, _PANORAMA_MAP if lighting.sky.panorama else _GRADIENT_MAP)
    if lighting.sky.panorama:
        image, light = panoramas.load(lighting.sky.panorama)
        sky = skies.panorama(tree, lighting.sky, image, light)
        if light.sun is not None:
            _sun(scene, _turned(light.sun, lighting.sky))
    else:
        sky = skies.flat_or_gradient(tree, lighting.sky)
    seen = None
    if backdrop is not None:
        seen = _backdrop(tree, backdrop, lighting.exposure_ev, images)
    elif lighting.sky.clouds > 0:
        seen = skies.cloudy(tree, lighting.sky)
    surface = sky.outputs[0] if seen is None else _seen_by_camera(tree, sky, seen)
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(surface, output.inputs["Surface"])


def _lamp(scene: bpy.types.Scene, kind: str, color: Rgb) -> bpy.types.Object:
    data = bpy.data.lights.new(kind.lower(), kind)
    data.color = color
    lamp = bpy.data.objects.new(kind.lower(), data)
    scene.collection.objects.link(lamp)
    return lamp


def _point(scene: bpy.types.Scene, light: PointLight) -> None:
    lamp = _lamp(scene, "POINT", light.color)
    lamp.location = light.position_m
    lamp.data.energy, lamp.data.shadow_soft_size = light.power_w, light.radius_m


def _sun(scene: bpy.types.Scene, sun: Sun) -> None:
    lamp = _lamp(scene, "SUN", sun.color)
    lamp.data.energy, lamp.data.angle = sun.strength, radians(sun.angle_deg)
    # A sun shines along its own -z: tilt it from the zenith, then turn it to its azimuth.
    tilt, turn = radians(90.0 - sun.elevation_deg), radians(sun.azimuth_deg)
    lamp.rotation_euler = Euler((0.0, tilt, turn), "XYZ")


def _turned(sun: Sun, sky: Sky) -> Sun:
    """A panorama's sun where and as strong as the sky has it."""
    return msgspec.structs.replace(
        sun, azimuth_deg=sun.azimuth_deg + sky.turn_deg, strength=sun.strength * sky.strength
    )


def _empty_world(scene: bpy.types.Scene, map_resolution: int) -> bpy.types.NodeTree:
    world = scene.world or bpy.data.worlds.new("world")
    scene.world = world
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = map_resolution
    return compat.use_nodes(world)


def _seen_by_camera(
    tree: bpy.types.NodeTree, light: bpy.types.Node, seen: bpy.types.Node
) -> bpy.types.NodeSocket:
    """`seen` to the camera, also through panes, `light` to all other rays.

    A costly shader is then not evaluated at every bounce.
    """
    path, either = tree.nodes.new("ShaderNodeLightPath"), tree.nodes.new("ShaderNodeMath")
    either.operation = "MAXIMUM"
    mix = tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(path.outputs["Is Camera Ray"], either.inputs[0])
    tree.links.new(path.outputs["Is Transmission Ray"], either.inputs[1])
    tree.links.new(either.outputs[0], mix.inputs[0])
    tree.links.new(light.outputs[0], mix.inputs[1])
    tree.links.new(seen.outputs[0], mix.inputs[2])
    return mix.outputs[0]


def _backdrop(
    tree: bpy.types.NodeTree, surface: Surface, exposure_ev: float, images: TextureImages
) -> bpy.types.Node:
    """The backdrop fills the frame behind everything, as bright as its picture at any exposure."""
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = 2.0**-exposure_ev
    if surface.texture is None:
        background.inputs["Color"].default_value = (*surface.color, 1.0)
        return background
    where = tree.nodes.new("ShaderNodeTexCoord")
    image = image_node(tree, images.load(surface.texture))
    image.extension = "EXTEND"
    tree.links.new(where.outputs["Window"], image.inputs["Vector"])
    tree.links.new(image.outputs["Color"], background.inputs["Color"])
    return background
