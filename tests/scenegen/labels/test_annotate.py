"""annotate: the fields against ray-cast id images, and the hard cases one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from shapes import car, cast, id_image, placed, view

from scenegen.config import LabelConfig
from scenegen.labels.annotate import annotate
from scenegen.labels.visibility import ignore_reason, occlusion_level

CONFIG = LabelConfig(
    bbox="amodal", segmentation="rle", occlusion_visibility=(0.8, 0.4), min_height_px=10, min_visibility=0.1
)
CAMERA = view(width=300, height=100, focal=175.0)


def labels(*cars, camera=CAMERA, ids=None, config=CONFIG):
    return annotate(cars, id_image(list(cars), camera) if ids is None else ids, camera, config)


def decode(annotation):
    rle = annotation.segmentation
    return coco_mask.decode({"size": list(rle.size), "counts": rle.counts}).astype(bool)


def test_a_car_in_full_view():
    (label,) = labels(car(7, placed(0, 12, 30), track_id=3))
    assert label.bbox == label.bbox_visible == label.bbox_full
    assert (label.visibility, label.truncation, label.occlusion_level) == (1.0, 0.0, 0)
    assert (label.iscrowd, label.ignore_reason) == (0, None)
    assert (label.track_id, label.model_id, label.style, label.category_id) == (3, "box-0", "sedan", 1)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-8, 8), st.floats(1, 25), st.floats(0, 360)), min_size=1, max_size=4))
def test_masks_and_ratios_are_those_of_the_pixels(poses):
    camera = view(width=90, height=30, focal=50.0)
    cars = [car(10 + i, placed(*pose), track_id=i) for i, pose in enumerate(poses)]
    ids = id_image(cars, camera)
    annotations = {a.track_id: a for a in labels(*cars, camera=camera, ids=ids)}
    for c in cars:
        depth, certain = cast(c.vertices_world, c.faces, camera)
        if not certain.all():
            continue
        inside, visible = np.isfinite(depth), ids == c.id
        assert (c.track_id in annotations) == inside.any()
        if not inside.any():
            continue
        label = annotations[c.track_id]
        assert label.visibility == pytest.approx(visible.sum() / inside.sum(), abs=1e-4)
        assert label.area == visible.sum()
        assert label.bbox == box_by_hand(inside)
        assert label.bbox_visible == box_by_hand(visible)
        if visible.any():
            assert (decode(label) == visible).all()
        else:
            assert label.segmentation is None


def box_by_hand(mask):
    ys, xs = np.nonzero(mask)
    if len(xs) == 0:
        return None
    return xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1


@pytest.mark.parametrize(("x", "y", "edge"), [(-9, 10, "left"), (9, 10, "right"), (0, 3.6, "bottom")])
def test_a_car_cut_by_an_edge(x, y, edge):
    (label,) = labels(car(1, placed(x, y)))
    left, top, w, h = label.bbox
    full_left, full_top, full_w, full_h = label.bbox_full
    assert 0 < label.truncation < 1
    assert label.visibility == 1  # cut, but nothing is in front of it
    assert label.occlusion_level == 0
    touching = {"left": left == 0, "right": left + w == 300, "bottom": top + h == 100}
    assert touching[edge]
    beyond = {"left": full_left < 0, "right": full_left + full_w > 300, "bottom": full_top + full_h > 100}
    assert beyond[edge]


def test_a_car_cut_by_the_top_edge():
    camera = view(width=300, height=100, focal=175.0, height_m=-1.0)
    (label,) = labels(car(1, placed(0, 9)), camera=camera)
    assert label.bbox[1] == 0
    assert label.bbox_full[1] < 0
    cut = 1 - label.bbox[3] / label.bbox_full[3]
    assert label.truncation == pytest.approx(cut, abs=0.03)  # nearly a rectangle: it is seen from behind


def test_half_the_car_beyond_the_edge_is_half_truncated():
    telephoto = view(width=300, height=100, focal=1750.0)  # flattens the car to its side
    x_of_edge = 150 / 1750 * 100
    (label,) = labels(car(1, placed(x_of_edge, 100.9, 0)), camera=telephoto)
    assert label.truncation == pytest.approx(0.5, abs=0.03)


def test_a_car_half_behind_the_camera_plane():
    (label,) = labels(car(1, placed(1.5, 1.0)))  # the lane to the right, from 1 m behind to 3 m ahead
    assert label.bbox is not None
    assert label.bbox[0] + label.bbox[2] == 300
    assert label.bbox_full[0] + label.bbox_full[2] > 300
    assert 0.5 < label.truncation < 1
    assert label.cuboid.location == (1.5, 1.5, 1.0)
    assert min(z for _, _, z in label.cuboid.corners) == -1.0


def test_a_car_wholly_hidden_stands_in_the_record_without_a_mask():
    front, behind = car(1, placed(0, 8), track_id=0), car(2, placed(0, 30), track_id=1)
    seen, hidden = labels(front, behind)
    assert seen.visibility == 1
    assert hidden.bbox is not None
    assert hidden.bbox_visible is None
    assert hidden.segmentation is None
    assert (hidden.area, hidden.visibility, hidden.occlusion_level) == (0, 0.0, 3)
    assert (hidden.iscrowd, hidden.ignore_reason) == (1, "hidden")


def test_a_single_visible_pixel_is_not_hidden():
    near = car(1, placed(0, 3.2))
    camera = view(width=1200, height=400, focal=700.0)
    ids = np.zeros((400, 1200), np.int32)
    ids[300, 600] = 1
    (label,) = labels(near, camera=camera, ids=ids)
    assert label.area == 1
    assert label.visibility == 0  # as rounded
    assert (label.occlusion_level, label.ignore_reason) == (2, "visibility")
    assert decode(label).sum() == 1


def test_two_touching_cars_share_no_pixel():
    left, right = car(1, placed(-0.9, 10), track_id=0), car(2, placed(0.9, 10), track_id=1)
    a, b = labels(left, right)
    assert not (decode(a) & decode(b)).any()
    assert (decode(a) | decode(b)).sum() == a.area + b.area
    assert a.bbox_visible[0] + a.bbox_visible[2] == b.bbox_visible[0]


def test_a_small_car_is_ignored_for_its_height():
    (label,) = labels(car(1, placed(0, 45)))  # 1.5 m / 43 m × 175 px = 6.1 px
    assert label.bbox[3] == 6
    assert (label.iscrowd, label.ignore_reason) == (1, "height")


def test_cars_outside_the_image_have_no_record():
    assert labels(car(1, placed(40, 10)), car(2, placed(0, -10))) == ()


def test_a_car_keeps_its_track_when_it_leaves_and_comes_back():
    tracks = []
    for x in (0, 40, 0):
        annotations = labels(car(5, placed(x, 10), track_id=4), car(6, placed(-3, 10), track_id=9))
        tracks.append([a.track_id for a in annotations])
    assert tracks == [[4, 9], [9], [4, 9]]


def test_bbox_visible_by_config():
    config = LabelConfig(
        bbox="visible",
        segmentation="rle",
        occlusion_visibility=(0.8, 0.4),
        min_height_px=10,
        min_visibility=0.1,
    )
    cars = (
        car(1, placed(0, 8), track_id=0),
        car(2, placed(1.5, 16), track_id=1),
        car(3, placed(0, 30), track_id=2),
    )
    front, behind, hidden = labels(*cars, config=config)
    assert front.bbox == front.bbox_visible
    assert behind.bbox == behind.bbox_visible != labels(*cars)[1].bbox
    assert hidden.bbox is None


def test_an_id_image_of_another_size_is_refused():
    with pytest.raises(ValueError, match="id image of"):
        labels(car(1, placed(0, 10)), ids=np.zeros((40, 40), np.int32))


@pytest.mark.parametrize(
    ("seen", "level"), [(1.0, 0), (0.8, 0), (0.79, 1), (0.4, 1), (0.39, 2), (0.0001, 2), (0.0, 3)]
)
def test_occlusion_levels(seen, level):
    assert occlusion_level(seen, (0.8, 0.4)) == level


@pytest.mark.parametrize(
    ("seen", "height", "reason"),
    [
        (1, 10, None),
        (1, 9.9, "height"),
        (0.1, 10, None),
        (0.09, 10, "visibility"),
        (0.09, 9, "height"),
        (0, 9, "hidden"),
    ],
)
def test_ignore_reasons(seen, height, reason):
    assert ignore_reason(seen, height, min_visibility=0.1, min_height_px=10) == reason
