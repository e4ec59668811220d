"""A car's surfaces: panels, plates and lamps follow its paint and the light."""

import msgspec
import pytest

from assets.textures.params import TextureParams
from randomizers.spec import Paint
from scenegen.placing.bodywork import car_surfaces

PAINT = Paint(
    color=(0.5, 0.1, 0.1),
    roof_color=(0.9, 0.9, 0.9),
    metallic=0.6,
    roughness=0.4,
    coat=1.0,
    dirt=0.3,
    lamps="unlit",
)
PICTURE = TextureParams(kind="brick", seed=1)


def surfaces(paint=PAINT, texture=None, exposure_ev=0.0, **change):
    return car_surfaces(msgspec.structs.replace(paint, **change), texture, 1.5, 7, exposure_ev)


def test_roof_and_body_have_their_own_colour_and_all_else_in_common():
    plain = surfaces()
    assert (plain["paint"].color, plain["roof"].color) == (PAINT.color, PAINT.roof_color)
    for panel in (plain["paint"], plain["roof"]):
        assert (panel.metallic, panel.roughness, panel.coat, panel.dirt) == (0.6, 0.4, 1.0, 0.3)


def test_a_texture_covers_both_and_is_never_on_metal():
    textured = surfaces(texture=PICTURE)
    for panel in (textured["paint"], textured["roof"]):
        assert (panel.texture, panel.texture_scale_m, panel.metallic) == (PICTURE, 1.5, 0.0)


def test_plates_carry_the_cars_number_where_it_has_one():
    assert surfaces()["plate"].texture == TextureParams(kind="plate", seed=7)
    assert "plate" not in car_surfaces(PAINT, None, 1.0, None, 0.0)


def test_brake_lights_are_brighter_than_tail_lights_and_unlit_lamps_do_not_glow():
    assert not {"headlamp", "taillamp"} & set(surfaces(lamps="unlit"))
    lit, braking = surfaces(lamps="lit"), surfaces(lamps="braking")
    assert lit["headlamp"].emission == braking["headlamp"].emission > 1
    assert braking["taillamp"].emission > 3 * lit["taillamp"].emission > 0


@pytest.mark.parametrize("slot", ["headlamp", "taillamp"])
def test_lamps_look_brighter_the_darker_it_is(slot):
    """In the developed picture, which the exposure lifts; though less than all else is lifted."""
    noon, dusk = (surfaces(lamps="lit", exposure_ev=ev)[slot].emission for ev in (0.0, 4.0))
    assert noon < dusk * 2**4 < noon * 2**4
