"""Assembly: rigid placement, cars in their lanes, KITTI's camera axes, and what is left out."""

import math
from collections.abc import Iterable

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.build import build
from assets.street.params import BuildingParams, RoadParams
from assets.street.road import elevation, half_widths, lane_centre, to_road, to_world
from assets.traffic.params import TRAFFIC_KINDS
from randomizers.recipe import sample_scene
from randomizers.spec import CarPose, SceneSpec
from scenegen.assemble import FIRST_OTHER_ID, FIRST_TRAFFIC_ID, assemble
from scenegen.compose import compose
from scenegen.placing.distractors import MAX_COVER, frame_cover
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import left_of_centreline
from scenegen.scene import SEMANTICS, Instance, Scene

FULL = compose(["randomizer=full"]).randomizer
seeds, frames = st.integers(0, 2**31), st.integers(0, 10**6)


def scene_of(recipe: str, start: int = 0) -> SceneSpec:
    """The first full scene of a recipe from frame `start` on that has at least four cars."""
    for frame in range(start, start + 200):
        spec = sample_scene(FULL, 0, frame, 1, 1200, 400)
        if spec.recipe == recipe and len(spec.cars) >= 4:
            return spec
    raise AssertionError(f"no {recipe} scene with four cars in 200 frames")


def cars_of(scene: Scene) -> list[Instance]:
    return [instance for instance in scene.instances if instance.car_slot is not None]


def with_poses(spec: SceneSpec, poses: Iterable[CarPose]) -> SceneSpec:
    poses = tuple(poses)
    placement = msgspec.structs.replace(spec.placement, cars=poses)
    return msgspec.structs.replace(spec, placement=placement, cars=spec.cars[: len(poses)])


def pose(along: float, left: float, heading: float = 0.0) -> CarPose:
    return CarPose(along_m=along, left_m=left, heading_deg=heading)


def road(**changes: object) -> RoadParams:
    plain = RoadParams(
        forward_lanes=2,
        oncoming_lanes=1,
        lane_width_m=3.3,
        curvature=0.0,
        parking_left=False,
        parking_right=True,
        parking_width_m=2.3,
        pavement_width_m=2.0,
        kerb_height_m=0.12,
    )
    return msgspec.structs.replace(plain, **changes)


def on_road(street: RoadParams, poses: Iterable[CarPose]) -> SceneSpec:
    """A structured scene with its cars and road replaced, and the camera in the first lane, level."""
    spec = with_poses(scene_of("structured"), poses)
    camera = msgspec.structs.replace(
        spec.camera, lane_fraction=0.0, offset_m=0.0, height_m=1.65, pan_deg=0, tilt_deg=0, roll_deg=0
    )
    placement = msgspec.structs.replace(spec.placement, road=street)
    return msgspec.structs.replace(spec, placement=placement, camera=camera)


@settings(max_examples=40)
@given(seed=seeds, frame=frames)
def test_every_scene_is_well_formed(seed: int, frame: int) -> None:
    spec = sample_scene(FULL, seed, frame, 1, 1200, 400)
    scene = assemble(spec)
    ids = [instance.id for instance in scene.instances]
    assert len(set(ids)) == len(ids) and min(ids, default=1) >= 1
    for instance in scene.instances:
        assert instance.semantic in SEMANTICS
        linear = instance.matrix[:3, :3]
        size = np.cbrt(np.linalg.det(linear))
        np.testing.assert_allclose(linear @ linear.T, size**2 * np.eye(3), atol=1e-9)
        assert instance.semantic == "distractor" or size == pytest.approx(1)
        np.testing.assert_array_equal(instance.matrix[3], [0, 0, 0, 1])
        if instance.semantic == "car":
            assert instance.id == instance.car_slot + 1 < FIRST_TRAFFIC_ID
        elif instance.semantic in TRAFFIC_KINDS:
            assert instance.id == FIRST_TRAFFIC_ID + instance.traffic_slot < FIRST_OTHER_ID
        else:
            assert instance.car_slot is None and instance.id >= FIRST_OTHER_ID
    rotation = scene.view.pose[:3, :3]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert (scene.backdrop is None) == (spec.recipe == "structured")


