"""Motion: how fast cars and camera move over a clip."""

from randomizers.config import MotionArm
from randomizers.draw import Streams, uniform
from randomizers.spec import CAR_SLOTS, Motion


def sample_motion(streams: Streams, arm: MotionArm, moving: bool) -> Motion:
    """The speeds of one clip; all zero where nothing moves (single frames)."""
    if not moving:
        return Motion(car_speed_mps=(0.0,) * CAR_SLOTS, camera_speed_mps=0.0, camera_azimuth_rate_dps=0.0)
    rng, cars = streams(0), streams(1)
    return Motion(
        car_speed_mps=tuple(uniform(cars, arm.car_speed_mps) for _ in range(CAR_SLOTS)),
        camera_speed_mps=uniform(rng, arm.camera_speed_mps),
        camera_azimuth_rate_dps=uniform(rng, arm.camera_azimuth_rate_dps),
    )
