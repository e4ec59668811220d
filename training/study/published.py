"""What the domain randomization paper reported of the same things, to stand beside ours.

Tremblay et al. 2018, "Training Deep Networks with Synthetic Data: Bridging the Reality Gap by Domain
Randomization", arXiv:1804.06516.
"""

from typing import NamedTuple

from training.study.results import Case

PAPER = "Tremblay et al. 2018, arXiv:1804.06516"
CONDITIONS = (
    "No repeats or intervals are told, and training was stopped where the result on the test pictures was "
    "best; these were 500 of KITTI's at random, and cars count as they do here. Detectors, rendered pictures "
    "and test pictures are others than ours: compare what a change does, not the level. What no distractors "
    "cost is given as 1.1%, which is taken for points; what Virtual KITTI and real pictures alone reach with "
    "6,000 real pictures, as 1.6% and 2.1% less than 98.5, likewise."
)

ALONE = ("", "synthetic")  # points of an axis where rendered pictures alone train, as in the paper's ablation
REAL_PICTURES = "real pictures"  # the axis along which the paper fine-tuned


class Published(NamedTuple):
    """A figure of the paper's: AP at IoU 0.5, in percent."""

    subject: str
    name: str
    ap: float | None  # None where the paper gives a difference alone
    difference: float | None  # to full randomization, in percent points
    detector: str
    place: str
    arm: str = ""  # ours, where it is the same thing
    real_pictures: int = 0  # that it was fine-tuned on


_ONE, _TWO = "Faster R-CNN, ResNet V1", "Faster R-CNN, Inception-ResNet V2"
_R_FCN, _SSD = "R-FCN, Inception-ResNet V2", "SSD, ResNet-101"
_ABLATION = "section 4.2, figure 7"
_FREEZING = "section 4.3, table 3"

PUBLISHED = (
    Published("ablation", "full randomization", 73.7, 0.0, _ONE, _ABLATION, "full"),
    Published("ablation", "fixed light", 67.6, -6.1, _ONE, _ABLATION, "no_lighting"),
    Published("ablation", "no texture", 69.0, -4.7, _ONE, _ABLATION, "no_texture"),
    Published("ablation", "half the textures", 71.5, -2.2, _ONE, _ABLATION, "half_textures"),
    Published("ablation", "no augmentation", 72.0, -1.7, _ONE, _ABLATION, "no_augmentation"),
    Published("ablation", "no distractors", None, -1.1, _ONE, _ABLATION, "no_distractors"),
    Published("ablation", "no light augmentation", 73.6, -0.1, _ONE, _ABLATION, "no_light_augmentation"),
    Published("trained on", "Virtual KITTI", 79.7, None, _TWO, "section 4.1, table 1"),
    Published("trained on", "domain randomization", 78.1, None, _TWO, "section 4.1, table 1"),
    Published("trained on", "Virtual KITTI", 64.6, None, _R_FCN, "section 4.1, table 1"),
    Published("trained on", "domain randomization", 71.5, None, _R_FCN, "section 4.1, table 1"),
    Published("trained on", "Virtual KITTI", 36.1, None, _SSD, "section 4.1, table 1"),
    Published("trained on", "domain randomization", 46.3, None, _SSD, "section 4.1, table 1"),
    Published("6,000 real", "domain randomization, then real", 98.5, None, _TWO, "section 4.1", "full", 6000),
    Published("6,000 real", "Virtual KITTI, then real", 96.9, None, _TWO, "section 4.1", "vkitti", 6000),
    Published("6,000 real", "real alone", 96.4, None, _TWO, "section 4.1", "real_only", 6000),
    Published("backbone", "frozen", 66.4, None, "Faster R-CNN", _FREEZING),
    Published("backbone", "all of it trained", 78.1, None, "Faster R-CNN", _FREEZING),
    Published("backbone", "frozen", 69.4, None, "R-FCN", _FREEZING),
    Published("backbone", "all of it trained", 71.5, None, "R-FCN", _FREEZING),
    Published("from COCO's weights", "as they are", 56.1, None, _TWO, "section 4.3, table 2"),
    Published("from COCO's weights", "Virtual KITTI", 79.7, None, _TWO, "section 4.3, table 2"),
    Published("from COCO's weights", "domain randomization", 83.7, None, _TWO, "section 4.3, table 2"),
)

_DIFFERENCES = {each.arm: each.difference for each in PUBLISHED if each.subject == "ablation"}


def difference(case: Case, baseline: Case) -> float | None:
    """What the paper lost (percent points) by the same change, where it tried it."""
    if baseline.arm != "full" or case.arm == "full" or case.point not in ALONE:
        return None
    return _DIFFERENCES.get(case.arm)


def fine_tuned(arm: str) -> Published | None:
    """The paper's result with all its real pictures, of one of our arms."""
    return next((each for each in PUBLISHED if each.arm == arm and each.real_pictures), None)