@settings(max_examples=40)
@given(seed=seeds, frame=frames)
def test_no_two_things_share_the_ground(seed: int, frame: int) -> None:
    scene = assemble(sample_scene(FULL, seed, frame, 1, 1200, 400))
    cars = [
        Footprint(
            c.matrix[0, 3],
            c.matrix[1, 3],
            math.atan2(c.matrix[1, 0], c.matrix[0, 0]),
            c.shape.length_m,
            c.shape.width_m,
        )
        for c in cars_of(scene)
    ]
    assert not any(a.overlaps(b) for i, a in enumerate(cars) for b in cars[:i])
    camera = scene.view.pose[:2, 3]
    assert all(car.distance_to(*camera) > 0.5 for car in cars)


def test_assembly_has_no_chance() -> None:
    spec = scene_of("structured")
    first, second = assemble(spec), assemble(spec)
    assert [i.id for i in first.instances] == [i.id for i in second.instances]
    for a, b in zip(first.instances, second.instances, strict=True):
        np.testing.assert_array_equal(a.matrix, b.matrix)
        assert (a.shape, a.surfaces) == (b.shape, b.surfaces)


@pytest.mark.parametrize("curvature", [0.0, 0.01, -0.008])
def test_cars_stand_in_their_lane_and_head_along_it(curvature: float) -> None:
    street = road(curvature=curvature)
    poses = [
        pose(20.0, lane_centre(street, 0)),
        pose(30.0, lane_centre(street, 1)),
        pose(25.0, lane_centre(street, 2), 180.0),
    ]
    cars = cars_of(assemble(on_road(street, poses)))
    assert [car.car_slot for car in cars] == [0, 1, 2]
    for car, stood in zip(cars, poses, strict=True):
        x, y, z = car.matrix[:3, 3]
        ideal_x, ideal_y, heading = to_world(street, stood.along_m, stood.left_m)
        assert (x, y, z) == pytest.approx((float(ideal_x), float(ideal_y), 0.0))
        assert left_of_centreline(street, x, y) == pytest.approx(stood.left_m)
        forward = car.matrix[:3, 0]
        along = np.array([math.cos(heading), math.sin(heading), 0.0])
        assert forward @ along == pytest.approx(math.cos(math.radians(stood.heading_deg)))


def test_a_car_beyond_the_kerb_stands_on_it() -> None:
    left, _ = half_widths(road())
    (car,) = cars_of(assemble(on_road(road(), [pose(20.0, left + 6.0)])))
    bottom = car.matrix[2, 3]
    assert road().kerb_height_m <= bottom <= road().kerb_height_m + 0.2


def test_the_road_camera_has_kittis_axes() -> None:
    view = assemble(on_road(road(), [])).view
    np.testing.assert_allclose(view.pose[:3, 0], [0, -1, 0], atol=1e-12)  # x to the right of the road's +x
    np.testing.assert_allclose(view.pose[:3, 1], [0, 0, -1], atol=1e-12)  # y down
    np.testing.assert_allclose(view.pose[:3, 2], [1, 0, 0], atol=1e-12)  # z forward
    np.testing.assert_allclose(view.pose[:3, 3], [0, lane_centre(road(), 0), 1.65])
    np.testing.assert_allclose(view.K[:2, 2], [600, 200])
    assert view.K[0, 0] == view.K[1, 1]


@pytest.mark.parametrize(
    ("turn", "moves"),
    [({"pan_deg": 5.0}, (1, 0)), ({"tilt_deg": 5.0}, (0, 1))],  # what is ahead moves right; and down
)
def test_pan_is_to_the_left_and_tilt_is_up(turn: dict[str, float], moves: tuple[int, int]) -> None:
    spec = on_road(road(), [])
    turned = msgspec.structs.replace(spec, camera=msgspec.structs.replace(spec.camera, **turn))
    pose_ = assemble(turned).view.pose
    ahead = pose_[:3, :3].T @ np.array([1.0, 0.0, 0.0])
    np.testing.assert_allclose(ahead[:2], np.sin(np.radians(5)) * np.array(moves), atol=1e-12)


def test_roll_turns_the_camera_clockwise() -> None:
    spec = on_road(road(), [])
    rolled = msgspec.structs.replace(spec, camera=msgspec.structs.replace(spec.camera, roll_deg=10.0))
    assert assemble(rolled).view.pose[2, 0] == pytest.approx(-math.sin(math.radians(10)))  # right side dips


