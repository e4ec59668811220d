"""Fixed looks: the Surface of each slot that an instance's own surfaces leave out. Colours are linear."""

from scenegen.scene import Surface

PLAIN = Surface((0.5, 0.5, 0.5), roughness=0.8)  # of a slot that is not named below

_CAR = {
    "glass": Surface((0.74, 0.80, 0.78), roughness=0.0),  # the colour is what a pane lets through
    "trim": Surface((0.012, 0.012, 0.013), roughness=0.55),
    "tyre": Surface((0.011, 0.011, 0.011), roughness=0.85),
    "rim": Surface((0.50, 0.51, 0.53), roughness=0.28, metallic=1.0),
    "chrome": Surface((0.62, 0.63, 0.65), roughness=0.10, metallic=1.0),
    "headlamp": Surface((0.78, 0.80, 0.83), roughness=0.08),
    "taillamp": Surface((0.42, 0.012, 0.012), roughness=0.12),
    "indicator": Surface((0.62, 0.20, 0.012), roughness=0.15),
    "plate": Surface((0.72, 0.71, 0.66), roughness=0.5),
    "interior": Surface((0.022, 0.022, 0.024), roughness=0.9),
    "seat": Surface((0.050, 0.048, 0.047), roughness=0.9),
}
_PEOPLE = {
    "skin": Surface((0.46, 0.27, 0.19), roughness=0.7),
    "hair": Surface((0.030, 0.020, 0.014), roughness=0.8),
    "clothes": Surface((0.13, 0.15, 0.20), roughness=0.9),
    "trousers": Surface((0.045, 0.055, 0.11), roughness=0.9),
    "helmet": Surface((0.08, 0.08, 0.09), roughness=0.3),
}
_TRAFFIC = {
    "body": Surface((0.60, 0.60, 0.58), roughness=0.35),
    "load": Surface((0.62, 0.62, 0.60), roughness=0.6),
}
_STREET = {
    "window": Surface((0.030, 0.040, 0.050), roughness=0.08),
    "joinery": Surface((0.56, 0.55, 0.51), roughness=0.8),
    "door": Surface((0.10, 0.065, 0.045), roughness=0.6),
    "roof": Surface((0.19, 0.075, 0.048), roughness=0.9),
    "trunk": Surface((0.085, 0.055, 0.035), roughness=0.95),
    "leaves": Surface((0.045, 0.115, 0.028), roughness=0.9),
    "leaves_dark": Surface((0.027, 0.069, 0.017), roughness=0.9),
    "post": Surface((0.24, 0.25, 0.26), roughness=0.5),
    "plate_back": Surface((0.32, 0.33, 0.34), roughness=0.5),
    "box": Surface((0.020, 0.025, 0.020), roughness=0.6),
    "red": Surface((0.55, 0.020, 0.015), roughness=0.3),
    "amber": Surface((0.60, 0.23, 0.012), roughness=0.3),
    "green": Surface((0.015, 0.32, 0.12), roughness=0.3),
    "marking": Surface((0.68, 0.68, 0.65), roughness=0.8),
    "kerb": Surface((0.33, 0.32, 0.31), roughness=0.9),
    "manhole": Surface((0.055, 0.052, 0.050), roughness=0.6),
    "manhole_frame": Surface((0.22, 0.215, 0.21), roughness=0.8),
    "manhole_stud": Surface((0.13, 0.125, 0.12), roughness=0.45),
    "sign_face": Surface((0.70, 0.70, 0.70), roughness=0.4),
    "slate": Surface((0.060, 0.063, 0.070), roughness=0.8),
    "plinth": Surface((0.24, 0.23, 0.22), roughness=0.9),
    "shutter": Surface((0.060, 0.115, 0.085), roughness=0.8),
    "gutter": Surface((0.20, 0.21, 0.21), roughness=0.5),
}
FIXED_LOOKS = _CAR | _PEOPLE | _TRAFFIC | _STREET
