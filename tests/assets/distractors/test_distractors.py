"""Distractors: closed, outward, of unit size, the same for the same parameters."""

from collections import Counter
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.build import build
from assets.distractors.build import build_distractor
from assets.distractors.params import DistractorParams, Kind
from assets.distractors.sample import sample_distractor
from assets.stream import Stream

KINDS = get_args(Kind)
STANDING = ("pedestrian", "tree")

params = st.builds(
    DistractorParams,
    kind=st.sampled_from(KINDS),
    aspect=st.floats(0.05, 20),
    arc_deg=st.floats(1, 360),
    seed=st.integers(0, 2**31),
)


@settings(max_examples=120)
@given(params=params)
def test_every_shape_is_a_small_solid_of_unit_size(assert_solid, params):
    mesh = build_distractor(params)
    assert_solid(mesh)
    low, high = mesh.bounds
    assert len(mesh.faces) <= 2400
    assert "surface" in mesh.slots
    assert (high - low).max() == pytest.approx(1, abs=1e-5)
    if params.kind in STANDING:
        assert low[2] == pytest.approx(0, abs=1e-6)
        assert high[2] == pytest.approx(1, abs=1e-5)
    else:
        assert low + high == pytest.approx(np.zeros(3), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_parameters_give_equal_meshes(kind):
    one, two = (build(sample_distractor(Stream(7), {kind: 1.0})) for _ in range(2))
    assert one.vertices.tobytes() == two.vertices.tobytes()
    assert one.faces.tobytes() == two.faces.tobytes()
    assert one.uv.tobytes() == two.uv.tobytes()


@pytest.mark.parametrize("kind", STANDING)
def test_seeds_vary_what_stands(kind):
    shapes = {build(DistractorParams(kind=kind, seed=seed)).vertices.tobytes() for seed in range(8)}
    assert len(shapes) == 8


@pytest.mark.parametrize(("arc", "closed"), [(90, False), (270, False), (360, True)])
def test_a_partial_torus_spans_its_arc(arc, closed):
    mesh = build(DistractorParams(kind="torus", arc_deg=arc, aspect=0.5))
    flat = ~mesh.smooth
    assert flat.any() != closed  # only a partial one has end discs
    area = _area(mesh, mesh.smooth)
    radius, tube = _torus_size(arc)
    assert area == pytest.approx(4 * np.pi**2 * radius * tube * arc / 360, rel=0.05)


def _torus_size(arc):
    """Radii after scaling to unit size: the tube is an eighth of the ring's radius at aspect 0.5."""
    angles = np.radians(np.linspace(0, arc, 2000))
    tube = 0.125
    x, y = np.cos(angles), np.sin(angles)
    wide = max(np.ptp(np.outer([1 - tube, 1 + tube], x)), np.ptp(np.outer([1 - tube, 1 + tube], y)))
    return 1 / wide, tube / wide


def _area(mesh, faces):
    a, b, c = (mesh.vertices[mesh.faces[faces, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2


def test_a_pedestrian_has_the_proportions_of_a_person():
    for seed in range(20):
        low, high = build(DistractorParams(kind="pedestrian", seed=seed)).bounds
        assert 0.2 < high[1] - low[1] < 0.5  # across the shoulders and arms
        assert 0.12 < high[0] - low[0] < 0.9  # from a standing person to a long stride


def test_kinds_come_in_proportion_and_never_at_weight_zero():
    rng = Stream(3)
    count = Counter(
        sample_distractor(rng, {"cone": 3.0, "box": 1.0, "sphere": 0.0}).kind for _ in range(2000)
    )
    assert count["sphere"] == 0
    assert count["cone"] / 2000 == pytest.approx(0.75, abs=0.05)


def test_all_kinds_take_equally_many_draws():
    following = set()
    for kind in KINDS:
        rng = Stream(11)
        sample_distractor(rng, {kind: 1.0})
        following.add(rng.random())
    assert len(following) == 1