def test_the_orbit_camera_looks_at_the_cars_from_its_place() -> None:
    spec = scene_of("paper")
    camera = msgspec.structs.replace(
        spec.camera, azimuth_deg=90, elevation_deg=30, distance_m=20, pan_deg=0, tilt_deg=0, roll_deg=0
    )
    view = assemble(msgspec.structs.replace(spec, camera=camera)).view
    np.testing.assert_allclose(view.pose[:3, 3], [0, 20 * math.cos(math.pi / 6), 10.7], atol=1e-9)
    centre = view.pose[:3, :3].T @ (np.array([0, 0, 0.7]) - view.pose[:3, 3])
    np.testing.assert_allclose(centre, [0, 0, 20], atol=1e-9)
    assert view.pose[2, 0] == pytest.approx(0)  # a level horizon


def test_of_two_cars_in_one_place_the_earlier_stays() -> None:
    spec = with_poses(scene_of("paper"), [pose(0, 0), pose(0.5, 0.2, 40), pose(10, 0)])
    assert [car.car_slot for car in cars_of(assemble(spec))] == [0, 2]


def test_a_car_around_the_camera_is_left_out() -> None:
    street = road()
    ahead, far = pose(3.0, lane_centre(street, 0)), pose(15.0, lane_centre(street, 0))
    beside = pose(3.0, lane_centre(street, 1))
    assert [c.car_slot for c in cars_of(assemble(on_road(street, [ahead, far, beside])))] == [1, 2]


def test_scenery_never_stands_on_the_carriageway_or_in_a_car() -> None:
    for frame in range(60):
        spec = sample_scene(FULL, 1, frame, 1, 1200, 400)
        street = spec.placement.road
        if street is None:
            continue
        left, right = half_widths(street)
        for thing in assemble(spec).instances:
            if isinstance(thing.shape, BuildingParams):
                vertices = build(thing.shape).vertices
                low = vertices[vertices[:, 2] < 0.5]
                world = low @ thing.matrix[:3, :3].T + thing.matrix[:3, 3]
                offsets = np.array([left_of_centreline(street, x, y) for x, y in world[:, :2]])
                assert (
                    offsets.min() > left - 1 or offsets.max() < right + 1
                )  # sills and steps reach out a little


def test_buildings_face_the_road() -> None:
    spec = scene_of("structured")
    buildings = [thing for thing in spec.background.scenery if isinstance(thing.shape, BuildingParams)]
    assert buildings
    for thing in buildings:
        assert (thing.heading_deg == 0) == (
            thing.side == 1
        )  # the front is -y: towards the road from its left


@settings(max_examples=30)
@given(seed=seeds, frame=frames)
def test_no_distractor_hides_the_scene(seed: int, frame: int) -> None:
    scene = assemble(sample_scene(FULL, seed, frame, 1, 1200, 400))
    for thing in scene.instances:
        if thing.semantic == "distractor":
            size = float(np.cbrt(np.linalg.det(thing.matrix[:3, :3])))
            assert frame_cover(scene.view, thing.matrix[:3, 3], size / 2) <= MAX_COVER


def test_frame_cover_of_known_balls() -> None:
    view = assemble(on_road(road(), [])).view
    eye, ahead, left = view.pose[:3, 3], np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    assert frame_cover(view, eye + 0.5 * ahead, 0.2) == 1
    assert frame_cover(view, eye - 20 * ahead, 1) == 0
    assert frame_cover(view, eye + 20 * ahead + 60 * left, 1) == 0
    r = view.K[0, 0] * 1 / 19
    assert frame_cover(view, eye + 20 * ahead, 1) == pytest.approx((2 * r) ** 2 / (1200 * 400))


def test_standing_distractors_stand_on_the_pavement() -> None:
    checked = 0
    for frame in range(40):
        spec = sample_scene(FULL, 2, frame, 1, 1200, 400)
        street = spec.placement.road
        if street is None:
            continue
        left, right = half_widths(street)
        for thing in assemble(spec).instances:
            if thing.semantic == "distractor":
                world = build(thing.shape).vertices @ thing.matrix[:3, :3].T + thing.matrix[:3, 3]
                along, offset = (float(part) for part in to_road(street, *thing.matrix[:2, 3]))
                ground = float(elevation(street, along)) + street.kerb_height_m
                assert ground - 1e-5 <= world[:, 2].min() <= ground + 0.2
                assert offset > left or offset < right
                checked += 1
    assert checked > 10


def test_a_texture_takes_the_paints_place() -> None:
    spec = scene_of("paper")
    (car, *_) = cars_of(assemble(spec))
    assert car.surfaces["paint"].texture == spec.textures.cars[car.car_slot]
    assert car.surfaces["paint"].metallic == 0
    flat = msgspec.structs.replace(spec, textures=msgspec.structs.replace(spec.textures, cars=(None,) * 16))
    (car, *_) = cars_of(assemble(flat))
    assert car.surfaces["paint"].color == spec.paint[car.car_slot].color
    assert car.surfaces["paint"].metallic == spec.paint[car.car_slot].metallic


