"""A model's faces divided into material slots, and the looks that only it has."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.mesh import Mesh, box_uv
from assets.models.atlas import show_paint
from assets.models.raw import RawFile, RawMaterial, Soup, areas
from assets.models.reading import OWN, Reading, Slot
from assets.models.slots import body_materials, is_told, kind_of
from assets.params import Params

_UNSAID = (1.0, 1.0)  # metallic and roughness that glTF gives materials that say neither, and no car has


class Look(Params):
    """How a slot "own:NAME" of a model looks.

    image: a picture in the model's cache folder, laid out by the mesh's UVs; empty for none.
    painted: it is transparent where the body's paint is to show.
    uv_m: metres of surface that a unit of those UVs covers, about.
    """

    color: tuple[float, float, float]
    roughness: float
    metallic: float
    image: str = ""
    painted: bool = False
    uv_m: float = 1.0


@dataclass(frozen=True, eq=False)
class Dressed:
    """A mesh with named slots, the looks of those of its own, and the pictures (H, W, 3 or 4) these name.

    materials: what each of the file's materials in it was taken for.
    """

    mesh: Mesh
    materials: Mapping[str, Slot]
    looks: Mapping[str, Look]
    images: Mapping[str, NDArray[np.uint8]]
    notes: tuple[str, ...]


def dress(soup: Soup, raw: RawFile, reading: Reading) -> Dressed:
    """The soup, normalised already, with a slot for each face."""
    weight = areas(soup.vertices, soup.faces)
    share = np.bincount(soup.material, weight, minlength=len(raw.materials)) / weight.sum()
    kinds = [kind_of(material, reading.materials) for material in raw.materials]
    body, note = body_materials(kinds, [material.name for material in raw.materials], share)
    slots: list[str] = []
    materials: dict[str, Slot] = {}
    looks: dict[str, Look] = {}
    images: dict[str, NDArray[np.uint8]] = {}
    notes = [note] if note else []
    for index, material in enumerate(raw.materials):
        kind: Slot = "paint" if index in body else kinds[index]
        slots.append(f"{OWN}:{material.name}" if _keeps_its_look(material, kind, reading) else kind)
        faces = soup.material == index
        if not faces.any():
            continue
        own = slots[-1].startswith(OWN)
        materials[material.name] = "own" if own else kind
        if own:
            picture = _picture(material, raw, soup.uv[faces], weight[faces], index in body)
            looks[slots[-1]] = _look(material, soup.uv[faces], weight[faces], picture, f"{index}.png")
            if picture is not None:
                images[f"{index}.png"] = picture
            if index in body:
                found = "found" if looks[slots[-1]].painted else "not found: it keeps its look"
                notes.append(f"paint in the picture of material {material.name} {found}")
    return Dressed(_mesh(soup, slots), materials, looks, images, tuple(notes))


def _keeps_its_look(material: RawMaterial, kind: Slot, reading: Reading) -> bool:
    """A picture shows more than a name tells, save of glass, which hides what lies behind."""
    if is_told(material, reading.materials):
        return kind == OWN
    return kind == OWN or (material.image is not None and kind != "glass")


def _picture(
    material: RawMaterial, raw: RawFile, uv: NDArray[np.float32], weight: NDArray[np.float64], body: bool
) -> NDArray[np.uint8] | None:
    if material.image is None:
        return None
    image = raw.images[material.image]
    shown = show_paint(image, uv, weight) if body else None
    return image if shown is None else shown


def _look(
    material: RawMaterial,
    uv: NDArray[np.float32],
    weight: NDArray[np.float64],
    picture: NDArray[np.uint8] | None,
    name: str,
) -> Look:
    metallic, roughness = material.metallic, material.roughness
    if (metallic, roughness) == _UNSAID:
        metallic, roughness = 0.0, 0.6
    (a, b), (c, d) = (uv[:, 1] - uv[:, 0]).T, (uv[:, 2] - uv[:, 0]).T
    flat = np.abs(a * d - b * c).sum() / 2
    return Look(
        color=material.color,
        roughness=roughness,
        metallic=metallic,
        image="" if picture is None else name,
        painted=picture is not None and picture.shape[2] == 4,
        uv_m=round(float(np.sqrt(weight.sum() / flat)), 3) if flat > 0 else 1.0,
    )


def _mesh(soup: Soup, slots: list[str]) -> Mesh:
    """The mesh; a lamp of unknown place is a headlamp in the front half and a taillamp in the other.

    Slots of its own keep the file's UVs, all others get metric ones.
    """
    names = sorted(
        {name for name in slots if name != "lamp"} | ({"headlamp", "taillamp"} if "lamp" in slots else set())
    )
    index = np.array([names.index("headlamp" if name == "lamp" else name) for name in slots])
    slot = index[soup.material]
    rear = soup.vertices[soup.faces][:, :, 0].mean(axis=1) < 0
    lamp = np.array([name == "lamp" for name in slots])[soup.material]
    if lamp.any():
        slot[lamp & rear] = names.index("taillamp")
    used, compact = np.unique(slot, return_inverse=True)
    vertices = soup.vertices.astype(np.float32)
    own = np.array([name.startswith(OWN) for name in names])[slot]
    uv = np.where(own[:, None, None], soup.uv, box_uv(vertices, soup.faces)).astype(np.float32)
    return Mesh(
        vertices=vertices,
        faces=soup.faces,
        uv=uv,
        slot=compact.astype(np.int16),
        slots=tuple(names[i] for i in used.tolist()),
        smooth=soup.smooth,
    )
