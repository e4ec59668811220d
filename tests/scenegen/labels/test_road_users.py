"""Labels of a truck on its wheels: boxes, mask and cuboid against projections made here by hand."""

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from shapes import cast, placed, view

from assets.build import build
from assets.stream import Stream
from assets.traffic.sample import sample_traffic_shape
from scenegen.config import LabelConfig
from scenegen.labels.annotate import RoadUser, annotate

CONFIG = LabelConfig(
    bbox="amodal", segmentation="rle", occlusion_visibility=(0.8, 0.4), min_height_px=10, min_visibility=0.1
)
TRUCK = sample_traffic_shape(Stream(2), {"truck": 1.0})
MESH = build(TRUCK)
CAMERA = view(width=160, height=60, focal=100.0)


def truck(matrix: np.ndarray) -> RoadUser:
    return RoadUser(
        id=103,
        track_id=102,
        category_id=2,
        vertices_world=MESH.vertices @ matrix[:3, :3].T + matrix[:3, 3],
        faces=MESH.faces,
        matrix=matrix,
        length=TRUCK.length_m,
        width=TRUCK.width_m,
        height=TRUCK.height_m,
        model_id=f"truck-{TRUCK.seed}",
        style="truck",
    )


def project(points: np.ndarray) -> np.ndarray:
    """Pixels by the pinhole equations: the camera looks along world +y from 1.5 m up."""
    x, y, z = points.T
    return np.stack([80 + 100 * x / y, 30 - 100 * (z - 1.5) / y], axis=1)


@pytest.mark.parametrize(("x", "ahead", "heading"), [(1.0, 18.0, 60.0), (-3.0, 25.0, 200.0)])
def test_a_truck_in_full_view(x: float, ahead: float, heading: float) -> None:
    user = truck(placed(x, ahead, heading))
    seen = np.isfinite(cast(user.vertices_world, user.faces, CAMERA)[0])
    (label,) = annotate([user], np.where(seen, user.id, 0), CAMERA, CONFIG)
    assert (label.category_id, label.track_id, label.style) == (2, 102, "truck")
    pixels = project(user.vertices_world.astype(float))
    left, top, w, h = label.bbox_full
    np.testing.assert_allclose(
        [left, top, left + w, top + h], [*pixels.min(axis=0), *pixels.max(axis=0)], atol=1.0
    )
    mask = coco_mask.decode({"size": list(label.segmentation.size), "counts": label.segmentation.counts})
    assert (mask.astype(bool) == seen).all()
    assert (label.iscrowd, label.truncation) == (0, 0.0)
    assert label.visibility == pytest.approx(1, abs=0.01)
    assert label.cuboid.dimensions == pytest.approx((TRUCK.height_m, TRUCK.width_m, TRUCK.length_m), abs=1e-4)
    corners = project(np.array(label.cuboid.corners) @ [[1, 0, 0], [0, 0, -1], [0, 1, 0]] + [0, 0, 1.5])
    outside = np.maximum(corners.min(axis=0) - pixels.min(axis=0), pixels.max(axis=0) - corners.max(axis=0))
    assert outside.max() < 100 * 0.3 / (ahead - 5)  # mirrors alone stand out of it


def test_a_truck_beyond_the_frame_is_truncated() -> None:
    user = truck(placed(11.0, 14.0, 90.0))
    seen = np.isfinite(cast(user.vertices_world, user.faces, CAMERA)[0])
    (label,) = annotate([user], np.where(seen, user.id, 0), CAMERA, CONFIG)
    assert 0.1 < label.truncation < 1
    assert label.bbox[0] + label.bbox[2] == CAMERA.width
