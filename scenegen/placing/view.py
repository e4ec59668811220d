"""View of a spec: where the camera is at the frame's time, and what its lens does."""

import math

import numpy as np
from numpy.typing import NDArray

from assets.street.params import RoadParams
from assets.street.road import lane_centre
from randomizers.spec import Camera, SceneSpec
from scenegen.placing.frames import about_x, about_y, about_z, on_road
from scenegen.scene import View

ORBIT_CENTRE_M = 0.7  # height of the point that an orbiting camera looks at: a car's middle


def build_view(spec: SceneSpec) -> View:
    """The pinhole camera of a frame: square pixels, the principal point in the picture's middle."""
    focal = spec.camera.focal_over_width * spec.width
    k = np.array([[focal, 0, spec.width / 2], [0, focal, spec.height / 2], [0, 0, 1]])
    road = spec.placement.road
    if spec.camera.kind == "orbit":
        position, forward = _orbit(spec.camera, spec.motion.camera_azimuth_rate_dps * spec.time_s)
    elif road is not None:
        position, forward = _on_road(spec.camera, road, spec.motion.camera_speed_mps * spec.time_s)
    else:
        raise ValueError(f"frame {spec.frame}: a camera of kind 'road' needs a road in `placement`")
    pose = np.eye(4)
    pose[:3, :3] = look_along(forward) @ _turn(spec.camera)
    pose[:3, 3] = position
    return View(k, pose, spec.width, spec.height)


def camera_lane(camera: Camera, road: RoadParams) -> int:
    """The number of the forward lane that a road camera drives in."""
    return min(int(camera.lane_fraction * road.forward_lanes), road.forward_lanes - 1)


def _orbit(camera: Camera, turned_deg: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position and viewing direction before pan, tilt and roll."""
    azimuth, elevation = math.radians(camera.azimuth_deg + turned_deg), math.radians(camera.elevation_deg)
    level = math.cos(elevation)
    outward = np.array([level * math.cos(azimuth), level * math.sin(azimuth), math.sin(elevation)])
    return camera.distance_m * outward + [0, 0, ORBIT_CENTRE_M], -outward


def _on_road(
    camera: Camera, road: RoadParams, driven_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Position and viewing direction before pan, tilt and roll."""
    left = lane_centre(road, camera_lane(camera, road)) + camera.offset_m
    matrix = on_road(road, driven_m, left, 0.0)
    return matrix[:3, 3] + [0.0, 0.0, camera.height_m], matrix[:3, 0]


def look_along(forward: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3, 3) camera to world with a level horizon; columns right, down, forward."""
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward], axis=1)


def _turn(camera: Camera) -> NDArray[np.float64]:
    """(3, 3) rotation in the camera frame: pan to the left, then tilt up, then roll clockwise."""
    pan, tilt, roll = (math.radians(angle) for angle in (camera.pan_deg, camera.tilt_deg, camera.roll_deg))
    return about_y(-pan) @ about_x(tilt) @ about_z(roll)
