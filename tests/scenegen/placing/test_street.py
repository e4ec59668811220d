"""The street as placed: heights, cars on slopes, what keeps off side roads, signs, far scenery."""

import math

import msgspec
import numpy as np
import pytest

from assets.build import build
from assets.signs import CATALOGUE
from assets.street.junction import along_at, on_side_road
from assets.street.land import level
from assets.street.params import (
    BarrierParams,
    BuildingParams,
    HorizonParams,
    JunctionParams,
    PostParams,
    RoadParams,
    TreeParams,
)
from assets.street.road import elevation, half_widths, lane_centre, slope, to_road, to_world
from randomizers.recipe import sample_scene
from randomizers.spec import Scenery
from scenegen.assemble import assemble
from scenegen.compose import compose
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import ground_height, on_road
from scenegen.placing.roadway import stands_on_road

FULL = compose(["randomizer=structured"]).randomizer
STANDING = (BuildingParams, TreeParams, PostParams, BarrierParams)


def road(**changes):
    plain = RoadParams(
        forward_lanes=1,
        oncoming_lanes=1,
        lane_width_m=3.3,
        curvature=0.01,
        parking_left=False,
        parking_right=True,
        parking_width_m=2.3,
        pavement_width_m=2.0,
        kerb_height_m=0.12,
        grade=0.06,
        vertical_curvature=-0.001,
        junction=JunctionParams(at_m=30.0, width_m=7.0, left=True, right=True),
    )
    return msgspec.structs.replace(plain, **changes)


def test_kerbs_are_a_step_except_in_a_side_roads_mouth():
    street = road()
    left, _ = half_widths(street)
    assert ground_height(street, 10.0, left + 0.1) == pytest.approx(float(elevation(street, 10.0)) + 0.12)
    assert ground_height(street, 30.0, left + 0.1) == pytest.approx(float(elevation(street, 30.0)))
    assert ground_height(None, 30.0, 5.0) == 0


@pytest.mark.parametrize("turn_deg", [0.0, 90.0, 180.0, -37.0])
@pytest.mark.parametrize(("along", "left"), [(20.0, 1.5), (45.0, -1.5), (30.0, 20.0)])
def test_a_cars_wheels_all_touch_the_road(along, left, turn_deg):
    street = road()
    matrix = on_road(street, along, left, math.radians(turn_deg))
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1)
    heading = to_world(street, along, left)[2] + math.radians(turn_deg)
    assert math.atan2(matrix[1, 0], matrix[0, 0]) % math.tau == pytest.approx(float(heading) % math.tau)
    for wheel in ((1.3, 0.8), (1.3, -0.8), (-1.3, 0.8), (-1.3, -0.8)):
        x, y, z = matrix[:3, :3] @ [*wheel, 0.0] + matrix[:3, 3]
        assert z == pytest.approx(float(elevation(street, to_road(street, x, y)[0])), abs=0.01)


def test_the_camera_rides_above_the_road_and_looks_along_its_slope():
    spec = sample_scene(FULL, 0, 3, 1, 640, 214)
    street = road(junction=None)
    camera = msgspec.structs.replace(spec.camera, pan_deg=0, tilt_deg=0, roll_deg=0, height_m=1.6, offset_m=0)
    motion = msgspec.structs.replace(spec.motion, camera_speed_mps=10.0)
    spec = msgspec.structs.replace(
        spec,
        camera=camera,
        motion=motion,
        time_s=2.0,
        placement=msgspec.structs.replace(spec.placement, road=street),
    )
    pose = assemble(spec).view.pose
    s, d = to_road(street, *pose[:2, 3])
    assert (float(s), float(d)) == pytest.approx((20.0, lane_centre(street, 0)))
    assert pose[2, 3] == pytest.approx(float(elevation(street, 20.0)) + 1.6)
    steep = float(slope(street, 20.0)) / (1 - street.curvature * d)
    assert pose[2, 2] / np.hypot(*pose[:2, 2]) == pytest.approx(steep)


def test_footprints_on_a_side_road_are_seen():
    street = road(curvature=0.0)
    at = lambda x, y: Footprint(x, y, 0.0, 0.4, 0.4)  # noqa: E731
    assert stands_on_road(street, at(30.0, 20.0))
    assert not stands_on_road(street, at(36.0, 20.0))
    assert stands_on_road(street, at(34.5, 20.0), margin_m=2.0)
    assert stands_on_road(street, Footprint(30.0, 15.0, 0.0, 30.0, 10.0))  # a house across it
    assert not stands_on_road(road(curvature=0.0, junction=None), at(30.0, 20.0))


def scenes_with_side_roads(count):
    found = []
    for frame in range(400):
        spec = sample_scene(FULL, 3, frame, 1, 640, 214)
        if spec.placement.road.junction is not None:
            found.append((spec, assemble(spec)))
        if len(found) == count:
            return found
    raise AssertionError("too few side roads")


def test_nothing_stands_on_any_carriageway():
    for spec, scene in scenes_with_side_roads(15):
        street = spec.placement.road
        left, right = half_widths(street)
        for thing in scene.instances:
            if thing.semantic == "distractor":
                s, d = to_road(street, *thing.matrix[:2, 3])
                assert not on_side_road(street, s, d) and not right < d < left
            if not isinstance(thing.shape, STANDING):
                continue
            vertices = build(thing.shape).vertices
            low = vertices[vertices[:, 2] < 0.6]
            world = low @ thing.matrix[:3, :3].T + thing.matrix[:3, 3]
            s, d = to_road(street, world[:, 0], world[:, 1])
            assert not on_side_road(street, s, d).any(), thing.shape
            assert ((d > left - 0.1) | (d < right + 0.1)).all(), thing.shape


