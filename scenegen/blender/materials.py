"""Materials: one per Surface of the frame, and a fixed look for the slots that no randomizer touches."""

from collections.abc import Callable
from typing import TypeVar

import bpy

from randomizers.spec import Sky
from scenegen.blender import compat, shaders
from scenegen.blender.looks import FIXED_LOOKS, PLAIN
from scenegen.blender.textures import TextureImages
from scenegen.scene import Surface

K = TypeVar("K")

_BODYWORK = ("paint", "roof", "body")  # panels of cars, cabs and buses: sheet metal, with a lining behind it


class Materials:
    """Makes the frame's materials on demand; the fixed ones live as long as the worker."""

    def __init__(self, images: TextureImages) -> None:
        self._images = images
        self._fixed: dict[str, bpy.types.Material] = {}
        self._frame: dict[tuple[Surface | Sky, bool], bpy.types.Material] = {}

    def get(self, slot: str, surface: Surface | None, sky: Sky) -> bpy.types.Material:
        """The material of a slot: the instance's own Surface, or its fixed look. Panes mirror `sky`."""
        if surface is not None:
            lined = slot in _BODYWORK
            return _kept(self._frame, (surface, lined), lambda: self._opaque(slot, surface, lined))
        look = FIXED_LOOKS.get(slot, PLAIN)
        if slot == "glass":
            return _kept(self._frame, (sky, False), lambda: _pane(look, sky))
        return _kept(self._fixed, slot, lambda: self._opaque(slot, look))

    def clear(self) -> None:
        """Remove the frame's materials; the fixed ones stay."""
        bpy.data.batch_remove(list(self._frame.values()))
        self._frame.clear()

    def _opaque(self, name: str, surface: Surface, lined: bool = False) -> bpy.types.Material:
        """An opaque material; `lined` shows a dark lining from behind."""
        material = bpy.data.materials.new(name)
        tree = compat.use_nodes(material)
        image = None if surface.texture is None else self._images.load(surface.texture)
        shader = shaders.opaque(tree, surface, image)
        if surface.emission > 0:
            compat.light_up_nothing(material)
        _finish(tree, shaders.lined(tree, shader) if lined else shader)
        return material


def _kept(
    materials: dict[K, bpy.types.Material], key: K, make: Callable[[], bpy.types.Material]
) -> bpy.types.Material:
    """The material under `key`, made if it is new."""
    if key not in materials:
        materials[key] = make()
    return materials[key]


def _pane(look: Surface, sky: Sky) -> bpy.types.Material:
    material = bpy.data.materials.new("glass")
    tree = compat.use_nodes(material)
    _finish(tree, shaders.glass(tree, look.color, sky))
    compat.light_up_nothing(material)
    return material


def _finish(tree: bpy.types.NodeTree, shader: bpy.types.NodeSocket) -> None:
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    tree.links.new(shader, output.inputs["Surface"])
