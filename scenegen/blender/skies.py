"""Skies: gradients, clouds and panoramas as world shaders."""

from math import radians

import bpy

from randomizers.spec import Rgb, Sky
from scenegen.panorama_light import REC_709, PanoramaLight

Tree = bpy.types.NodeTree
Socket = bpy.types.NodeSocket

_ZENITH_SINE = 0.5  # of the elevation from which the sky has the zenith's colour
_CLOUD_EDGE = 0.2  # of the noise, over which a cloud thins out
_CLOUD_DEPTH = 0.4  # of the noise above a cloud's edge, from where it is as dark as it gets
_CLOUD_SHADE = 0.55  # a thick cloud's underside against its rim


def flat_or_gradient(tree: Tree, sky: Sky) -> bpy.types.Node:
    """Horizon to zenith, whitened by the clouds' cover; a flat sky needs no gradient."""
    background = _background(tree, sky.strength)
    zenith, horizon = veiled(sky.zenith, sky), veiled(sky.horizon, sky)
    if zenith == horizon:
        background.inputs["Color"].default_value = (*zenith, 1.0)
    else:
        tree.links.new(_gradient(tree, _direction(tree), zenith, horizon), background.inputs["Color"])
    return background


def cloudy(tree: Tree, sky: Sky) -> bpy.types.Node:
    """The sky as it looks: clouds where noise on a layer overhead exceeds a threshold set by their cover."""
    background, direction = _background(tree, sky.strength), _direction(tree)
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = 0.7
    noise.inputs["Detail"].default_value = 3.0
    tree.links.new(_cloud_layer(tree, direction, sky.seed), noise.inputs["Vector"])
    threshold = 0.75 - 0.5 * sky.clouds
    rim = _cloud_color(sky)
    shade = (rim[0] * _CLOUD_SHADE, rim[1] * _CLOUD_SHADE, rim[2] * _CLOUD_SHADE)
    depth = _step(tree, noise.outputs[0], threshold + _CLOUD_EDGE / 2, threshold + _CLOUD_DEPTH)
    cloud = _mixed(tree, depth, _constant(tree, rim), _constant(tree, shade))
    cover = _step(tree, noise.outputs[0], threshold, threshold + _CLOUD_EDGE)
    clear = _gradient(tree, direction, sky.zenith, sky.horizon)
    tree.links.new(_mixed(tree, cover, clear, cloud), background.inputs["Color"])
    return background


def panorama(tree: Tree, sky: Sky, image: bpy.types.Image, light: PanoramaLight) -> bpy.types.Node:
    """The picture around the zenith, without its sun, at the sky's strength."""
    turned, picture = tree.nodes.new("ShaderNodeMapping"), tree.nodes.new("ShaderNodeTexEnvironment")
    turned.inputs["Rotation"].default_value = (0.0, 0.0, radians(-sky.turn_deg))
    picture.image = image
    tree.links.new(_direction(tree), turned.inputs["Vector"])
    tree.links.new(turned.outputs[0], picture.inputs["Vector"])
    background = _background(tree, sky.strength * light.gain)
    tree.links.new(_capped(tree, picture.outputs["Color"], light.cap), background.inputs["Color"])
    return background


def veiled(color: Rgb, sky: Sky) -> Rgb:
    """The mean of clear sky and clouds, by the share of the sky that the threshold leaves to them."""
    r, g, b = (
        (1 - sky.clouds) * clear + sky.clouds * cloud
        for clear, cloud in zip(color, _cloud_color(sky), strict=True)
    )
    return (r, g, b)


def _background(tree: Tree, strength: float) -> bpy.types.Node:
    background = tree.nodes.new("ShaderNodeBackground")
    background.inputs["Strength"].default_value = strength
    return background


def _direction(tree: Tree) -> Socket:
    return tree.nodes.new("ShaderNodeTexCoord").outputs["Generated"]


def _gradient(tree: Tree, direction: Socket, zenith: Rgb, horizon: Rgb) -> Socket:
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(direction, split.inputs[0])
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color = (*horizon, 1.0)
    ramp.color_ramp.elements[1].color = (*zenith, 1.0)
    ramp.color_ramp.elements[1].position = _ZENITH_SINE
    tree.links.new(split.outputs["Z"], ramp.inputs[0])
    return ramp.outputs["Color"]


def _cloud_layer(tree: Tree, direction: Socket, seed: int) -> Socket:
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


def _cloud_color(sky: Sky) -> Rgb:
    grey = sum(sky.horizon) / 3 * 0.5 + 0.45
    return (grey, grey, grey)


def _capped(tree: Tree, color: Socket, cap: float) -> Socket:
    """The colour, darkened to a luminance of `cap` where it has more."""
    luminance, above, share, dark = (
        tree.nodes.new(f"ShaderNode{kind}") for kind in ("VectorMath", "Math", "Math", "VectorMath")
    )
    luminance.operation, above.operation, share.operation, dark.operation = (
        "DOT_PRODUCT",
        "MAXIMUM",
        "DIVIDE",
        "SCALE",
    )
    luminance.inputs[1].default_value = REC_709
    above.inputs[1].default_value = cap
    share.inputs[0].default_value = cap
    tree.links.new(color, luminance.inputs[0])
    tree.links.new(luminance.outputs["Value"], above.inputs[0])
    tree.links.new(above.outputs[0], share.inputs[1])
    tree.links.new(color, dark.inputs[0])
    tree.links.new(share.outputs[0], dark.inputs["Scale"])
    return dark.outputs[0]


def _constant(tree: Tree, color: Rgb) -> Socket:
    node = tree.nodes.new("ShaderNodeRGB")
    node.outputs[0].default_value = (*color, 1.0)
    return node.outputs[0]


def _mixed(tree: Tree, share: Socket, one: Socket, other: Socket) -> Socket:
    """`other` by `share`, `one` by the rest."""
    mix = tree.nodes.new("ShaderNodeMixRGB")
    for name, source in (("Fac", share), ("Color1", one), ("Color2", other)):
        tree.links.new(source, mix.inputs[name])
    return mix.outputs["Color"]


def _step(tree: Tree, value: Socket, low: float, high: float) -> Socket:
    """0 at `low` and below to 1 at `high` and above."""
    ramp = tree.nodes.new("ShaderNodeMapRange")
    ramp.inputs["From Min"].default_value = low
    ramp.inputs["From Max"].default_value = high
    tree.links.new(value, ramp.inputs["Value"])
    return ramp.outputs[0]
