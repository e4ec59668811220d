"""Shaders: the node trees of paint, dust, wet asphalt, lamps and glass, kept small for the CPU's sake."""

import bpy

from randomizers.spec import Rgb, Sky
from scenegen.blender import compat
from scenegen.blender.skies import veiled
from scenegen.scene import Surface

Tree = bpy.types.NodeTree
Socket = bpy.types.NodeSocket

_MATT = 0.8  # from here on, without metal, a plain diffuse shader looks the same and traces faster
_LINING: Rgb = (0.015, 0.015, 0.016)  # felt and plastic behind sheet metal

_GLASS_IOR = 1.5
_PANE_SIDES = 1.4  # both faces of a pane reflect, dirt and shade take some away
_GROUND, _FRONTS = 0.15, 0.3  # radiance of mirrored ground and house fronts against the horizon's

_DUST: Rgb = (0.21, 0.175, 0.13)
_CLEAN = 0.05  # less dirt than this is not worth its nodes
_DIRT_TOP_M, _DIRT_FULL_M = 0.85, 0.1  # dirt thins from the sills, where wheels throw it, up to the waist
_DIRT_PATCHES_M = 0.35  # how far the noise moves that edge up and down
_DIRT_FILM = 0.15  # dust above the edge, against that below

_PUDDLE_ROUGHNESS = 0.08
_WET_DARKENING = 0.5  # water fills the pores: wet asphalt reflects about half as much as dry
_PUDDLES_PER_M = 0.3
_PUDDLE_EDGE = 0.12  # of the noise, over which a puddle runs out into merely wet ground


def opaque(tree: Tree, surface: Surface, image: bpy.types.Image | None) -> Socket:
    """All that is not glass: a base with its lacquer, wet, dusty or lit where the surface says so."""
    matt = surface.roughness >= _MATT and surface.metallic == surface.coat == surface.wetness == 0
    shader = tree.nodes.new("ShaderNodeBsdfDiffuse" if matt else "ShaderNodeBsdfPrincipled")
    color = shader.inputs["Color" if matt else "Base Color"]
    darkening = 1 - _WET_DARKENING * surface.wetness
    over = surface.texture is not None and surface.texture.kind == "model"
    _paint(tree, color, surface.color, image, darkening, over)
    if not matt:
        shader.inputs["Roughness"].default_value = surface.roughness
        shader.inputs["Metallic"].default_value = surface.metallic
        compat.clear_coat(shader, surface.coat)
    if surface.wetness > 0:
        tree.links.new(_puddles(tree, surface), shader.inputs["Roughness"])
    result = shader.outputs[0]
    if surface.dirt > _CLEAN:
        result = _dusty(tree, result, surface.dirt)
    return _glowing(tree, result, surface) if surface.emission > 0 else result


def lined(tree: Tree, front: Socket) -> Socket:
    """`front` from outside, a dark lining from behind."""
    behind = tree.nodes.new("ShaderNodeBsdfDiffuse")
    behind.inputs["Color"].default_value = (*_LINING, 1.0)
    side = tree.nodes.new("ShaderNodeNewGeometry")
    return _mixed(tree, side.outputs["Backfacing"], front, behind.outputs[0])


def glass(tree: Tree, tint: Rgb, sky: Sky) -> Socket:
    """A pane one can see through, that is nevertheless there in the id and depth passes.

    Cycles skips transparent surfaces in those passes but not refracting ones: camera rays are refracted with
    an index of 1, that is not at all. All other rays pass through a transparent surface, which lets light in
    without costing a bounce.
    """
    through = tree.nodes.new("ShaderNodeBsdfRefraction")
    through.inputs["Color"].default_value = (*tint, 1.0)
    through.inputs["IOR"].default_value = 1.0
    through.inputs["Roughness"].default_value = 0.0
    seen = _sum(tree, through.outputs[0], _mirrored_street(tree, sky))
    open_ = tree.nodes.new("ShaderNodeBsdfTransparent")
    open_.inputs["Color"].default_value = (*tint, 1.0)
    path = tree.nodes.new("ShaderNodeLightPath")
    return _mixed(tree, path.outputs["Is Camera Ray"], open_.outputs[0], seen)


def _mirrored_street(tree: Tree, sky: Sky) -> Socket:
    """What a pane mirrors, as light of its own: ground, house fronts and sky by the mirrored ray's height.

    A traced mirror takes one sample in twenty, by chance, which leaves speckles on dark interiors.
    """
    light, strength = tree.nodes.new("ShaderNodeEmission"), tree.nodes.new("ShaderNodeMath")
    fresnel = tree.nodes.new("ShaderNodeFresnel")
    fresnel.inputs["IOR"].default_value = _GLASS_IOR
    strength.operation = "MULTIPLY"
    strength.inputs[1].default_value = _PANE_SIDES * sky.strength
    tree.links.new(fresnel.outputs[0], strength.inputs[0])
    tree.links.new(_street_by_height(tree, sky), light.inputs["Color"])
    tree.links.new(strength.outputs[0], light.inputs["Strength"])
    return light.outputs[0]


def _street_by_height(tree: Tree, sky: Sky) -> Socket:
    """Colour that a mirrored ray meets, by the sine of its elevation."""
    horizon, zenith = veiled(sky.horizon, sky), veiled(sky.zenith, sky)
    stops = ((0.0, _GROUND, horizon), (0.1, _FRONTS, horizon), (0.4, 1.0, horizon), (1.0, 1.0, zenith))
    where, split = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeSeparateXYZ")
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    elements = ramp.color_ramp.elements  # two at first
    for _ in stops[2:]:
        elements.new(0.5)
    for element, (position, level, color) in zip(elements, stops, strict=True):
        element.position, element.color = position, (*(level * band for band in color), 1.0)
    tree.links.new(where.outputs["Reflection"], split.inputs[0])
    tree.links.new(split.outputs["Z"], ramp.inputs[0])
    return ramp.outputs["Color"]


