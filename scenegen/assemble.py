"""Assembly: from a SceneSpec's independent sections to the Scene they make together, without chance.

Sections are drawn without knowledge of one another, so that what they make may not fit: a car where the
camera is, two cars in one place, a house on the road. What would spoil the picture is left out
(`scenegen.placing`), by simple footprints and by fixed rules of precedence; nothing is moved.
"""

from randomizers.spec import TRAFFIC_SLOTS, SceneSpec
from scenegen.placing.cars import place_cars
from scenegen.placing.distractors import place_distractors
from scenegen.placing.grounds import place_grounds
from scenegen.placing.placed import Placed
from scenegen.placing.scenery import place_horizons, place_scenery
from scenegen.placing.traffic import place_traffic
from scenegen.placing.view import build_view
from scenegen.scene import Instance, Scene, Surface

# A car's id is its slot + 1, another road user's 101 + its slot: stable over a clip, and track ids + 1.
FIRST_TRAFFIC_ID = 101
FIRST_OTHER_ID = FIRST_TRAFFIC_ID + TRAFFIC_SLOTS


def assemble(spec: SceneSpec) -> Scene:
    """The scene at `spec.time_s`. Cars keep id and presence over a clip, unless the camera comes too near.

    Raises ValueError where the spec contradicts itself: a camera on the road without a road.
    """
    view = build_view(spec)
    cars = place_cars(spec, view)
    traffic = list(place_traffic(spec, view, cars))
    users = [*cars, *traffic]
    others = [
        *place_grounds(spec),
        *place_horizons(spec),
        *place_scenery(spec, users),
        *place_distractors(spec, view, users),
    ]
    instances = [_number(car, car.car_slot + 1) for car in cars if car.car_slot is not None]
    instances += [
        _number(user, FIRST_TRAFFIC_ID + user.traffic_slot)
        for user in traffic
        if user.traffic_slot is not None
    ]
    instances += [_number(other, FIRST_OTHER_ID + index) for index, other in enumerate(others)]
    return Scene(
        instances=tuple(instances),
        view=view,
        lighting=spec.lighting,
        sensor=spec.sensor,
        backdrop=_backdrop(spec),
    )


def _number(placed: Placed, number: int) -> Instance:
    return Instance(
        id=number,
        semantic=placed.semantic,
        shape=placed.shape,
        matrix=placed.matrix,
        surfaces=placed.surfaces,
        car_slot=placed.car_slot,
        traffic_slot=placed.traffic_slot,
    )


def _backdrop(spec: SceneSpec) -> Surface | None:
    if spec.placement.road is not None:
        return None
    texture = spec.textures.background if spec.background.textured else None
    return Surface(spec.background.color, texture=texture)
