"""Signs: the plate on the post has the outline of the picture on it."""

import numpy as np
import pytest

from assets.build import build
from assets.signs import CATALOGUE, OUTLINES, sign_number
from assets.street.params import PostParams
from assets.textures.params import TextureParams
from assets.textures.procedural import make_texture
from assets.textures.sign import GREY

NUMBERS = range(len(CATALOGUE))


def inside(polygon, points):
    """Whether (N, 2) points lie in a convex polygon, counter-clockwise."""
    edge = np.roll(polygon, -1, axis=0) - polygon
    to = points[:, None] - polygon
    return (edge[:, 0] * to[..., 1] - edge[:, 1] * to[..., 0] > 0).all(axis=1)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_drawing_fills_the_plates_outline_and_no_more(number):
    size = 96
    picture = make_texture(TextureParams(kind="sign", seed=number), size)
    centre = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(centre, 1 - centre)
    points = np.stack([x.ravel(), y.ravel()], axis=-1)
    outline = OUTLINES[CATALOGUE[number].outline]
    middle = outline.mean(axis=0)
    blank = (np.abs(picture.reshape(-1, 3).astype(int) - GREY) <= 1).all(axis=1)
    assert not blank[inside(middle + 0.96 * (outline - middle), points)].any()
    assert blank[~inside(middle + 1.06 * (outline - middle), points)].all()


def test_every_picture_is_another():
    assert len({make_texture(TextureParams(kind="sign", seed=n), 64).tobytes() for n in NUMBERS}) == len(
        NUMBERS
    )


@pytest.mark.parametrize("seed", [*NUMBERS, 10**9])
def test_a_posts_plate_shows_its_whole_sign_upright(seed):
    mesh = build(PostParams(kind="sign", height_m=3.0, seed=seed))
    face = mesh.slot == mesh.slots.index("sign_face")
    outline = OUTLINES[CATALOGUE[sign_number(seed)].outline]
    assert len(np.unique(mesh.uv[face].reshape(-1, 2).round(5), axis=0)) == len(outline)
    corners, uv = mesh.vertices[mesh.faces[face]].reshape(-1, 3), mesh.uv[face].reshape(-1, 2)
    width = np.ptp(corners[:, 1]) / np.ptp(uv[:, 0])
    np.testing.assert_allclose(
        corners[:, 1], (0.5 - uv[:, 0]) * width, atol=1e-5
    )  # u runs right, seen from -x
    np.testing.assert_allclose(np.ptp(corners[:, 2] - uv[:, 1] * width), 0, atol=1e-5)  # v runs up