def test_cars_at_junctions_stand_on_the_carriageways():
    seen = 0
    for spec, _ in scenes_with_side_roads(40):
        street = spec.placement.road
        left, right = half_widths(street)
        for pose in spec.placement.cars:
            v = abs(float(along_at(street, street.junction, 0.0, pose.left_m)) - pose.along_m)
            beyond = pose.left_m > left + 1 or pose.left_m < right - 1
            there = street.junction.left if pose.left_m > 0 else street.junction.right
            if there and beyond and v < street.junction.width_m / 2:
                assert on_side_road(street, pose.along_m, pose.left_m)
                seen += 1
    assert seen > 10


def test_a_sign_carries_the_picture_of_its_outline():
    signs = 0
    for frame in range(10):
        for thing in assemble(sample_scene(FULL, 1, frame, 1, 640, 214)).instances:
            if isinstance(thing.shape, PostParams) and thing.shape.kind == "sign":
                texture = thing.surfaces["sign_face"].texture
                assert texture is not None and texture.kind == "sign"
                assert texture.seed == thing.shape.seed % len(CATALOGUE)
                signs += 1
    assert signs > 5


def test_signs_and_lights_face_the_traffic_of_their_side():
    seen = set()
    for frame in range(20):
        spec = sample_scene(FULL, 6, frame, 1, 640, 214)
        for thing in assemble(spec).instances:
            if not isinstance(thing.shape, PostParams) or thing.semantic != "sign":
                continue
            s, d = to_road(spec.placement.road, *thing.matrix[:2, 3])
            heading = float(to_world(spec.placement.road, s, d)[2])
            driven = np.array([math.cos(heading), math.sin(heading)]) * (1 if d < 0 else -1)
            assert -thing.matrix[:2, 0] @ driven == pytest.approx(-1)  # faces look to the shape's -x
            seen.add(bool(d < 0))
    assert seen == {True, False}


def beside(*shapes, beyond):
    """A straight street with these at its right, 20 m along it, each so far beyond the pavement."""
    spec = sample_scene(FULL, 0, 3, 1, 640, 214)
    things = tuple(
        Scenery(
            shape=shape,
            side=-1,
            along_m=20.0,
            beyond_m=distance,
            heading_deg=180.0 if isinstance(shape, BuildingParams) else 0.0,  # its front to the road
            color=(0.2, 0.4, 0.1),
            texture_slot=-1,
        )
        for shape, distance in zip(shapes, beyond, strict=True)
    )
    replace = msgspec.structs.replace
    return replace(
        spec,
        cars=(),
        traffic=(),
        distractors=(),
        background=replace(spec.background, scenery=things, horizons=()),
        placement=replace(spec.placement, road=road(curvature=0.0, junction=None)),
    )


HOUSE = BuildingParams(
    frontage_m=10.0, depth_m=8.0, floors=2, floor_height_m=3.0, window_columns=3, roof="gable", seed=1
)


@pytest.mark.parametrize(
    ("thing", "distance", "stands"),
    [
        (TreeParams(kind="column", height_m=9.0, crown_m=2.0, seed=1), 1.2, False),
        (TreeParams(kind="column", height_m=9.0, crown_m=2.0, seed=1), 0.5, True),
        (TreeParams(kind="round", height_m=7.0, crown_m=4.0, seed=1), 0.9, False),
        (TreeParams(kind="round", height_m=7.0, crown_m=4.0, seed=1), 0.3, True),
        (BarrierParams(kind="hedge", length_m=5.0, height_m=1.5, seed=1), 1.2, False),
        (BarrierParams(kind="hedge", length_m=5.0, height_m=1.5, seed=1), 0.4, True),
    ],
)
def test_nothing_grows_out_of_walls_or_fences_in_a_door(thing, distance, stands):
    shapes = [instance.shape for instance in assemble(beside(HOUSE, thing, beyond=(2.0, distance))).instances]
    assert HOUSE in shapes
    assert (thing in shapes) == stands


def test_a_crown_is_darker_inside():
    tree = TreeParams(kind="round", height_m=7.0, crown_m=4.0, seed=1)
    spec = beside(tree, beyond=(3.0,))
    (surfaces,) = (it.surfaces for it in assemble(spec).instances if it.shape == tree)
    assert set(surfaces) == set(build(tree).slots) - {"trunk"}
    assert max(surfaces["leaves_dark"].color) < max(surfaces["leaves"].color)


def test_far_scenery_lies_behind_everything_else():
    rings = 0
    for frame in range(12):
        spec = sample_scene(FULL, 1, frame, 1, 640, 214)
        scene = assemble(spec)
        reach = [np.hypot(*thing.matrix[:2, 3]) for thing in scene.instances]
        for thing in scene.instances:
            if isinstance(thing.shape, HorizonParams):
                rings += 1
                assert thing.shape.radius_m > max(reach) + 30
                assert thing.matrix[2, 3] == level(spec.placement.road)
                assert set(thing.surfaces) == set(build(thing.shape).slots)
    assert rings > 5
