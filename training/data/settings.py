"""What can be set about augmentation: plain data without torch, so that a command can check it at once."""

import msgspec

from conf.errors import UserError

_PROBABILITIES = ("flip", "iou_crop", "zoom_out", "blur", "jpeg", "mosaic")
_AMOUNTS = ("brightness", "contrast", "saturation", "noise", "resize", "crop", "box_jitter", "class_share")


class Augmentation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The amount of each augmentation; 0 switches it off and leaves what the others draw as it was.

    The first seven are those that the domain randomization paper names (Tremblay et al., CVPR Workshops
    2018); the amounts are ours.
    """

    name: str = "paper"
    brightness: float = 0.3
    """factor 1 ± this"""
    contrast: float = 0.3
    """factor 1 ± this, about the picture's mean"""
    noise: float = 0.03
    """Gaussian, its standard deviation drawn from 0 to this, of full scale"""
    flip: float = 0.5
    """probability, left to right"""
    resize: float = 0.25
    """the scene larger or smaller by a factor of up to 1 + this, its aspect kept"""
    box_jitter: float = 0.02
    """standard deviation of each edge of a car's box, of its width or height"""
    crop: float = 0.3
    """the largest share cut off a side"""

    saturation: float = 0.0
    """factor 1 ± this"""
    hue: float = 0.0
    """turn of ± this, at most 0.5, the whole circle; the slowest of all"""
    iou_crop: float = 0.0
    """probability of SSD's crop: a window that keeps a least overlap with some car"""
    zoom_out: float = 0.0
    """probability of SSD's expansion: the picture on a canvas up to twice as wide and high"""
    blur: float = 0.0
    """probability of a Gaussian blur, 0.1 to 2 pixels"""
    jpeg: float = 0.0
    """probability of JPEG artefacts, quality 30 to 90"""
    mosaic: float = 0.0
    """probability of four pictures in one"""

    class_share: float = 1.0
    """of the most frequent class in a piece that a segmenter with `short_side` is shown, at most"""

    light: bool = True
    """False switches brightness, contrast and saturation off together"""

    def __post_init__(self) -> None:
        for name in (*_PROBABILITIES, *_AMOUNTS):
            if not 0 <= getattr(self, name) <= 1:
                raise UserError(f"augmentation.{name}={getattr(self, name)}: it must lie between 0 and 1")
        if not 0 <= self.hue <= 0.5:
            raise UserError(f"augmentation.hue={self.hue}: it must lie between 0 and 0.5")
        if self.crop > 0.9:
            raise UserError(f"augmentation.crop={self.crop}: it must be at most 0.9, or nothing is left")


def of_clips(settings: Augmentation) -> Augmentation:
    """What suits the frames of a clip: the same window all along, and no four pictures in one."""
    return msgspec.structs.replace(settings, iou_crop=0.0, mosaic=0.0)


NO_AUGMENTATION = Augmentation(
    name="off", brightness=0, contrast=0, noise=0, flip=0, resize=0, box_jitter=0, crop=0, light=False
)
