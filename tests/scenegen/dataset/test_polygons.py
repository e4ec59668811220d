"""Polygons: exact for any mask, holes, diagonal touches and all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from scenegen.dataset.polygons import mask_to_polygons, rle_to_polygons
from scenegen.labels.annotate import encode_rle

MASKS = arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(MASKS)
def test_pycocotools_draws_the_mask_again(mask):
    polygons = rle_to_polygons(encode_rle(mask))
    drawn = np.zeros(mask.shape, int)
    for polygon in polygons:
        drawn += coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects([polygon], *mask.shape)))
    assert (drawn == mask).all()


@given(MASKS)
def test_areas_add_up_and_turns_are_square(mask):
    polygons = mask_to_polygons(mask)
    assert sum(shoelace(polygon) for polygon in polygons) == mask.sum()
    for polygon in polygons:
        step = np.roll(polygon, -1, axis=0) - polygon
        assert ((step == 0).sum(axis=1) == 1).all()  # along one axis
        assert (((step == 0) != np.roll(step == 0, -1, axis=0)).all(axis=1)).all()  # then along the other


def shoelace(polygon):
    x, y = polygon.T
    return abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2


def test_a_rectangle_has_four_corners():
    mask = np.zeros((9, 9), bool)
    mask[2:5, 3:8] = True
    (polygon,) = rle_to_polygons(encode_rle(mask))
    points = {tuple(polygon[i : i + 2]) for i in range(0, 8, 2)}
    assert len(polygon) == 8
    assert points == {(3.0, 2.0), (8.0, 2.0), (8.0, 5.0), (3.0, 5.0)}


def test_a_ring_is_cut_open():
    mask = np.ones((5, 5), bool)
    mask[2, 2] = False
    assert len(mask_to_polygons(mask)) == 2


def test_pixels_that_touch_at_a_corner_are_apart():
    assert len(mask_to_polygons(np.eye(4, dtype=bool))) == 4
    assert len(mask_to_polygons(np.eye(4, dtype=bool)[::-1])) == 4


def test_an_empty_mask_has_none():
    assert rle_to_polygons(encode_rle(np.zeros((4, 6), bool))) == []
