"""export_kitti: read back by a parser of its own, and projected as KITTI's devkit does."""

import math

import numpy as np
import pytest
from frames import annotation, parked, record, rectangle
from hypothesis import given
from hypothesis import strategies as st

from scenegen.dataset.kitti import export_kitti, kitti_calibration, kitti_labels
from scenegen.dataset.records import CATEGORIES
from scenegen.dataset.store import FrameStore
from scenegen.labels.silhouette import silhouette
from scenegen.scene import View

FIELDS = (
    "type truncated occluded alpha left top right bottom height width length x y z rotation_y".split()  # noqa: SIM905
)


def parse(text):
    rows = []
    for line in text.splitlines():
        values = line.split(" ")
        assert len(values) == 15
        rows.append(dict(zip(FIELDS, [values[0], *map(float, values[1:])], strict=True)))
    return rows


def parse_calibration(text):
    lines = (line.split(": ") for line in text.splitlines())
    return {name: np.array(values.split(" "), float) for name, values in lines}


def project(row, P):
    """computeBox3D.m and projectToImage.m of KITTI's devkit."""
    c, s = math.cos(row["rotation_y"]), math.sin(row["rotation_y"])
    h, w, length = row["height"], row["width"], row["length"]
    corners = np.array(
        [
            [length / 2, length / 2, -length / 2, -length / 2] * 2,
            [0, 0, 0, 0, -h, -h, -h, -h],
            [w / 2, -w / 2, -w / 2, w / 2] * 2,
        ]
    )
    rotation = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    points = rotation @ corners + np.array([[row["x"]], [row["y"]], [row["z"]]])
    image = P.reshape(3, 4) @ np.vstack([points, np.ones(8)])
    return image[:2] / image[2]


def test_files_of_a_frame(tmp_path):
    store = FrameStore(tmp_path)
    store.commit(record(1003, annotation(rectangle(20, 30, 40, 20))), {})
    store.commit(record(1004), {})
    export_kitti(store, store.committed())
    assert len(parse((tmp_path / "label_2/001/000001003.txt").read_text())) == 1
    assert (tmp_path / "label_2/001/000001004.txt").read_text() == ""
    assert set(parse_calibration((tmp_path / "calib/001/000001004.txt").read_text())) == {
        "P0", "P1", "P2", "P3", "R0_rect", "Tr_velo_to_cam", "Tr_imu_to_velo",
    }  # fmt: skip


def test_every_field_is_the_records(tmp_path):
    cuboid = parked()
    car = annotation(rectangle(20, 30, 40, 20), truncation=0.25, occlusion_level=1, cuboid=cuboid)
    (row,) = parse(kitti_labels(record(0, car)))
    assert row["type"] == "Car"
    assert (row["truncated"], row["occluded"]) == (0.25, 1)
    assert (row["left"], row["top"], row["right"], row["bottom"]) == (20, 30, 59, 49)  # the last pixels
    assert (row["height"], row["width"], row["length"]) == (1.5, 1.8, 4.0)
    assert (row["x"], row["y"], row["z"]) == cuboid.location
    assert (row["rotation_y"], row["alpha"]) == (cuboid.rotation_y, cuboid.alpha)


def test_every_category_has_a_type_of_kittis():
    users = [annotation(rectangle(20, 30, 40, 20), category_id=id) for id in CATEGORIES]
    rows = parse(kitti_labels(record(0, *users)))
    assert [row["type"] for row in rows] == ["Car", "Truck", "Misc", "Misc", "Cyclist", "Pedestrian"]


def test_alpha_follows_from_rotation_and_location():
    (row,) = parse(
        kitti_labels(record(0, annotation(rectangle(20, 30, 40, 20), cuboid=parked(x=5, ahead=9))))
    )
    assert row["alpha"] == pytest.approx(row["rotation_y"] - math.atan2(row["x"], row["z"]), abs=1e-4)