def moving(spec: SceneSpec, time_s: float) -> SceneSpec:
    motion = msgspec.structs.replace(
        spec.motion,
        car_speed_mps=tuple(float(i + 1) for i in range(16)),
        camera_speed_mps=8.0,
        camera_azimuth_rate_dps=10.0,
    )
    return msgspec.structs.replace(spec, motion=motion, time_s=time_s)


def test_traffic_follows_the_road_and_parked_cars_stay() -> None:
    street = road(curvature=0.01)
    right = half_widths(street)[1]
    poses = [
        pose(20.0, lane_centre(street, 0)),  # in the camera's lane: at its speed
        pose(20.0, lane_centre(street, 1)),  # lane 1: 2 m/s
        pose(30.0, lane_centre(street, 2), 180.0),  # lane 2: 3 m/s, towards the camera
        pose(12.0, right + street.parking_width_m / 2),
        pose(40.0, lane_centre(street, 0), 80.0),  # turning
    ]
    spec = on_road(street, poses)
    spec = msgspec.structs.replace(spec, cars=(spec.cars * 2)[:5])
    later = cars_of(assemble(moving(spec, 1.0)))
    expected = [28.0, 22.0, 27.0, 12.0, 40.0]
    assert [car.car_slot for car in later] == [0, 1, 2, 3, 4]
    for car, stood, along in zip(later, poses, expected, strict=True):
        x, y, _ = to_world(street, along, stood.left_m)
        assert car.matrix[:2, 3] == pytest.approx([float(x), float(y)])
    eye = assemble(moving(spec, 1.0)).view.pose[:2, 3]
    x, y, _ = to_world(street, 8.0, lane_centre(street, 0))
    assert eye == pytest.approx([float(x), float(y)])


def test_paper_cars_drive_where_they_head() -> None:
    spec = with_poses(scene_of("paper"), [pose(0, 0, 90), pose(8, 8, 180)])
    first, second = cars_of(assemble(moving(spec, 2.0)))
    np.testing.assert_allclose(first.matrix[:2, 3], [0, 2], atol=1e-9)
    np.testing.assert_allclose(second.matrix[:2, 3], [4, 8], atol=1e-9)


def test_a_road_camera_without_a_road_is_refused() -> None:
    paper, structured = scene_of("paper"), scene_of("structured")
    with pytest.raises(ValueError, match="needs a road"):
        assemble(msgspec.structs.replace(paper, camera=structured.camera))


@given(
    x=st.floats(-20, 20),
    y=st.floats(-20, 20),
    heading=st.floats(-4, 4),
    length=st.floats(0.5, 9),
    width=st.floats(0.5, 4),
)
def test_footprints_overlap_as_points_tell(
    x: float, y: float, heading: float, length: float, width: float
) -> None:
    """A point of one rectangle inside the other proves overlap; distance between circles disproves it."""
    a, b = Footprint(0, 0, 0.3, 4.5, 1.8), Footprint(x, y, heading, length, width)
    assert a.overlaps(b) == b.overlaps(a)
    u, v = np.meshgrid(np.linspace(-0.499, 0.499, 15) * length, np.linspace(-0.499, 0.499, 9) * width)
    points = np.stack(
        [
            x + u * math.cos(heading) - v * math.sin(heading),
            y + u * math.sin(heading) + v * math.cos(heading),
        ],
        -1,
    )
    gaps = [a.distance_to(px, py) for px, py in points.reshape(-1, 2)]
    if min(gaps) == 0 and not np.isclose(min(gaps), 1e-6):
        inside = [
            Footprint(0, 0, 0.3, 4.5 - 1e-6, 1.8 - 1e-6).distance_to(px, py) == 0
            for px, py in points.reshape(-1, 2)
        ]
        assert a.overlaps(b) or not any(inside)
    if min(gaps) > math.hypot(length / 14, width / 8):
        assert not a.overlaps(b)


@given(along=st.floats(-60, 200), left=st.floats(-15, 15), curvature=st.floats(-0.012, 0.012))
def test_left_of_centreline_inverts_to_world(along: float, left: float, curvature: float) -> None:
    street = road(curvature=curvature)
    x, y, _ = to_world(street, along, left)
    assert left_of_centreline(street, float(x), float(y)) == pytest.approx(left, abs=1e-6)
