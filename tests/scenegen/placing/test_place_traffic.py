"""Traffic: everybody in their strip of the road, in nobody's way, and moving as the clip does."""

import math

import msgspec
import numpy as np
import pytest

from assets.stream import Stream
from assets.street.params import RoadParams
from assets.street.road import half_widths, to_road
from assets.street.surface import outer_edge
from assets.traffic.params import TRAFFIC_KINDS, TrafficKind
from assets.traffic.sample import sample_traffic_shape
from randomizers.recipe import sample_scene
from randomizers.spec import CarPose, SceneSpec, TrafficUser
from scenegen.assemble import assemble
from scenegen.compose import compose
from scenegen.placing.footprint import Footprint
from scenegen.placing.strips import CYCLIST_MPS, PEDESTRIAN_MPS
from scenegen.placing.traffic import MAX_COVER, frame_share
from scenegen.scene import Instance, Scene

FULL = compose(["randomizer=full"]).randomizer
ROAD = RoadParams(
    forward_lanes=2,
    oncoming_lanes=1,
    lane_width_m=3.4,
    curvature=0.0,
    parking_left=False,
    parking_right=True,
    parking_width_m=2.3,
    pavement_width_m=2.4,
    kerb_height_m=0.12,
)
ONE_WAY = msgspec.structs.replace(ROAD, oncoming_lanes=0)


def user(
    kind: TrafficKind,
    along: float = 30.0,
    side: int = -1,
    across: float = 0.5,
    heading: float = 0.0,
    key: int = 1,
) -> TrafficUser:
    return TrafficUser(
        shape=sample_traffic_shape(Stream(key), {kind: 1.0}),
        along_m=along,
        side=1 if side > 0 else -1,
        across=across,
        heading_deg=heading,
        color=(0.5, 0.1, 0.1),
        second_color=(0.1, 0.1, 0.5),
        roughness=0.5,
    )


def street(
    *users: TrafficUser,
    road: RoadParams | None = ROAD,
    crossing: float | None = None,
    time_s: float = 0.0,
    speed: float = 8.0,
) -> SceneSpec:
    """A bare road with these users and the camera in its first lane, each lane faster by `speed`."""
    spec = next(
        s for s in (sample_scene(FULL, 0, f, 1, 1200, 400) for f in range(50)) if s.recipe == "structured"
    )
    replace = msgspec.structs.replace
    camera = replace(spec.camera, lane_fraction=0.0, offset_m=0.0, pan_deg=0.0, tilt_deg=0.0, roll_deg=0.0)
    speeds = tuple(speed * (1 + lane) for lane in range(16))
    motion = replace(spec.motion, car_speed_mps=speeds, camera_speed_mps=speed)
    return replace(
        spec,
        traffic=users,
        cars=(),
        distractors=(),
        camera=camera,
        motion=motion,
        time_s=time_s,
        ground=replace(spec.ground, crossing_at_m=crossing),
        placement=replace(spec.placement, road=road),
        background=replace(spec.background, scenery=(), horizons=()),
    )


def traffic_of(scene: Scene) -> list[Instance]:
    return [instance for instance in scene.instances if instance.traffic_slot is not None]


def only(spec: SceneSpec) -> Instance:
    (instance,) = traffic_of(assemble(spec))
    return instance


def place_of(instance: Instance, road: RoadParams = ROAD) -> tuple[float, float]:
    along, left = to_road(road, *instance.matrix[:2, 3])
    return float(along), float(left)


def footprint(instance: Instance) -> Footprint:
    m, shape = instance.matrix, instance.shape
    return Footprint(m[0, 3], m[1, 3], math.atan2(m[1, 0], m[0, 0]), shape.length_m, shape.width_m)


def test_nobody_shares_the_ground_and_everybody_is_in_their_strip() -> None:
    seen = set()
    for frame in range(250):
        spec = sample_scene(FULL, 4, frame, 1, 1200, 400)
        scene = assemble(spec)
        road, users = spec.placement.road, traffic_of(scene)
        if road is None:
            assert users == []
            continue
        cars = [instance for instance in scene.instances if instance.car_slot is not None]
        prints = [footprint(instance) for instance in [*cars, *users]]
        assert not any(a.overlaps(b) for i, a in enumerate(prints) for b in prints[:i])
        crossing = spec.ground.crossing_at_m
        left_kerb, right_kerb = half_widths(road)
        for instance in users:
            along, left = place_of(instance, road)
            if instance.semantic != "pedestrian":
                assert right_kerb < left < left_kerb
            elif right_kerb < left < left_kerb:  # only on a crossing
                assert crossing is not None and abs(along - crossing) < 2
            else:
                assert outer_edge(road, -1) < left < outer_edge(road, 1)
            assert instance.semantic in TRAFFIC_KINDS
            assert frame_share(scene.view, instance.matrix, spec.traffic[instance.traffic_slot]) <= MAX_COVER
            seen.add(instance.semantic)
    assert seen == set(TRAFFIC_KINDS)


