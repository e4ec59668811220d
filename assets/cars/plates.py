"""Number plates and badges: what stands upright on the front and the rear of the body."""

import numpy as np

from assets.cars.bodywork import Bodywork
from assets.cars.frame import Floats, Frame
from assets.cars.livery import CHROME, PLATE, TRIM
from assets.cars.parts import Part, box, pipe

PLATE_SIZE_M = (0.52, 0.11)  # width and height of most European number plates
_BORDER_M = 0.012  # of the carrier around a plate
_STEP_M = 0.003  # from the carrier out to the plate, and at least from the body out to the carrier
_FRONT_HEIGHT, _BUMPER_HEIGHT, _LID_HEIGHT = 0.39, 0.38, 0.68  # of a plate's middle, over bottom edge to belt
_BADGE_HEIGHT = 0.76  # of the front badge
_BADGE_BELOW_BELT_M = 0.075  # of the rear badge
_BADGE_RADIUS_M, _BADGE_DEPTH_M = 0.042, 0.006


def plates(frame: Frame, body: Bodywork) -> list[Part]:
    """A plate in its carrier, front and rear."""
    rear_height = _LID_HEIGHT if frame.params.plate_on_lid else _BUMPER_HEIGHT
    return [
        *_plate(frame, body, _between(body.wall[0, [0, -1], 2], _FRONT_HEIGHT), 1),
        *_plate(frame, body, _between(body.wall[-1, [0, -1], 2], rear_height), -1),
    ]


def badges(frame: Frame, body: Bodywork) -> list[Part]:
    """A badge on the front and on the rear."""
    slot = CHROME if frame.params.chrome else TRIM
    return [
        _badge(body, _between(body.wall[0, [0, -1], 2], _BADGE_HEIGHT), 1, slot),
        _badge(body, float(body.wall[-1, -1, 2]) - _BADGE_BELOW_BELT_M, -1, slot),
    ]


def _between(ends: Floats, share: float) -> float:
    return float(ends[0] + share * (ends[1] - ends[0]))


def _plate(frame: Frame, body: Bodywork, z: float, ahead: int) -> list[Part]:
    """The plate and its carrier, which reaches into the body; `ahead` is 1 for the front, -1 for the rear.

    The plate's face has the unit square as UVs, upright and readable from outside.
    """
    width, height = PLATE_SIZE_M
    size = np.array([width + 2 * _BORDER_M, height + 2 * _BORDER_M])
    surface = body.front if ahead > 0 else body.rear
    y = np.linspace(0, size[0] / 2, 3)
    reach = ahead * np.stack([surface(y, z + dz) for dz in (-size[1] / 2, 0.0, size[1] / 2)])
    face = frame.params.length_m / 2  # on a bumper, the foremost (rearmost) point of the car
    if ahead < 0 and frame.params.plate_on_lid:
        face = min(face, float(reach.max()) + 2 * _STEP_M)
    back = float(reach.min()) - 0.01
    front = face - _STEP_M
    carrier = box((ahead * (front + back) / 2, 0, z), (front - back, *size), TRIM)
    depth = 0.5 * (face - back)
    plate = box((ahead * (face - depth / 2), 0, z), (depth, width, height), PLATE)
    outer = slice(2, 4) if ahead > 0 else slice(0, 2)
    corner = plate.vertices[plate.faces[outer]]
    plate.uv[outer, :, 0] = ahead * corner[..., 1] / width + 0.5
    plate.uv[outer, :, 1] = (corner[..., 2] - z) / height + 0.5
    return [carrier, plate]


def _badge(body: Bodywork, z: float, ahead: int, slot: int) -> Part:
    """A disc that lies on the slope of the body."""
    surface = body.front if ahead > 0 else body.rear
    low, high = (float(surface(0.0, z + dz)) for dz in (-0.03, 0.03))
    slope = (low - high) / 0.06
    out = np.array([1.0, 0.0, slope]) * (ahead / np.hypot(1.0, slope))
    path = np.array([(low + high) / 2, 0, z]) + out * np.array([-0.02, _BADGE_DEPTH_M])[:, None]
    return pipe(path, [_BADGE_RADIUS_M, _BADGE_RADIUS_M * 0.9], slot, corners=10)
