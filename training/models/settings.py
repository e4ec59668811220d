"""Types and bounds of conf/model: which detector, on which backbone, at which input size."""

from typing import Annotated, Literal, dataclass_transform, get_args

from msgspec import Meta, Struct

DetectionHead = Literal["ssd", "ssdlite", "faster_rcnn_c4", "faster_rcnn_fpn", "rfcn"]
SegmentationHead = Literal["fcn", "pspnet", "deeplabv3", "deeplabv3plus", "raspp", "lraspp"]
HeadName = DetectionHead | SegmentationHead
SEGMENTATION_HEADS: tuple[HeadName, ...] = get_args(SegmentationHead)
BackboneName = Literal["mobilenet_v1", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small"]
Padding = Literal["pytorch", "tensorflow"]
Normalisation = Literal["imagenet", "half"]
Temporal = Literal["none", "merge", "shift", "lstm"]

Fraction = Annotated[float, Meta(gt=0, le=1)]
# of √(box area), as a share of √(image area): from, to; a box in several ranges is every such branch's
Range = tuple[Annotated[float, Meta(ge=0, le=1)], Annotated[float, Meta(gt=0, le=1)]]
Pixels = Annotated[int, Meta(ge=32, le=8192)]
TRIDENT_HEADS: tuple[HeadName, ...] = ("ssd", "ssdlite", "faster_rcnn_c4", "rfcn")


@dataclass_transform(frozen_default=True, kw_only_default=True)  # msgspec's own leaves subclasses unfrozen
class Settings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Frozen base of every settings record: unknown keys are errors."""


class AnchorConfig(Settings):
    """Anchors by shape; where they stand and on which feature map follows from their size (anchors.py)."""

    # (width, height) as fractions of the input's, so that they fit every input size; or a named set of them
    shapes: Literal["kitti_cars"] | tuple[tuple[Fraction, Fraction], ...] = "kitti_cars"
    # centres stand at most this fraction of an anchor's width and height apart
    spacing: Fraction = 0.5


class ModelConfig(Settings):
    """conf/model: one detector or segmenter. The defaults are conf/model/ssdlite_mobilenet_v3_large.yaml's.

    A model's YAML file lists the keys that concern its head; others cannot be set on the command line.
    """

    name: str = "ssdlite_mobilenet_v3_large"
    head: HeadName = "ssdlite"
    backbone: BackboneName = "mobilenet_v3_large"
    width_mult: Annotated[float, Meta(ge=0.25, le=1.4)] = 1.0
    reduced_tail: bool = False  # V3, V2 in segmenters: half the channels in the last blocks
    keep_last_conv: bool = False  # V2: keep the last 1x1 convolution, 320 to 1280 channels
    input: tuple[Pixels, Pixels] = (192, 640)  # height, width
    classes: Annotated[int, Meta(ge=1)] = 1  # without background
    weights: str = "imagenet"  # of the backbone: imagenet, none or a file
    padding: Literal["auto"] | Padding = "auto"  # auto: what the weights were trained with
    normalisation: Literal["auto"] | Normalisation = "auto"
    freeze: Literal["none", "backbone", "batchnorm"] = "none"
    bn_momentum: Fraction = 0.03
    # detectors
    anchors: AnchorConfig = AnchorConfig()
    temporal: Temporal = "none"  # SSD: how the last frame's features enter (temporal.py)
    trident: bool = False  # three branches of the last stages, one for each range of sizes (trident.py)
    trident_ranges: Literal["kitti_cars", "coco"] | tuple[Range, Range, Range] = "kitti_cars"
    trident_fast: bool = False  # detect with the middle branch alone
    score_threshold: Annotated[float, Meta(ge=0, lt=1)] = 0.01
    nms_threshold: Annotated[float, Meta(gt=0, lt=1)] = 0.5
    detections_per_image: Annotated[int, Meta(ge=1)] = 100
    # segmenters
    output_stride: Literal[8, 16, 32] = 16  # of the backbone's last map, by dilation
    filters: Annotated[int, Meta(ge=1)] = 128  # channels of the head
    short_side: Pixels | None = None  # pictures are scaled to it, pieces of `input` train; None: stretched

    def __post_init__(self) -> None:
        if self.reduced_tail and not self._has_tail():
            raise ValueError(
                "reduced_tail is an option of MobileNet V3, and of V2 in segmenters, not of "
                f"{self.backbone} in {self.head}"
            )
        if self.keep_last_conv and self.backbone != "mobilenet_v2":
            raise ValueError(f"keep_last_conv is an option of MobileNet V2, not of {self.backbone}")
        if self.temporal != "none" and self.head not in ("ssd", "ssdlite"):
            raise ValueError(f"temporal={self.temporal} is an option of ssd and ssdlite, not of {self.head}")
        self._check_trident()
        if self.temporal != "none" and self.trident:
            raise ValueError(f"temporal={self.temporal} does not go with trident=true: choose one")
        if self.head in SEGMENTATION_HEADS and self.backbone == "mobilenet_v1":
            raise ValueError(f"head={self.head}: segmenters are built on MobileNet V2 and V3, not on V1")

    def _has_tail(self) -> bool:
        """Whether there is a published network with half the channels in its last block."""
        return self.backbone.startswith("mobilenet_v3") or (
            self.backbone == "mobilenet_v2" and self.head in SEGMENTATION_HEADS
        )

    def _check_trident(self) -> None:
        if self.trident_fast and not self.trident:
            raise ValueError("trident_fast=true picks one of trident's branches: set trident=true too")
        if self.trident and self.head not in TRIDENT_HEADS:
            raise ValueError(
                f"trident=true is an option of {', '.join(TRIDENT_HEADS)}, not of {self.head}"
                + (", whose pyramid has a map for each size" if self.head == "faster_rcnn_fpn" else "")
            )
        if not isinstance(self.trident_ranges, str):
            _check_cover(self.trident_ranges)


def _check_cover(ranges: tuple[Range, ...]) -> None:
    """Raises ValueError where a box would be no branch's."""
    reached = 0.0
    for low, high in sorted(ranges):
        if low >= high:
            raise ValueError(f"trident_ranges: [{low:g}, {high:g}] ends before it begins")
        if low > reached:
            raise ValueError(f"trident_ranges: no branch takes boxes between {reached:g} and {low:g}")
        reached = max(reached, high)
    if reached < 1:
        raise ValueError(f"trident_ranges: no branch takes boxes above {reached:g}; the last range ends at 1")
