"""How much of a car is seen: visibility, truncation, occlusion level, and when it is not asked for."""

from typing import Literal

from scenegen.labels.silhouette import Silhouette

OcclusionLevel = Literal[0, 1, 2, 3]
IgnoreReason = Literal["height", "visibility", "hidden"]


def visibility(visible_area: int, inside_area: int) -> float:
    """area(visible) / area(inside), at most 1: on an outline the renderer may sample off the centre."""
    return min(visible_area / inside_area, 1.0)


def truncation(shape: Silhouette) -> float:
    """1 − area(inside) / area(full)."""
    return 1.0 - shape.inside_area / shape.full_area


def occlusion_level(seen: float, thresholds: tuple[float, float]) -> OcclusionLevel:
    """KITTI's 0 (fully visible), 1 (partly) and 2 (largely occluded) from the visibility; 3 if none is seen.

    thresholds: visibility below the first is level 1, below the second level 2.
    """
    if seen == 0:
        return 3
    if seen < thresholds[1]:
        return 2
    return 1 if seen < thresholds[0] else 0


def ignore_reason(
    seen: float, height_px: float, min_visibility: float, min_height_px: float
) -> IgnoreReason | None:
    """Why a car is neither a positive nor a negative for a detector; None where it is asked for."""
    if seen == 0:
        return "hidden"
    if height_px < min_height_px:
        return "height"
    return "visibility" if seen < min_visibility else None
