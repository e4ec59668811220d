"""Around a detector: bytes to its input, its output to detections in a picture's own pixels."""

import numpy as np
import torch
from torch import Tensor

from training.data.detections import Detections


def scaled(images: Tensor) -> Tensor:
    """Bytes (B, 3, H, W) to 0..1, with a pixel's channels side by side: convolutions are faster on those."""
    return images.to(torch.float32, memory_format=torch.channels_last) / 255


def to_detections(prediction: dict[str, Tensor], scale: tuple[float, float]) -> Detections:
    """Detections of one picture, the surest first.

    prediction: boxes (M, 4) in pixels of the input, scores (M,). scale: from the input's x and y to the
    picture's.
    """
    sx, sy = scale
    boxes = prediction["boxes"].detach().cpu().numpy().astype(np.float64) * (sx, sy, sx, sy)
    scores = prediction["scores"].detach().cpu().numpy().astype(np.float64)
    order = np.argsort(-scores, kind="stable")
    return Detections(boxes[order], scores[order])