def test_hidden_cars_are_left_out_and_barely_seen_ones_unknown():
    rows = parse(
        kitti_labels(
            record(
                0,
                annotation(track_id=0),
                annotation(
                    rectangle(1, 1, 9, 9),
                    track_id=1,
                    occlusion_level=2,
                    iscrowd=1,
                    ignore_reason="visibility",
                ),
                annotation(rectangle(1, 1, 9, 4), track_id=2, iscrowd=1, ignore_reason="height"),
            )
        )
    )
    assert [row["occluded"] for row in rows] == [3, 0]


def box_errors(x, ahead, heading):
    """(2, 2) the label's left, top and right, bottom against the projected cuboid, for a car that is one."""
    cuboid = parked(x, ahead, heading)
    frame = record(0)
    view = View(np.array(frame.K), np.eye(4), 10_000, 10_000)  # camera coordinates, no edge in the way
    view.K[:2, 2] = 5000
    faces = np.array([[i, j, k] for i in range(8) for j in range(i) for k in range(j)])  # fills the hull
    left, top, w, h = silhouette(np.array(cuboid.corners), faces, view).full_box
    dx, dy = 5000 - frame.K[0][2], 5000 - frame.K[1][2]
    car = annotation(rectangle(0, 0, 1, 1), cuboid=cuboid, bbox=(left - dx, top - dy, w, h))
    (row,) = parse(kitti_labels(record(0, car)))
    pixels = project(row, parse_calibration(kitti_calibration(frame))["P2"])
    label = np.array([[row["left"], row["top"]], [row["right"], row["bottom"]]])
    return label - np.stack([pixels.min(axis=1), pixels.max(axis=1)])


@given(st.floats(-6, 6), st.floats(7, 40), st.floats(0, 360))
def test_the_calibration_projects_the_3d_box_onto_the_2d_box(x, ahead, heading):
    errors = box_errors(x, ahead, heading)
    assert (errors[0] > -0.01).all()  # the first and last pixel lie within: their centres are covered
    assert (errors[1] < 0.01).all()
    assert np.abs(errors).max() < 2.5  # a sharp tip may miss two centres


def test_neither_side_is_half_a_pixel_off():
    """Pixel centres lie at integers: the first and last covered ones miss both sides by half a pixel."""
    errors = np.mean([box_errors(0.13 * i - 4, 7 + 0.41 * i, 29 * i) for i in range(64)], axis=0)
    assert np.abs(errors[0] + errors[1]).max() < 0.25


def test_the_calibration():
    matrices = parse_calibration(kitti_calibration(record(0)))
    P2 = matrices["P2"].reshape(3, 4)
    assert P2.tolist() == [[175, 0, 149.5, 0], [0, 175, 49.5, 0], [0, 0, 1, 0]]
    for name in ("P0", "P1", "P3"):
        assert (matrices[name] == matrices["P2"]).all()
    assert (matrices["R0_rect"].reshape(3, 3) == np.eye(3)).all()
    ahead, left, up = matrices["Tr_velo_to_cam"].reshape(3, 4)[:, :3].T
    assert ahead.tolist() == [0, 0, 1]
    assert left.tolist() == [-1, 0, 0]
    assert up.tolist() == [0, -1, 0]


def test_kittis_own_labels_obey_what_ours_are_held_to(kitti):
    """The parser, alpha's formula and the projection above, and the calibration's names and sizes."""
    ours = parse_calibration(kitti_calibration(record(0)))
    offsets = []
    for path in sorted((kitti / "training/label_2").glob("*.txt"))[:100]:
        theirs = parse_calibration((kitti / "training/calib" / path.name).read_text().strip())
        assert {name: theirs[name].shape for name in ours} == {name: ours[name].shape for name in ours}
        for row in parse(path.read_text()):
            if row["type"] == "Car":
                ray = math.atan2(row["x"], row["z"])
                assert math.cos(row["alpha"] - row["rotation_y"] + ray) > math.cos(0.1)
            if row["type"] == "Car" and row["truncated"] == row["occluded"] == 0 and row["z"] > 8:
                pixels = project(row, theirs["P2"])
                box = np.array([[row["left"], row["top"]], [row["right"], row["bottom"]]])
                offsets.append(np.stack([pixels.min(axis=1), pixels.max(axis=1)]) - box)
    assert len(offsets) > 50
    assert np.abs(np.median(offsets, axis=0)).max() < 2.5
