"""Sensor: what the camera does to the picture, frame by frame, and never to the labels."""

import math

from randomizers.config import SensorArm
from randomizers.draw import Streams, integer, spread, uniform
from randomizers.spec import Sensor


def sample_sensor(streams: Streams, arm: SensorArm) -> Sensor:
    """The effects of one frame; `seed` is for its noise."""
    rng = streams(0)
    red, blue = (round(math.exp(spread(rng, arm.white_balance)), 9) for _ in range(2))
    return Sensor(
        exposure_ev=spread(rng, arm.exposure_ev),
        white_balance=(red, blue),
        blur_px=uniform(rng, arm.blur_px),
        shot_noise=uniform(rng, arm.shot_noise),
        read_noise=uniform(rng, arm.read_noise),
        vignette=uniform(rng, arm.vignette),
        jpeg_quality=integer(rng, arm.jpeg_quality),
        seed=rng.integer(0, 2**31 - 1),
    )
