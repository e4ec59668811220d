"""Mesh operations that all builders share."""

import numpy as np
import pytest

from assets.mesh import Mesh, box_uv, face_normals, make_mesh, merge, move, split_sharp, transform

CUBE = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
CUBE_QUADS = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
CUBE_FACES = CUBE_QUADS[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)


@pytest.fixture
def cube() -> Mesh:
    return make_mesh(CUBE, CUBE_FACES, "paint", smooth=True)


def prism(sides: int) -> Mesh:
    """The wall of a tube along z, outward normals."""
    turn = np.arange(sides) * 2 * np.pi / sides
    ring = np.column_stack([np.cos(turn), np.sin(turn)])
    vertices = np.concatenate([np.column_stack([ring, np.full(sides, z)]) for z in (0.0, 1.0)])
    i, j = np.arange(sides), (np.arange(sides) + 1) % sides
    faces = np.concatenate([np.column_stack([i, j, j + sides]), np.column_stack([i, j + sides, i + sides])])
    return make_mesh(vertices, faces, smooth=True)


def test_split_gives_a_cube_flat_faces(cube: Mesh) -> None:
    split = split_sharp(cube)
    assert len(split.vertices) == 24
    assert np.array_equal(split.vertices[split.faces], cube.vertices[cube.faces])
    normals = face_normals(split.vertices, split.faces)
    for vertex in range(24):
        around = normals[(split.faces == vertex).any(axis=1)]
        assert np.allclose(around, around[0])


@pytest.mark.parametrize(("sides", "vertices"), [(24, 48), (8, 32)])  # 15° between faces, and 45°
def test_split_keeps_gentle_edges(sides: int, vertices: int) -> None:
    assert len(split_sharp(prism(sides), 35).vertices) == vertices


def test_split_leaves_degenerate_faces_alone() -> None:
    mesh = make_mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2], [0, 1, 1]])
    split = split_sharp(mesh)
    assert np.array_equal(split.vertices[split.faces], mesh.vertices[mesh.faces])


def test_merge_joins_slots_of_the_same_name(cube: Mesh) -> None:
    other = make_mesh(CUBE, CUBE_FACES, "glass")
    both = merge([cube, other, cube])
    assert both.slots == ("paint", "glass")
    assert both.slot.tolist() == [0] * 12 + [1] * 12 + [0] * 12
    assert np.array_equal(both.vertices[both.faces[12:24]], other.vertices[other.faces])


def test_reflection_keeps_normals_outward(cube: Mesh) -> None:
    mirrored = transform(cube, np.diag([1, -1, 1, 1]))
    centre = mirrored.vertices.mean(axis=0)
    outward = mirrored.vertices[mirrored.faces].mean(axis=1) - centre
    assert (np.einsum("ij,ij->i", outward, face_normals(mirrored.vertices, mirrored.faces)) > 0).all()


def test_move_scales_turns_and_shifts(cube: Mesh) -> None:
    low, high = move(cube, (10, 0, 0), scale=(2, 1, 1), yaw_deg=90).bounds
    assert low == pytest.approx([9, 0, 0], abs=1e-6)
    assert high == pytest.approx([10, 2, 1], abs=1e-6)


def test_box_uv_is_in_metres() -> None:
    uv = box_uv(np.float32(CUBE * 3), CUBE_FACES)
    (a, b), (c, d) = (uv[:, 1] - uv[:, 0]).T, (uv[:, 2] - uv[:, 0]).T
    assert np.abs(a * d - b * c) / 2 == pytest.approx(np.full(12, 4.5))
