"""Which quad of the body shell is paint, glass, trim or lamp."""

import numpy as np
from numpy.typing import NDArray

from assets.cars.params import CarParams, Grille, TailLamp
from assets.cars.stations import Stations
from assets.cars.topology import CABIN_ROWS, COLUMNS, ROWS

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

Slots = NDArray[np.int16]

# Rows of the front wall that the grille covers, and of the rear wall that the tail lamps cover.
_GRILLE_ROWS: dict[Grille, slice] = {"bar": slice(4, 5), "tall": slice(3, 5), "none": slice(0, 0)}
_TAIL_LAMP_ROWS: dict[TailLamp, slice] = {"block": slice(4, 5), "upright": slice(4, 7), "wide": slice(4, 5)}


def shell_slots(params: CarParams, stations: Stations) -> Slots:
    """(quads,) slot of every quad of the half shell, in the order of `Shell.cell`."""
    n, at = len(stations.x), stations.at
    top = np.full((n - 1, COLUMNS), PAINT, np.int16)
    if params.style == "pickup":
        top[at["bed_1"] : at["bed_4"], 1:] = TRIM
    bottom = np.full((n - 1) * COLUMNS, TRIM, np.int16)
    roof = np.full((at["deck"] - at["cowl"]) * (COLUMNS - 1), PAINT, np.int16)
    patches = [_wall(params, stations), top, bottom, _cabin(params, stations), roof]
    return np.concatenate([patch.ravel() for patch in patches])


def _wall(params: CarParams, stations: Stations) -> Slots:
    k, at = COLUMNS, stations.at
    wall = np.full((len(stations.x) + 2 * k - 1, ROWS), PAINT, np.int16)
    for door in ("door_1", "door_2", "door_3")[: 2 if params.doors == 2 else 3]:
        wall[k + at[door] : k + at[f"{door}_end"], 1:] = TRIM
    if params.cladding:
        wall[:, 0] = TRIM
    _front(wall[: k + at["front_arch"]], params)
    _rear(wall[: k + at["rear_arch"] - 1 : -1], params)
    return wall


def _front(wall: Slots, params: CarParams) -> None:
    """Columns from the middle (0) to the corner (COLUMNS) and on to the wheel arch."""
    wall[:, 0] = TRIM
    wall[:3, 1] = TRIM
    wall[:2, _GRILLE_ROWS[params.grille]] = TRIM
    wall[3 : COLUMNS + 2, 4] = HEADLAMP


def _rear(wall: Slots, params: CarParams) -> None:
    """Columns as at the front."""
    wall[:, 0] = TRIM
    first = 5 if params.style == "pickup" else 3 if params.tail_lamp == "wide" else 4
    wall[first : COLUMNS + 2, _TAIL_LAMP_ROWS[params.tail_lamp]] = TAILLAMP


def _cabin(params: CarParams, stations: Stations) -> Slots:
    k, at = COLUMNS, stations.at
    cowl, length = at["cowl"], at["deck"] - at["cowl"]
    cabin = np.full((2 * (k - 1) + length, CABIN_ROWS), PAINT, np.int16)
    cabin[: k - 1, :4] = GLASS
    cabin[: k - 1, 0] = TRIM
    side = cabin[k - 1 : k - 1 + length]
    pillar = TRIM if params.black_pillars else PAINT

    def pane(front: str, rear: str, slot: int = GLASS) -> None:
        side[at[front] - cowl : at[rear] - cowl, 1:4] = slot

    pane("a_rear", "b_front")
    if params.style != "van":
        pane("b_front", "b_rear", pillar)
        pane("b_rear", "c_front")
        if params.quarter_window:
            pane("c_front", "c_rear", pillar)
            pane("c_rear", "d_front")
    glazed = (side == GLASS).any(axis=1) | (side[:, 2] == TRIM)
    side[glazed, 0] = TRIM
    rear = cabin[k - 1 + length :]
    rear[1:, 1:4] = GLASS
    return cabin
