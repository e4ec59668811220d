"""Fittings: what is mounted on the finished body."""

from assets.cars.bodywork import Bodywork
from assets.cars.exhausts import exhausts
from assets.cars.flanks import handles, mud_flaps, side_indicators
from assets.cars.frame import Frame
from assets.cars.mirrors import mirrors
from assets.cars.parts import Part
from assets.cars.plates import badges, plates
from assets.cars.roofline import aerial, rails, spoiler
from assets.cars.stations import Stations
from assets.cars.wipers import wipers


def fittings(frame: Frame, stations: Stations, body: Bodywork) -> list[Part]:
    """All fittings of a car."""
    return [
        *plates(frame, body),
        *badges(frame, body),
        mirrors(frame, stations, body),
        *handles(frame, stations, body),
        *side_indicators(frame, body),
        *mud_flaps(frame),
        *rails(frame, body),
        *aerial(frame, body),
        *spoiler(frame, body),
        *wipers(frame, body),
        *exhausts(frame, body),
    ]
