"""label_2/ and calib/: the committed frames in the format of KITTI's object benchmark."""

from collections.abc import Iterable

import numpy as np

from scenegen.dataset.files import write_atomic
from scenegen.dataset.records import Annotation, FrameRecord
from scenegen.dataset.store import FrameStore, frame_name

# KITTI has no buses (they are "Misc" there, as trailers are) and no motorcyclists.
KITTI_TYPES = {1: "Car", 2: "Truck", 3: "Misc", 4: "Misc", 5: "Cyclist", 6: "Pedestrian"}
PIXEL_CENTRE = 0.5  # KITTI's pixel centres lie at integers, ours at halves

# Velodyne axes (x forward, y left, z up) to camera axes (x right, y down, z forward), at the same place.
_VELO_TO_CAM = np.array([[0.0, -1, 0, 0], [0, 0, -1, 0], [1, 0, 0, 0]])


def export_kitti(store: FrameStore, frames: Iterable[int]) -> None:
    """Write label_2/NNN/NNNNNNNNN.txt and calib/NNN/NNNNNNNNN.txt of each frame. Raises RunError."""
    for record in map(store.read, frames):
        name = f"{frame_name(record.frame)}.txt"
        write_atomic(store.root / "label_2" / name, kitti_labels(record).encode("ascii"))
        write_atomic(store.root / "calib" / name, kitti_calibration(record).encode("ascii"))


def kitti_labels(record: FrameRecord) -> str:
    """The frame's label file: a line for each road user of which a pixel is visible."""
    seen = (a for a in record.annotations if a.ignore_reason != "hidden")
    return "".join(f"{_label(annotation)}\n" for annotation in seen)


def kitti_calibration(record: FrameRecord) -> str:
    """The frame's calibration file. There is one camera: P0 to P3 are alike and nothing is rectified."""
    intrinsics = np.array(record.K)
    intrinsics[:2, 2] -= PIXEL_CENTRE
    projection = np.hstack([intrinsics, np.zeros((3, 1))])
    matrices = {f"P{camera}": projection for camera in range(4)} | {
        "R0_rect": np.eye(3),
        "Tr_velo_to_cam": _VELO_TO_CAM,
        "Tr_imu_to_velo": np.eye(3, 4),
    }
    rows = (f"{name}: {' '.join(f'{value:.12e}' for value in m.ravel())}\n" for name, m in matrices.items())
    return "".join(rows)


def _label(annotation: Annotation) -> str:
    """The 15 fields: type, truncated, occluded, alpha, bbox (4), dimensions (3), location (3), rotation_y."""
    if annotation.bbox is None:
        raise ValueError("a road user without a visible pixel has no KITTI label")
    x, y, w, h = annotation.bbox
    cuboid = annotation.cuboid
    # What is too hidden to ask for gets KITTI's "unknown", which its evaluation ignores at every difficulty.
    occluded = 3 if annotation.ignore_reason == "visibility" else annotation.occlusion_level
    box = f"{x:.2f} {y:.2f} {x + w - 1:.2f} {y + h - 1:.2f}"  # right and bottom are the last pixels
    size = " ".join(f"{metres:.4f}" for metres in cuboid.dimensions + cuboid.location)
    kind = KITTI_TYPES[annotation.category_id]
    angles = f"{cuboid.alpha:.5f} {box} {size} {cuboid.rotation_y:.5f}"
    return f"{kind} {annotation.truncation:.4f} {occluded} {angles}"
