"""Lamps and world of a Lighting."""

from math import radians

import bpy
from mathutils import Euler

from randomizers.spec import Lighting, PointLight, Rgb, Sky, Sun
from scenegen.blender import compat
from scenegen.blender.materials import image_node
from scenegen.blender.textures import TextureImages
from scenegen.scene import Surface

# A textured world's importance map is rebuilt for every frame: at its default size that took longer than the
# path tracing. 64 rows find a sky's bright half well enough.
_IMPORTANCE_MAP_ROWS = 64


def build_lights(
    scene: bpy.types.Scene, lighting: Lighting, backdrop: Surface | None, images: TextureImages
) -> None:
    """Create the lamps and fill the scene's world."""
    for light in lighting.points:
        _point(scene, light)
    if lighting.sun is not None:
        _sun(scene, lighting.sun)
    _world(scene, lighting, backdrop, images)


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


def _world(
    scene: bpy.types.Scene, lighting: Lighting, backdrop: Surface | None, images: TextureImages
) -> None:
    world = scene.world or bpy.data.worlds.new("world")
    scene.world = world
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = _IMPORTANCE_MAP_ROWS
    tree = compat.use_nodes(world)
    output = tree.nodes.new("ShaderNodeOutputWorld")
    light = _sky_light(tree, lighting.sky)
    seen = None
    if backdrop is not None:
        seen = _backdrop(tree, backdrop, lighting.exposure_ev, images)
    elif lighting.sky.clouds > 0:
        seen = _cloudy_sky(tree, lighting.sky)
    surface = light.outputs[0] if seen is None else _seen_by_camera(tree, light, seen)
    tree.links.new(surface, output.inputs["Surface"])


def _seen_by_camera(
    tree: bpy.types.NodeTree, light: bpy.types.Node, seen: bpy.types.Node
) -> bpy.types.NodeSocket:
    """`seen` to camera rays, `light` to all others: a costly shader is then not evaluated at every bounce."""
    path, mix = tree.nodes.new("ShaderNodeLightPath"), tree.nodes.new("ShaderNodeMixShader")
    tree.links.new(path.outputs["Is Camera Ray"], mix.inputs[0])
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


def _sky_light(tree: bpy.types.NodeTree, sky: Sky) -> bpy.types.Node:
    """Horizon to zenith, whitened by the clouds' cover; a flat sky needs no gradient."""
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = sky.strength
    zenith, horizon = (_veiled(color, sky) for color in (sky.zenith, sky.horizon))
    if zenith == horizon:
        background.inputs["Color"].default_value = (*zenith, 1.0)
        return background
    where = tree.nodes.new("ShaderNodeTexCoord")
    color = _gradient(tree, where.outputs["Generated"], zenith, horizon)
    tree.links.new(color, background.inputs["Color"])
    return background


def _cloudy_sky(tree: bpy.types.NodeTree, sky: Sky) -> bpy.types.Node:
    """The sky as it looks: clouds where noise on a layer overhead exceeds a threshold set by their cover."""
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = sky.strength
    where = tree.nodes.new("ShaderNodeTexCoord")
    direction = where.outputs["Generated"]
    clear = _gradient(tree, direction, sky.zenith, sky.horizon)
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = 0.7
    noise.inputs["Detail"].default_value = 3.0
    tree.links.new(_cloud_layer(tree, direction, sky.seed), noise.inputs["Vector"])
    cover = tree.nodes.new("ShaderNodeMapRange")
    threshold = 0.75 - 0.5 * sky.clouds
    cover.inputs["From Min"].default_value = threshold
    cover.inputs["From Max"].default_value = threshold + 0.2
    tree.links.new(noise.outputs[0], cover.inputs["Value"])
    mix = tree.nodes.new("ShaderNodeMixRGB")
    mix.inputs["Color2"].default_value = (*_cloud_color(sky), 1.0)
    tree.links.new(cover.outputs[0], mix.inputs["Fac"])
    tree.links.new(clear, mix.inputs["Color1"])
    tree.links.new(mix.outputs["Color"], background.inputs["Color"])
    return background


def _cloud_layer(
    tree: bpy.types.NodeTree, direction: bpy.types.NodeSocket, seed: int
) -> bpy.types.NodeSocket:
    """Where a view direction meets a plane overhead, (x / z, y / z), at a height that the seed chooses."""
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(direction, split.inputs[0])
    height = tree.nodes.new("ShaderNodeMath")
    height.operation = "MAXIMUM"
    height.inputs[1].default_value = 0.04  # the layer ends in haze above the horizon
    tree.links.new(split.outputs["Z"], height.inputs[0])
    layer, shifted = tree.nodes.new("ShaderNodeVectorMath"), tree.nodes.new("ShaderNodeVectorMath")
    layer.operation, shifted.operation = "DIVIDE", "ADD"
    tree.links.new(direction, layer.inputs[0])
    tree.links.new(height.outputs[0], layer.inputs[1])
    tree.links.new(layer.outputs[0], shifted.inputs[0])
    shifted.inputs[1].default_value = (0.0, 0.0, float(seed % 1000))
    return shifted.outputs[0]


def _gradient(
    tree: bpy.types.NodeTree, direction: bpy.types.NodeSocket, zenith: Rgb, horizon: Rgb
) -> bpy.types.NodeSocket:
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(direction, split.inputs[0])
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (*horizon, 1.0)
    ramp.color_ramp.elements[1].color = (*zenith, 1.0)
    ramp.color_ramp.elements[1].position = 0.5
    tree.links.new(split.outputs["Z"], ramp.inputs[0])
    return ramp.outputs["Color"]


def _cloud_color(sky: Sky) -> Rgb:
    grey = sum(sky.horizon) / 3 * 0.5 + 0.45
    return (grey, grey, grey)


def _veiled(color: Rgb, sky: Sky) -> Rgb:
    """The mean of clear sky and clouds, by the share of the sky that the threshold leaves to them."""
    r, g, b = (
        (1 - sky.clouds) * clear + sky.clouds * cloud
        for clear, cloud in zip(color, _cloud_color(sky), strict=True)
    )
    return (r, g, b)
