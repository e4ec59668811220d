"""CarParams: one parametric car as numbers, and the styles there are."""

from typing import Literal

from assets.params import Params

Style = Literal["sedan", "hatchback", "estate", "suv", "coupe", "minivan", "pickup", "city", "van"]
RimDesign = Literal["spokes_5", "spokes_6", "spokes_10", "cover", "steel", "mesh", "twin_5"]
TailLamp = Literal["block", "upright", "wide"]
Grille = Literal["bar", "tall", "none"]
Headlamp = Literal["swept", "round", "box"]
Spoiler = Literal["none", "lip", "roof"]
Aerial = Literal["none", "fin", "whip"]


class CarParams(Params, tag="car"):
    """Everything `build_car` needs. Lengths in metres, angles in degrees.

    The car stands on z = 0, x forward, y left, its origin at the centre of its bottom face. length, width
    (over the body, without mirrors) and height (without aerial) are KITTI's l, w, h. Heights are above the
    ground, rakes are the slopes of the screens against the horizontal. On the centreline, the bonnet reaches
    from the front bumper to the windscreen's base, the boot (a pickup's bed) from the rear window's base to
    the rear bumper.
    """

    style: Style
    seed: int
    length_m: float
    width_m: float
    height_m: float

    # side view
    wheelbase_m: float
    front_overhang_m: float  # front bumper to front axle
    bonnet_m: float
    boot_m: float
    clearance_m: float  # of the sills
    nose_height_m: float  # of the bonnet's leading edge
    cowl_height_m: float  # of the belt line at the windscreen's base
    tail_height_m: float  # of the belt line at the rear
    windscreen_rake_deg: float
    rear_rake_deg: float
    roof_rise_m: float  # from the windscreen's header to the roof's highest point
    roof_fall_m: float  # from there to the rear header

    # cross-section
    tumblehome_deg: float  # lean of the side windows against the vertical
    shoulder_m: float  # ledge between the body side and the window's base
    side_bulge_m: float  # how far the flanks swell out above the sills
    crease_m: float  # depth of the swage line along the flanks
    roof_crown_m: float
    bonnet_crown_m: float

    # plan view
    nose_squareness: float  # exponent of the superellipse that outlines the front; 2 is an ellipse
    tail_squareness: float

    # wheels
    wheel_radius_m: float
    tyre_width_m: float
    rim_ratio: float  # rim radius over wheel radius
    rim: RimDesign
    arch_gap_m: float  # between tyre and wheel arch
    arch_flare_m: float

    # details
    grille: Grille
    grille_width: float  # over the car's width
    headlamp_width: float  # over half the car's width
    headlamp: Headlamp
    lamp_sweep_m: float  # how far the headlamps' lower edge rises towards the corner
    tail_lamp: TailLamp
    doors: Literal[2, 4]
    quarter_window: bool  # a third side window behind the rear door
    cladding: bool  # unpainted sills, arches and bumper bottoms
    roof_rails: bool
    black_pillars: bool
    chrome: bool  # bright window line, grille bars and badges; else black
    fog_lamps: bool
    spoiler: Spoiler
    aerial: Aerial
    exhausts: Literal[0, 1, 2]
    plate_on_lid: bool  # the rear plate sits on the boot lid, else on the bumper
    people: Literal[0, 1, 2]  # a driver, and a passenger beside