def image_node(tree: Tree, image: bpy.types.Image) -> bpy.types.Node:
    """An image texture node; without a vector it reads the mesh's UVs."""
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    return node


def _paint(
    tree: Tree, socket: Socket, color: Rgb, image: bpy.types.Image | None, darkening: float, over: bool
) -> None:
    """Give the socket the colour, the picture, or the picture over the colour, darkened."""
    if image is None:
        socket.default_value = (*(darkening * band for band in color), 1.0)
        return
    node = image_node(tree, image)
    picture = _over(tree, node, color) if over else node.outputs["Color"]
    if darkening < 1:
        dark = tree.nodes.new("ShaderNodeVectorMath")
        dark.operation = "SCALE"
        dark.inputs["Scale"].default_value = darkening
        tree.links.new(picture, dark.inputs[0])
        picture = dark.outputs[0]
    tree.links.new(picture, socket)


def _over(tree: Tree, image: bpy.types.Node, color: Rgb) -> Socket:
    """The picture, whose colours are multiplied by its opacity already, on top of a colour."""
    through, sum_ = tree.nodes.new("ShaderNodeMath"), tree.nodes.new("ShaderNodeVectorMath")
    through.operation, sum_.operation = "SUBTRACT", "MULTIPLY_ADD"
    through.inputs[0].default_value = 1.0
    tree.links.new(image.outputs["Alpha"], through.inputs[1])
    sum_.inputs[0].default_value = color
    tree.links.new(through.outputs[0], sum_.inputs[1])
    tree.links.new(image.outputs["Color"], sum_.inputs[2])
    return sum_.outputs[0]


def _puddles(tree: Tree, surface: Surface) -> Socket:
    """Roughness of wet ground: smooth where noise in world metres stands below the water's level."""
    noise = _noise(tree, _PUDDLES_PER_M, detail=2.0)
    level = 0.25 + 0.4 * surface.wetness
    damp = surface.roughness * (1 - 0.5 * surface.wetness)
    return _ranged(tree, noise, level - _PUDDLE_EDGE, level, _PUDDLE_ROUGHNESS, damp)


def _dusty(tree: Tree, clean: Socket, dirt: float) -> Socket:
    """Dust over `clean`: thick below an uneven edge at the height of the sills, a film above it."""
    dust = tree.nodes.new("ShaderNodeBsdfDiffuse")
    dust.inputs["Color"].default_value = (*_DUST, 1.0)
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    tree.links.new(_object_metres(tree), split.inputs[0])
    uneven = tree.nodes.new("ShaderNodeMath")
    uneven.operation = "MULTIPLY_ADD"
    uneven.inputs[1].default_value = 2 * _DIRT_PATCHES_M
    tree.links.new(_noise(tree, 4.0, detail=3.0), uneven.inputs[0])
    tree.links.new(split.outputs["Z"], uneven.inputs[2])
    top, full = _DIRT_TOP_M + _DIRT_PATCHES_M, _DIRT_FULL_M + _DIRT_PATCHES_M
    cover = _ranged(tree, uneven.outputs[0], full, top, dirt, _DIRT_FILM * dirt)
    return _mixed(tree, cover, clean, dust.outputs[0])


def _glowing(tree: Tree, reflecting: Socket, surface: Surface) -> Socket:
    """Light in the surface's own colour on top of what it reflects."""
    light = tree.nodes.new("ShaderNodeEmission")
    light.inputs["Color"].default_value = (*surface.color, 1.0)
    light.inputs["Strength"].default_value = surface.emission
    return _sum(tree, reflecting, light.outputs[0])


def _sum(tree: Tree, one: Socket, other: Socket) -> Socket:
    both = tree.nodes.new("ShaderNodeAddShader")
    tree.links.new(one, both.inputs[0])
    tree.links.new(other, both.inputs[1])
    return both.outputs[0]


def _mixed(tree: Tree, share: Socket, one: Socket, other: Socket) -> Socket:
    """`other` by `share`, `one` by the rest."""
    mix = tree.nodes.new("ShaderNodeMixShader")
    for socket, source in zip(mix.inputs, (share, one, other), strict=True):
        tree.links.new(source, socket)
    return mix.outputs[0]


def _object_metres(tree: Tree) -> Socket:
    """Positions in the object's own frame; parts of the road lie in the world's."""
    return tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]


def _noise(tree: Tree, per_metre: float, detail: float) -> Socket:
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value = per_metre
    noise.inputs["Detail"].default_value = detail
    tree.links.new(_object_metres(tree), noise.inputs["Vector"])
    return noise.outputs[0]


def _ranged(tree: Tree, value: Socket, low: float, high: float, at_low: float, at_high: float) -> Socket:
    """`value` from low..high to at_low..at_high, smoothly, and constant beyond."""
    ramp = tree.nodes.new("ShaderNodeMapRange")
    ramp.interpolation_type = "SMOOTHSTEP"
    for name, number in (
        ("From Min", low),
        ("From Max", high),
        ("To Min", at_low),
        ("To Max", at_high),
    ):
        ramp.inputs[name].default_value = number
    tree.links.new(value, ramp.inputs["Value"])
    return ramp.outputs[0]
