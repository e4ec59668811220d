"""Buildings, trees, posts and barriers: closed, of their sizes and budgets, repeatable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.build import build
from assets.mesh import face_normals
from assets.signs import CATALOGUE
from assets.stream import Stream
from assets.street.front import FOUNDATION_M
from assets.street.params import BarrierParams, BuildingParams, PostParams, TreeParams
from assets.street.sample import sample_barrier, sample_building, sample_post, sample_thicket, sample_tree

SAMPLERS = (sample_building, sample_tree, sample_post, sample_barrier, sample_thicket)
seeds = st.integers(0, 2**31)

buildings = st.builds(
    BuildingParams,
    frontage_m=st.floats(4, 35),
    depth_m=st.floats(5, 20),
    floors=st.integers(1, 8),
    floor_height_m=st.floats(2.4, 4),
    window_columns=st.integers(1, 20),
    roof=st.sampled_from(["flat", "gable", "hip"]),
    seed=seeds,
)
trees = st.builds(
    TreeParams,
    kind=st.sampled_from(["round", "conifer", "column", "bare"]),
    height_m=st.floats(2, 20),
    crown_m=st.floats(1, 12),
    seed=seeds,
)
posts = st.builds(
    PostParams,
    kind=st.sampled_from(["pole", "lamp", "sign", "light"]),
    height_m=st.floats(2.0, 10),
    seed=seeds,
)
barriers = st.builds(
    BarrierParams,
    kind=st.sampled_from(["hedge", "wall", "fence", "thicket"]),
    length_m=st.floats(1.5, 25),
    height_m=st.floats(0.5, 2.5),
    seed=seeds,
)


@settings(max_examples=60)
@given(params=buildings)
def test_a_building_is_solid_and_stands_behind_its_front(assert_solid, params):
    mesh = build(params)
    assert_solid(mesh)
    low, high = mesh.bounds
    assert len(mesh.faces) <= 2400
    assert {"wall", "window", "door", "plinth"} <= set(mesh.slots)
    assert {"roof", "slate"} & set(mesh.slots)
    walls = mesh.vertices[mesh.faces[mesh.slot == mesh.slots.index("wall")]].reshape(-1, 3)
    assert np.abs(walls[:, 0]).max() == pytest.approx(params.frontage_m / 2, rel=1e-5)
    assert walls[:, 1].max() == pytest.approx(params.depth_m, rel=1e-5)
    assert walls[:, 2].min() == 0
    assert low[2] == -FOUNDATION_M
    assert high[2] >= params.floors * params.floor_height_m
    assert low[1] >= -1.21
    assert -low[0] <= params.frontage_m / 2 + 0.5


@settings(max_examples=30)
@given(params=buildings)
def test_windows_and_the_door_face_out_of_recesses(params):
    mesh = build(params)
    normals = face_normals(mesh.vertices, mesh.faces)
    door = mesh.slot == mesh.slots.index("door")
    assert door.any()
    assert normals[door, 1] == pytest.approx(-1.0)  # to the street
    assert mesh.vertices[mesh.faces[door]][..., 1] == pytest.approx(0.14, abs=1e-5)
    assert np.abs(normals[mesh.slot == mesh.slots.index("window"), 2]).max() < 1e-6


@settings(max_examples=60)
@given(params=trees)
def test_a_tree_is_solid_and_has_its_size(assert_solid, params):
    mesh = build(params)
    assert_solid(mesh)
    low, high = mesh.bounds
    assert len(mesh.faces) <= 2400
    assert low[2] == pytest.approx(0, abs=1e-5)
    assert high[2] == pytest.approx(params.height_m, rel=1e-4)
    assert max(-low[0], -low[1], high[0], high[1]) <= params.crown_m / 2 * 1.0001
    assert set(mesh.slots) == ({"trunk"} if params.kind == "bare" else {"trunk", "leaves", "leaves_dark"})


@settings(max_examples=60)
@given(params=posts)
def test_a_post_is_solid_and_has_its_height(assert_solid, params):
    mesh = build(params)
    assert_solid(mesh)
    low, high = mesh.bounds
    assert len(mesh.faces) <= 1000
    assert low[2] == pytest.approx(0, abs=1e-6)
    assert high[2] == pytest.approx(params.height_m, abs=0.03)
    assert "post" in mesh.slots


@pytest.mark.parametrize("kind", ["sign", "light"])
def test_signs_and_lights_face_minus_x(kind):
    for seed in range(len(CATALOGUE)):
        mesh = build(PostParams(kind=kind, height_m=3.0, seed=seed))
        normals = face_normals(mesh.vertices, mesh.faces)
        for slot in {"sign_face", "green"} & set(mesh.slots):
            faces = normals[mesh.slot == mesh.slots.index(slot)]
            assert faces[:, 0].mean() < -0.3


def test_a_lamp_reaches_over_the_road_at_its_left():
    low, high = build(PostParams(kind="lamp", height_m=8.0, seed=1)).bounds
    assert high[1] > 1.0 > -low[1]


@settings(max_examples=60)
@given(params=barriers)
def test_a_barrier_is_solid_and_fits_its_length_and_height(assert_solid, params):
    mesh = build(params)
    assert_solid(mesh)
    low, high = mesh.bounds
    assert len(mesh.faces) <= 1500
    assert low[2] == pytest.approx(0, abs=1e-6)
    assert high[2] == pytest.approx(params.height_m, rel=1e-4)
    assert max(-low[0], high[0]) <= params.length_m / 2 * 1.0001


@pytest.mark.parametrize("sample", SAMPLERS)
def test_samples_build_alike_twice_and_differ_among_themselves(sample):
    first = [build(sample(Stream(seed))) for seed in range(12)]
    again = [build(sample(Stream(seed))) for seed in range(12)]
    for one, two in zip(first, again, strict=True):
        assert one.vertices.tobytes() == two.vertices.tobytes()
        assert one.slot.tobytes() == two.slot.tobytes()
    assert len({mesh.vertices.tobytes() for mesh in first}) == 12


def test_build_refuses_a_record_without_a_mesh():
    from assets.textures.params import TextureParams

    with pytest.raises(TypeError, match="no builder for TextureParams"):
        build(TextureParams(kind="noise"))
