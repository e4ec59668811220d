"""silhouette: against ray casting, convex hulls, wider images and areas known by formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapes import BOX_FACES, box, car, cast, padded, placed, view

from scenegen.labels import silhouette as module
from scenegen.labels.silhouette import silhouette
from scenegen.scene import View

SMALL = view(width=24, height=16, focal=14.0)
COORDINATES = st.floats(-6, 6, width=32)


def inside(shape, of: View):
    return shape.on_image(of.width, of.height)


@given(arrays(np.float64, st.tuples(st.integers(3, 9), st.just(3)), elements=COORDINATES), st.data())
def test_random_triangles_cover_what_rays_hit(vertices, data):
    """Triangles anywhere: before, behind and across the camera plane and the image's edges."""
    index = st.integers(0, len(vertices) - 1)
    faces = np.array(data.draw(st.lists(st.tuples(index, index, index), min_size=1, max_size=6)))
    depth, certain = cast(vertices, faces, SMALL)
    mask = inside(silhouette(vertices, faces, SMALL), SMALL)
    assert (mask == np.isfinite(depth))[certain].all()


@given(st.floats(-8, 8), st.floats(-5, 15), st.floats(0, 360))
def test_a_box_anywhere_covers_what_rays_hit(x, y, heading):
    corners = car(1, placed(x, y, heading)).vertices_world
    depth, certain = cast(corners, BOX_FACES, SMALL)
    mask = inside(silhouette(corners, BOX_FACES, SMALL), SMALL)
    assert (mask == np.isfinite(depth))[certain].all()


@given(st.floats(-9, 9), st.floats(4, 15), st.floats(0, 360))
def test_the_full_silhouette_is_what_a_wider_image_shows(x, y, heading):
    narrow = view(width=60, height=20)
    margin = 400
    wide = padded(narrow, margin)
    # Off round numbers, where an edge runs through pixel centres and rounding says which side they are on.
    corners = car(1, placed(x + 1.37e-4, y + 2.91e-4, heading + 0.0173)).vertices_world
    shape, whole = silhouette(corners, BOX_FACES, narrow), silhouette(corners, BOX_FACES, wide)
    assert whole.inside_area == whole.full_area == shape.full_area
    left, top, w, h = shape.full_box
    assert whole.inside_box == (left + margin, top + margin, w, h)
    crop = inside(whole, wide)[margin:-margin, margin:-margin]
    assert (inside(shape, narrow) == crop).all()


@given(st.floats(-3, 3), st.floats(4, 15), st.floats(0, 360))
def test_a_box_is_the_convex_hull_of_its_corners(x, y, heading):
    camera = view()
    corners = car(1, placed(x, y, heading)).vertices_world
    points = corners @ np.linalg.inv(camera.pose)[:3, :3].T + np.linalg.inv(camera.pose)[:3, 3]
    pixels = (points @ camera.K.T)[:, :2] / points[:, 2:]
    u, v = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    distance = np.full(u.shape, np.inf)  # to the nearest of the lines that have all corners on one side
    for a in pixels:
        for b in pixels:
            normal = np.array([a[1] - b[1], b[0] - a[0]])
            if np.linalg.norm(normal) > 1e-9 and ((pixels - a) @ normal >= -1e-9).all():
                normal /= np.linalg.norm(normal)
                distance = np.minimum(distance, (u - a[0]) * normal[0] + (v - a[1]) * normal[1])
    mask = inside(silhouette(corners, BOX_FACES, camera), camera)
    assert mask[distance > 1e-6].all()
    assert not mask[distance < -1e-6].any()


