"""Materials: one per Surface of the frame, and a fixed look for the slots that no randomizer touches."""

import bpy

from scenegen.blender import compat
from scenegen.blender.textures import TextureImages
from scenegen.scene import Surface

# Looks of slots that an Instance's surfaces leave out; linear colours.
FIXED_LOOKS = {
    "glass": Surface((0.010, 0.012, 0.014), roughness=0.04),
    "trim": Surface((0.012, 0.012, 0.013), roughness=0.55),
    "tyre": Surface((0.011, 0.011, 0.011), roughness=0.85),
    "rim": Surface((0.50, 0.51, 0.53), roughness=0.28, metallic=1.0),
    "headlamp": Surface((0.78, 0.80, 0.83), roughness=0.08),
    "taillamp": Surface((0.42, 0.012, 0.012), roughness=0.12),
    "plate": Surface((0.72, 0.71, 0.66), roughness=0.5),
    "window": Surface((0.030, 0.040, 0.050), roughness=0.08),
    "joinery": Surface((0.56, 0.55, 0.51), roughness=0.8),
    "door": Surface((0.10, 0.065, 0.045), roughness=0.6),
    "roof": Surface((0.19, 0.075, 0.048), roughness=0.9),
    "trunk": Surface((0.085, 0.055, 0.035), roughness=0.95),
    "leaves": Surface((0.045, 0.115, 0.028), roughness=0.9),
    "skin": Surface((0.46, 0.27, 0.19), roughness=0.7),
    "trousers": Surface((0.045, 0.055, 0.11), roughness=0.9),
    "post": Surface((0.24, 0.25, 0.26), roughness=0.5),
    "plate_back": Surface((0.32, 0.33, 0.34), roughness=0.5),
    "box": Surface((0.020, 0.025, 0.020), roughness=0.6),
    "red": Surface((0.55, 0.020, 0.015), roughness=0.3),
    "amber": Surface((0.60, 0.23, 0.012), roughness=0.3),
    "green": Surface((0.015, 0.32, 0.12), roughness=0.3),
    "marking": Surface((0.68, 0.68, 0.65), roughness=0.8),
    "kerb": Surface((0.33, 0.32, 0.31), roughness=0.9),
}
_PLAIN = Surface((0.5, 0.5, 0.5), roughness=0.8)
_MATT = 0.8  # from here on, without metal, a plain diffuse shader looks the same and traces faster


class Materials:
    """Makes the frame's materials on demand; the fixed ones live as long as the worker."""

    def __init__(self, images: TextureImages) -> None:
        self._images = images
        self._fixed: dict[str, bpy.types.Material] = {}
        self._frame: dict[Surface, bpy.types.Material] = {}

    def get(self, slot: str, surface: Surface | None) -> bpy.types.Material:
        """The material of a slot: the instance's own Surface, or the slot's fixed look."""
        if surface is None:
            if slot not in self._fixed:
                self._fixed[slot] = self._make(slot, FIXED_LOOKS.get(slot, _PLAIN))
            return self._fixed[slot]
        if surface not in self._frame:
            self._frame[surface] = self._make(slot, surface)
        return self._frame[surface]

    def clear(self) -> None:
        """Remove the frame's materials; the fixed ones stay."""
        bpy.data.batch_remove(list(self._frame.values()))
        self._frame.clear()

    def _make(self, slot: str, surface: Surface) -> bpy.types.Material:
        material = bpy.data.materials.new(slot)
        tree = compat.use_nodes(material)
        matt = surface.roughness >= _MATT and surface.metallic == 0
        shader = tree.nodes.new("ShaderNodeBsdfDiffuse" if matt else "ShaderNodeBsdfPrincipled")
        color = shader.inputs["Color" if matt else "Base Color"]
        color.default_value = (*surface.color, 1.0)
        if not matt:
            shader.inputs["Roughness"].default_value = surface.roughness
            shader.inputs["Metallic"].default_value = surface.metallic
        if surface.texture is not None:
            image = image_node(tree, self._images.load(surface.texture))
            tree.links.new(image.outputs["Color"], color)
        output = tree.nodes.new("ShaderNodeOutputMaterial")
        tree.links.new(shader.outputs[0], output.inputs["Surface"])
        return material


def image_node(tree: bpy.types.NodeTree, image: bpy.types.Image) -> bpy.types.Node:
    """An image texture node; without a vector it reads the mesh's UVs."""
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    return node
