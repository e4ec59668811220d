"""ModelMaterials: what Blender's importers made of a file's materials, read back into plain data."""

from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from assets.models.raw import RawMaterial
from scenegen.blender import compat

LONGEST_PX = 1024
_CLEAR_ALPHA, _CLEAR_TRANSMISSION = 0.95, 0.5  # below and above these a material is glass
_ROUGH = 0.5


class ModelMaterials:
    """Reads each material once, and its picture, no longer than LONGEST_PX, from the folder `root` alone."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.read: list[RawMaterial] = []
        self.images: dict[str, NDArray[np.uint8]] = {}
        self.unread: list[str] = []  # names of pictures that are missing, damaged or outside `root`
        self._index: dict[str, int] = {}

    def index(self, material: bpy.types.Material | None) -> int:
        """The material's index in `read`; None is an object without one."""
        name = "" if material is None else material.name
        if name not in self._index:
            self._index[name] = len(self.read)
            self.read.append(RawMaterial(name) if material is None else self._read(material))
        return self._index[name]

    def _read(self, material: bpy.types.Material) -> RawMaterial:
        nodes = material.node_tree.nodes if material.node_tree is not None else ()
        shader = next((node for node in nodes if node.type == "BSDF_PRINCIPLED"), None)
        if shader is None:
            picture = next((node for node in nodes if node.type == "TEX_IMAGE"), None)
            return RawMaterial(material.name, _rgb(material.diffuse_color), image=self._image(picture))
        color = shader.inputs["Base Color"]
        roughness = _number(shader.inputs["Roughness"], 0.5)
        clear = _number(compat.transmission_input(shader), 0.0) > _CLEAR_TRANSMISSION
        return RawMaterial(
            name=material.name,
            color=_rgb(color.default_value),
            roughness=roughness,
            metallic=_number(shader.inputs["Metallic"], 0.0),
            # Rough and transparent at once is what an MTL's "Tf 1 1 1" becomes, which many exporters write.
            see_through=_number(shader.inputs["Alpha"], 1.0) < _CLEAR_ALPHA or (clear and roughness < _ROUGH),
            image=self._image(next(_pictures_behind(color), None)),
        )

    def _image(self, node: bpy.types.Node | None) -> str | None:
        """The name of a node's picture, which is in `images` from then on; None where it does not load."""
        image = node.image if node is not None else None
        if image is None:
            return None
        outside = (
            image.source != "GENERATED"
            and image.packed_file is None
            and not inside(image.filepath, self._root)
        )
        if outside or not all(image.size):  # asking for the size reads the file
            self.unread.append(bpy.path.basename(image.filepath) or image.name)
            return None
        if image.name not in self.images:
            shrink = min(1.0, LONGEST_PX / max(image.size))
            image.scale(*(max(1, round(side * shrink)) for side in image.size))
            self.images[image.name] = _pixels(image)
        return image.name


def inside(path: str, root: Path) -> bool:
    """Whether a path as Blender has it lies in the folder `root`, once all links are followed."""
    return Path(bpy.path.abspath(path)).resolve().is_relative_to(root.resolve())


def _rgb(color: bpy.types.bpy_prop_array) -> tuple[float, float, float]:
    red, green, blue = (round(min(1.0, max(0.0, float(value))), 4) for value in color[:3])
    return red, green, blue


def _number(socket: bpy.types.NodeSocket, linked: float) -> float:
    """A socket's value; `linked` where a picture or another node gives it."""
    return linked if socket.is_linked else round(float(socket.default_value), 4)


def _pictures_behind(socket: bpy.types.NodeSocket) -> Iterator[bpy.types.Node]:
    """Image nodes that a socket depends on, the nearest first."""
    nodes = [link.from_node for link in socket.links]
    seen = set()
    while nodes:
        node = nodes.pop(0)
        if node.name not in seen:
            seen.add(node.name)
            if node.type == "TEX_IMAGE":
                yield node
            nodes += [link.from_node for inputs in node.inputs for link in inputs.links]


def _pixels(image: bpy.types.Image) -> NDArray[np.uint8]:
    """(H, W, 3) sRGB values, first row on top. A float image is linear and is encoded."""
    width, height = image.size
    values = np.empty((height, width, image.channels), np.float32)
    image.pixels.foreach_get(values.ravel())
    rgb = values[::-1, :, :3] if image.channels >= 3 else values[::-1, :, :1].repeat(3, axis=2)
    if image.is_float:
        rgb = np.where(rgb <= 0.0031308, rgb * 12.92, 1.055 * np.maximum(rgb, 0) ** (1 / 2.4) - 0.055)
    return np.rint(np.clip(rgb, 0, 1) * 255).astype(np.uint8)
