"""build_distractor: the mesh of a DistractorParams, of unit size."""

from dataclasses import replace

import numpy as np

from assets.distractors.params import DistractorParams
from assets.distractors.pedestrian import build_small_pedestrian
from assets.distractors.tree import build_small_tree
from assets.mesh import Mesh, make_mesh
from assets.solids import boxes, circle, grid_faces, grid_uv, loft, polyhedron, revolve

_SIDES = 28


def build_distractor(params: DistractorParams) -> Mesh:
    """A closed mesh of at most 2,400 triangles whose largest extent is 1 m.

    Flying shapes are centred on the origin; a pedestrian and a tree stand on z = 0 and are 1 m high. All
    carry the slot "surface"; a pedestrian has "skin", "hair", "trousers" and "trim" too, a tree "trunk".
    UVs are in metres, so a texture of 1 m covers the shape about once.
    """
    if params.kind == "pedestrian":
        return build_small_pedestrian(params.seed)
    if params.kind == "tree":
        return build_small_tree(params.seed)
    return _unit(_flying(params))


def _flying(params: DistractorParams) -> Mesh:
    width = float(np.clip(params.aspect, 0.3, 3.0))
    match params.kind:
        case "cone":
            return revolve([(0, 0), (width / 2, 0), (0, 1)], _SIDES)
        case "pyramid":
            h = width / 2
            base = [(-h, -h, 0), (h, -h, 0), (h, h, 0), (-h, h, 0), (0, 0, 1)]
            return polyhedron(base, [(3, 2, 1, 0), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)])
        case "sphere":
            angle = np.linspace(-np.pi / 2, np.pi / 2, 15)
            return revolve(np.column_stack([np.cos(angle) * 0.5, np.sin(angle) * 0.5]), _SIDES)
        case "cylinder":
            return revolve([(0, 0), (width / 2, 0), (width / 2, 1), (0, 1)], _SIDES)
        case "torus":
            return _torus(params.arc_deg, tube=float(np.clip(0.25 * params.aspect, 0.1, 0.45)))
        case "arrow":
            head = float(np.clip(0.25 * params.aspect, 0.15, 0.45))
            shaft = 0.45 * head
            return revolve([(0, 0), (shaft, 0), (shaft, 0.6), (head, 0.6), (0, 1)], _SIDES)
        case _:
            return boxes((-width / 2, -width / 2, 0), (width / 2, width / 2, 1))


def _torus(arc_deg: float, tube: float) -> Mesh:
    """Part of a ring of radius 1 around z, closed by flat discs where it ends."""
    arc, sides = np.radians(np.clip(arc_deg, 20.0, 360.0)), 16
    steps = max(4, int(np.ceil(_SIDES * 1.4 * arc / (2 * np.pi))))
    angle = np.linspace(0, arc, steps + 1)
    spoke = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(steps + 1)])
    turn = circle(sides) * tube
    ring = spoke[:, None] * (1 + turn[:, 0, None]) + turn[:, 1, None] * np.array([0.0, 0.0, 1.0])
    ring = ring[:, ::-1]  # so that it is counter-clockwise seen from further along
    if arc < 2 * np.pi - 1e-6:
        return loft(ring)
    faces = grid_faces(steps + 1, sides, wrap=True) % (steps * sides)
    uv = grid_uv(angle, np.linspace(0, 2 * np.pi * tube, sides + 1))
    return make_mesh(ring[:-1], faces, uv=uv, smooth=True)


def _unit(mesh: Mesh) -> Mesh:
    """Centred on the origin with a largest extent of 1, UVs in the new metres."""
    low, high = mesh.bounds
    scale = 1 / (high - low).max()
    return replace(mesh, vertices=(mesh.vertices - (low + high) / 2) * scale, uv=mesh.uv * scale)
