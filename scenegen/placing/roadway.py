"""Roadway: whether a thing's footprint reaches onto a carriageway."""

from assets.street.junction import side_rectangles
from assets.street.params import RoadParams
from assets.street.road import half_widths
from scenegen.placing.footprint import Footprint
from scenegen.placing.frames import left_of_centreline


def stands_on_road(road: RoadParams, footprint: Footprint, margin_m: float = 0.0) -> bool:
    """Whether a thing reaches onto a carriageway, or comes nearer than `margin_m` to a side road's."""
    left, right = half_widths(road)
    offsets = [left_of_centreline(road, *corner) for corner in footprint.corners]
    if not (min(offsets) >= left or max(offsets) <= right):
        return True
    return any(footprint.overlaps(Footprint(*side)) for side in side_rectangles(road, margin_m))
