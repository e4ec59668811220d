"""FrameRecord: one frame's annotations as they stand in frames/NNN/NNNNNNNNN.json, the unit of commitment."""

from typing import Annotated, Literal

from msgspec import Meta

from assets.params import Params

Box = tuple[float, float, float, float]  # x, y, w, h in pixels; pixel i covers [i, i + 1)
CATEGORIES = {1: "car", 2: "truck", 3: "bus", 4: "motorcyclist", 5: "cyclist", 6: "pedestrian"}
CAR_CATEGORY = 1

Share = Annotated[float, Meta(ge=0, le=1)]
Side = Annotated[int, Meta(ge=1, le=8192)]  # pixels, as in scenegen.config.RendererConfig


class Rle(Params):
    """COCO's compressed run-length encoding; `size` is (height, width).

    A number is up to seven characters, all but its last from P on: pycocotools reads and writes beyond its
    memory where the last character of all asks for another.
    """

    size: tuple[int, int]
    counts: Annotated[str, Meta(pattern=r"\A([P-o]{0,6}[0-O])*\Z")]


class Cuboid(Params):
    """The 3D box in the camera frame (x right, y down, z forward): metres and radians, as in KITTI."""

    dimensions: tuple[float, float, float]  # h, w, l
    location: tuple[float, float, float]  # of the bottom face's centre
    rotation_y: float
    alpha: float
    corners: tuple[tuple[float, float, float], ...]  # the 8 corners; exact also where the camera rolls


class Annotation(Params):
    """One road user; field definitions in docs/labels.md."""

    category_id: Annotated[int, Meta(ge=1, le=6)]  # of CATEGORIES
    bbox: Box | None  # None only where `annotations.bbox=visible` and no pixel is visible
    bbox_visible: Box | None
    bbox_full: Box
    segmentation: Rle | None
    area: int
    visibility: Share
    truncation: Share
    occlusion_level: Literal[0, 1, 2, 3]
    cuboid: Cuboid
    iscrowd: Literal[0, 1]
    ignore_reason: Literal["height", "visibility", "hidden"] | None
    track_id: int
    model_id: str
    style: str


class FrameRecord(Params):
    """One committed frame."""

    frame: int
    file_name: str  # relative to images/
    width: Side
    height: Side
    K: tuple[tuple[float, float, float], ...]  # 3 × 3
    camera_pose: tuple[tuple[float, float, float, float], ...]  # 4 × 4, camera to world
    seed: int
    video_id: int  # the clip
    frame_in_video: int
    recipe: str
    spec_sha256: str  # of the SceneSpec's JSON
    sha256: dict[str, str]  # of the frame's files, by their folder: "images", "instances" …
    annotations: tuple[
        Annotation, ...
    ]  # by track_id: every road user with a pixel inside the image, hidden ones too
    blender: str = ""  # version of the one that rendered it; not told by the first datasets

    def __post_init__(self) -> None:
        for user in self.annotations:
            mask = user.segmentation
            if mask is not None and mask.size != (self.height, self.width):  # decoded, it fills memory
                raise ValueError(
                    f"the segmentation of road user {user.track_id} is not of the picture's size"
                )
