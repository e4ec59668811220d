"""The material slots of a car."""

SLOTS = (
    "paint",
    "glass",
    "trim",
    "tyre",
    "rim",
    "headlamp",
    "taillamp",
    "plate",
    "roof",  # the roof's panel and its pillars: another colour on two-tone cars
    "chrome",
    "indicator",
    "interior",
    "seat",
    "skin",
    "clothes",
)
PAINT, GLASS, TRIM, TYRE, RIM, HEADLAMP, TAILLAMP, PLATE = range(8)
ROOF, CHROME, INDICATOR, INTERIOR, SEAT, SKIN, CLOTHES = range(8, 15)
