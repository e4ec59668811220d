"""annotate: every label of a frame's road users from their meshes, the id pass and the camera."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from scenegen.dataset.records import Annotation, Rle
from scenegen.labels.boxes import box_of_mask
from scenegen.labels.cuboid import cuboid
from scenegen.labels.silhouette import silhouette
from scenegen.labels.visibility import ignore_reason, occlusion_level, truncation, visibility
from scenegen.scene import View

if TYPE_CHECKING:
    from scenegen.config import LabelConfig

RATIO_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class RoadUser:
    """A car or another road user as it stands in the scene.

    id: its value in the id image. track_id: the same over a clip.
    category_id: a key of CATEGORIES.
    vertices_world: (V, 3) metres. faces: (F, 3) indices.
    matrix: (4, 4) its frame to world, x forward, y left, z up, origin at the centre of the bottom face.
    length, width, height: metres, of the cuboid.
    """

    id: int
    track_id: int
    category_id: int
    vertices_world: NDArray[np.floating[Any]]
    faces: NDArray[np.integer[Any]]
    matrix: NDArray[np.float64]
    length: float
    width: float
    height: float
    model_id: str
    style: str


def annotate(
    users: Sequence[RoadUser], ids: NDArray[np.integer[Any]], view: View, config: "LabelConfig"
) -> tuple[Annotation, ...]:
    """The annotations of all with a silhouette pixel inside the image, hidden ones too, by track_id.

    ids: (H, W) instance ids as rendered. Raises ValueError where its size is not the view's.
    """
    if ids.shape != (view.height, view.width):
        raise ValueError(f"id image of {ids.shape[::-1]} pixels for a view of {view.width, view.height}")
    annotations = (_annotate_one(user, ids == user.id, view, config) for user in users)
    return tuple(sorted((a for a in annotations if a is not None), key=lambda a: a.track_id))


def encode_rle(mask: NDArray[np.bool_]) -> Rle:
    """COCO's compressed run-length encoding of an (H, W) mask."""
    encoded = coco_mask.encode(np.asfortranarray(mask, np.uint8))
    return Rle(size=(mask.shape[0], mask.shape[1]), counts=encoded["counts"].decode("ascii"))


def _annotate_one(
    user: RoadUser, visible: NDArray[np.bool_], view: View, config: "LabelConfig"
) -> Annotation | None:
    shape = silhouette(user.vertices_world, user.faces, view)
    if shape.inside_box is None or shape.full_box is None:
        return None
    visible_box = box_of_mask(visible)
    area = int(visible.sum())
    seen = visibility(area, shape.inside_area)
    box = shape.inside_box if config.bbox == "amodal" else visible_box
    height_px = 0.0 if box is None else box[3]
    reason = ignore_reason(seen, height_px, config.min_visibility, config.min_height_px)
    return Annotation(
        category_id=user.category_id,
        bbox=box,
        bbox_visible=visible_box,
        bbox_full=shape.full_box,
        segmentation=encode_rle(visible) if area else None,
        area=area,
        visibility=round(seen, RATIO_DECIMALS),
        truncation=round(truncation(shape), RATIO_DECIMALS),
        occlusion_level=occlusion_level(seen, config.occlusion_visibility),
        cuboid=cuboid(user.matrix, view.pose, user.length, user.width, user.height),
        iscrowd=0 if reason is None else 1,
        ignore_reason=reason,
        track_id=user.track_id,
        model_id=user.model_id,
        style=user.style,
    )