@settings(max_examples=25)
@given(arrays(np.float64, (5, 7, 2), elements=st.floats(-0.45, 0.45)))
def test_neighbouring_triangles_leave_no_gap_between_them(jitter):
    """A crumpled sheet before the camera covers each pixel; drawn alone, its triangles share no pixel."""
    camera = View(np.array([[10.0, 0, 6], [0, 10, 4], [0, 0, 1]]), np.eye(4), 12, 8)
    row, column = np.meshgrid(np.arange(5), np.arange(7), indexing="ij")
    jitter[[0, -1]] = 0
    jitter[:, [0, -1]] = 0
    spread = np.stack([column - 3, row - 2], axis=-1) * 0.2 + jitter * 0.1
    vertices = np.concatenate([spread.reshape(-1, 2), np.ones((35, 1))], axis=1)
    corner = (row * 7 + column)[:-1, :-1].ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + 1, corner + 7], 1), np.stack([corner + 1, corner + 8, corner + 7], 1)]
    )
    assert inside(silhouette(vertices, faces, camera), camera).all()
    alone = sum(inside(silhouette(vertices, face[None], camera), camera).astype(int) for face in faces)
    assert (alone == 1).all()


@pytest.mark.parametrize("focal", [50.0, 700.0])
def test_a_plane_from_behind_the_camera_has_the_area_of_its_trapezium(focal):
    """A strip 2 m wide, 1 m below the camera, from 5 m behind to 5 m before it: cut at 0.1 m and at 5 m its
    image is as wide as it lies twice below the horizon, so that the area is the difference of two squares."""
    camera = View(np.array([[focal, 0, 60], [0, focal, 20], [0, 0, 1]]), np.eye(4), 120, 40)
    strip = np.array([[-1.0, 1, -5], [1, 1, -5], [1, 1, 5], [-1, 1, 5]])
    shape = silhouette(strip, np.array([[0, 1, 2], [0, 2, 3]]), camera)
    assert shape.full_area == pytest.approx((focal / 0.1) ** 2 - (focal / 5) ** 2, rel=3e-3)
    box = (60 - focal * 10, 20 + focal / 5, focal * 20, focal * 10 - focal / 5)
    assert shape.full_box == pytest.approx(box, abs=1)


def test_a_reduced_canvas_measures_like_an_exact_one(monkeypatch):
    corners = car(1, placed(0.4, 1.0, 80)).vertices_world  # half behind the camera
    close = view(width=1200, height=400, focal=300.0, height_m=0.8)
    reduced = silhouette(corners, BOX_FACES, close)
    monkeypatch.setattr(module, "MAX_CANVAS_PX", 10**9)
    exact = silhouette(corners, BOX_FACES, close)
    assert exact.full_area > 2**20
    assert reduced.full_area != exact.full_area
    assert reduced.full_area == pytest.approx(exact.full_area, rel=1e-3)
    assert reduced.full_box == pytest.approx(exact.full_box, abs=1)
    assert reduced.inside_box == exact.inside_box
    assert reduced.inside_area == exact.inside_area


@pytest.mark.parametrize(("x", "y"), [(0, -10), (30, 5), (-30, 5), (0, -2.1)])
def test_a_car_outside_the_image_has_nothing_inside(x, y):
    shape = silhouette(car(1, placed(x, y)).vertices_world, BOX_FACES, view())
    assert shape.inside_box is None
    assert shape.inside_area == 0
    assert not inside(shape, view()).any()


def test_a_car_six_pixels_high():
    camera = view(width=1200, height=400, focal=700.0)
    corners = car(
        1, placed(20, 174.5)
    ).vertices_world  # its near face is 1.5 m / 172.5 m × 700 px = 6.09 px high
    depth, _ = cast(corners, BOX_FACES, camera)
    shape = silhouette(corners, BOX_FACES, camera)
    assert shape.inside_box[3] == 6
    assert (inside(shape, camera) == np.isfinite(depth)).all()


def test_winding_does_not_matter():
    corners = box() + np.array([0, 6, 0])
    forward = silhouette(corners, BOX_FACES, view())
    backward = silhouette(corners, BOX_FACES[:, ::-1], view())
    assert (forward.mask == backward.mask).all()


def test_a_mesh_smaller_than_a_pixel_may_cover_no_centre():
    speck = silhouette(box() * 0.001 + np.array([0.01, 6, 1.51]), BOX_FACES, view())
    assert speck.full_box is None
    assert speck.full_area == 0
