"""Camera: an orbit around the cars (paper), or a car's roof on the road (structured)."""

from randomizers.config import OrbitCamera, RoadCamera
from randomizers.draw import Streams, log_uniform, spread, uniform
from randomizers.spec import Camera


def sample_camera(streams: Streams, arm: OrbitCamera | RoadCamera) -> Camera:
    """The camera of one scene or clip, at its start."""
    rng = streams(0)
    if isinstance(arm, OrbitCamera):
        return Camera(
            kind="orbit",
            azimuth_deg=uniform(rng, arm.azimuth_deg),
            elevation_deg=uniform(rng, arm.elevation_deg),
            distance_m=log_uniform(rng, arm.distance_m),
            focal_over_width=uniform(rng, arm.focal_over_width),
            pan_deg=spread(rng, arm.pan_deg),
            tilt_deg=spread(rng, arm.tilt_deg),
            roll_deg=spread(rng, arm.roll_deg),
        )
    return Camera(
        kind="road",
        lane_fraction=uniform(rng, arm.lane_fraction),
        offset_m=uniform(rng, arm.offset_m),
        height_m=uniform(rng, arm.height_m),
        focal_over_width=uniform(rng, arm.focal_over_width),
        pan_deg=uniform(rng, arm.pan_deg),
        tilt_deg=uniform(rng, arm.tilt_deg),
        roll_deg=uniform(rng, arm.roll_deg),
    )
