"""What every detector is given and gives."""

from collections.abc import Iterator

from torch import Tensor

from training.models.network import Network

Target = dict[str, Tensor]
Prediction = dict[str, Tensor]


class Detector(Network):
    """Images in, losses or detections out.

    `forward(images, targets)`: images (B, 3, H, W) in 0..1 at any size; in training a dict of losses, in eval
    for each image a dict of boxes (M, 4), x1, y1, x2, y2 in input pixels, scores (M,), descending, and labels
    (M,). A target holds boxes (N, 4), labels (N,) from 1, and neutral (M, 4), regions without loss; for
    TemporalSSD also first (), a bool.
    """


def check_targets(targets: list[Target] | None, images: Tensor) -> Iterator[Target]:
    """The targets, one per image. Raises ValueError for boxes without area, which the dataset leaves out."""
    if targets is None or len(targets) != len(images):
        raise ValueError(f"training takes one target for each of the {len(images)} images")
    for target in targets:
        if bool((target["boxes"][:, 2:] <= target["boxes"][:, :2]).any()):
            raise ValueError(f"boxes without area in a target: {target['boxes'].tolist()}")
        yield target