@pytest.mark.parametrize("kind", ["truck", "bus", "motorcyclist"])
@pytest.mark.parametrize(
    ("road", "side", "across", "lane", "forward"),
    [
        (ROAD, -1, 0.2, (-3.4, 0.0), True),
        (ROAD, -1, 0.9, (-6.8, -3.4), True),
        (ROAD, 1, 0.9, (0.0, 3.4), False),
        (ONE_WAY, 1, 0.9, (-6.8, -3.4), True),
    ],
)
def test_vehicles_drive_in_a_lane_of_their_side(
    kind: TrafficKind, road: RoadParams, side: int, across: float, lane: tuple[float, float], forward: bool
) -> None:
    instance = only(street(user(kind, side=side, across=across), road=road))
    along, left = place_of(instance, road)
    half = instance.shape.width_m / 2
    assert along == pytest.approx(30.0)
    assert lane[0] <= left - half and left + half <= lane[1]
    assert instance.matrix[0, 0] == pytest.approx(1.0 if forward else -1.0)


def test_cyclists_keep_to_the_outer_edge_and_people_to_the_pavement() -> None:
    for across in (0.0, 0.5, 1.0):
        right = place_of(only(street(user("cyclist", across=across))))[1]
        assert -6.8 <= right <= -5.1  # the right half of the outer lane, not the parking strip beyond it
        oncoming = place_of(only(street(user("cyclist", side=1, across=across))))[1]
        assert 1.7 <= oncoming <= 3.4
        person = only(street(user("pedestrian", across=across)))
        assert -11.5 < place_of(person)[1] < -9.1
        assert person.matrix[2, 3] == pytest.approx(ROAD.kerb_height_m, abs=0.05)
        np.testing.assert_allclose(person.matrix[:3, 2], [0, 0, 1])


@pytest.mark.parametrize("heading", [90.0, -80.0, 100.0])
def test_people_cross_at_a_crossing_and_nowhere_else(heading: float) -> None:
    over = only(street(user("pedestrian", heading=heading), crossing=22.0))
    along, left = place_of(over)
    assert along == pytest.approx(22.0, abs=1.2)
    assert half_widths(ROAD)[1] <= left <= half_widths(ROAD)[0]
    assert abs(over.matrix[1, 0]) == pytest.approx(1.0)  # straight across
    waiting = only(street(user("pedestrian", heading=heading)))
    assert place_of(waiting)[1] < half_widths(ROAD)[1]


def test_the_earlier_stays_and_cars_come_first() -> None:
    pair = street(user("truck", along=30.0), user("bus", along=33.0), user("cyclist", along=60.0))
    assert [instance.traffic_slot for instance in traffic_of(assemble(pair))] == [0, 2]
    source = next(s for s in (sample_scene(FULL, 0, f, 1, 1200, 400) for f in range(50)) if s.cars)
    car = CarPose(along_m=31.0, left_m=-5.1, heading_deg=0.0)
    placement = msgspec.structs.replace(pair.placement, cars=(car,))
    blocked = msgspec.structs.replace(pair, cars=source.cars[:1], placement=placement)
    assert [instance.traffic_slot for instance in traffic_of(assemble(blocked))] == [2]


def test_none_in_the_cameras_car_and_none_that_fills_the_picture() -> None:
    assert traffic_of(assemble(street(user("motorcyclist", along=2.0, across=0.2)))) == []
    assert traffic_of(assemble(street(user("bus", along=6.0, across=0.9)))) == []  # beside the camera
    assert len(traffic_of(assemble(street(user("bus", along=25.0, across=0.9))))) == 1


def test_everybody_moves_at_their_pace() -> None:
    paces = {  # kind, side, across: metres along the road in one second
        ("truck", -1, 0.2): 8.0,  # in the camera's lane
        ("truck", -1, 0.9): 16.0,
        ("bus", 1, 0.5): -24.0,
        ("cyclist", -1, 0.5): CYCLIST_MPS,
        ("cyclist", 1, 0.5): -CYCLIST_MPS,
        ("pedestrian", -1, 0.5): PEDESTRIAN_MPS,
    }
    for (kind, side, across), way in paces.items():
        someone = user(kind, along=50.0, side=side, across=across)
        assert place_of(only(street(someone, time_s=1.0)))[0] == pytest.approx(50 + way)
        assert place_of(only(street(someone, time_s=1.0, speed=0.0)))[0] == pytest.approx(50)
    back = user("pedestrian", along=50.0, heading=180.0)
    assert place_of(only(street(back, time_s=1.0)))[0] == pytest.approx(50 - PEDESTRIAN_MPS)
    over = user("pedestrian", heading=90.0, across=0.3)
    start, later = (place_of(only(street(over, crossing=40.0, time_s=t))) for t in (0.0, 1.0))
    assert later == pytest.approx((start[0], start[1] + PEDESTRIAN_MPS))


def test_wheels_tilt_with_the_slope_and_people_do_not() -> None:
    hill = msgspec.structs.replace(ROAD, grade=0.06)
    truck, person = (only(street(user(kind), road=hill)) for kind in ("truck", "pedestrian"))
    assert truck.matrix[2, 0] == pytest.approx(math.sin(math.atan(0.06)), abs=1e-3)
    assert person.matrix[2, 0] == 0
    assert truck.matrix[2, 3] == pytest.approx(1.8, abs=0.2)


def test_colours_reach_the_slots_that_they_are_of() -> None:
    slots = {kind: only(street(user(kind))).surfaces for kind in TRAFFIC_KINDS}
    assert slots["truck"]["body"].color == slots["pedestrian"]["clothes"].color == (0.5, 0.1, 0.1)
    assert slots["truck"]["load"].color == slots["pedestrian"]["trousers"].color == (0.1, 0.1, 0.5)
    assert slots["bus"]["plate"].texture.kind == "plate"
    assert "helmet" in slots["motorcyclist"] and "helmet" in slots["cyclist"]
