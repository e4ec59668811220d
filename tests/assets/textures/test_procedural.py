"""Procedural textures: determinism, variety, tiling, and the statistics of dead leaves."""

import subprocess
import sys
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.textures.params import ProceduralKind, TextureParams
from assets.textures.procedural import make_texture

KINDS = get_args(ProceduralKind)
TILING = tuple(kind for kind in KINDS if kind not in ("text",))


@settings(max_examples=60)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**63), size=st.sampled_from([32, 100, 128]))
def test_every_texture_is_a_picture(kind, seed, size):
    picture = make_texture(TextureParams(kind=kind, seed=seed), size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert np.ptp(picture.reshape(-1, 3), axis=0).max() > 8  # never a plain area
    assert np.array_equal(picture, make_texture(TextureParams(kind=kind, seed=seed), size))


@pytest.mark.parametrize("kind", KINDS)
def test_seeds_give_different_pictures_and_palettes(kind):
    pictures = [make_texture(TextureParams(kind=kind, seed=seed), 64) for seed in range(16)]
    assert len({picture.tobytes() for picture in pictures}) == 16
    means = np.array([picture.mean(axis=(0, 1)) for picture in pictures])
    assert means.std(axis=0).min() > 12  # of 255


@pytest.mark.parametrize("kind", TILING)
def test_textures_meet_at_their_edges(kind):
    for seed in range(10):
        picture = make_texture(TextureParams(kind=kind, seed=seed)).astype(float)
        for axis in (0, 1):
            inner = np.abs(np.diff(picture, axis=axis)).mean(axis=(1 - axis, 2))
            seam = np.abs(np.take(picture, 0, axis) - np.take(picture, -1, axis)).mean()
            assert seam <= inner.max() * 1.1 + 3


def test_dead_leaves_look_the_same_at_every_scale():
    """Contrast falls slowly under block averaging, as in photographs; white noise loses half each time."""
    ratios = []
    for seed in range(12):
        grey = make_texture(TextureParams(kind="dead_leaves", seed=seed)).mean(axis=2)
        spread = []
        for block in (4, 8, 16):
            side = 256 // block
            spread.append(grey.reshape(side, block, side, block).mean(axis=(1, 3)).std())
        ratios += [spread[1] / spread[0], spread[2] / spread[1]]
    assert 0.6 < np.mean(ratios) < 0.95


def test_another_process_makes_the_same_bytes():
    code = (
        "from hashlib import sha256; from assets.textures.procedural import make_texture;"
        "from assets.textures.params import TextureParams;"
        f"kinds = {KINDS!r};"
        "pictures = [make_texture(TextureParams(kind=k, seed=5), 64).tobytes() for k in kinds];"
        "print(sha256(b''.join(pictures)).hexdigest())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_a_photo_is_no_generator():
    with pytest.raises(ValueError, match="'photo' is no generator"):
        make_texture(TextureParams(kind="photo", path="a.jpg"))
