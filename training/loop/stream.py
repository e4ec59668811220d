"""A detector over pictures in their order: one that remembers keeps its state from call to call."""

from collections.abc import Sequence

from torch import Tensor

from training.models.detector import Detector, Prediction
from training.models.temporal_ssd import TemporalSSD


class Stream:
    """A detector in eval mode, of any kind, for pictures that come in order, however they are batched."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._state: Tensor | None = None

    def __call__(self, pictures: Tensor, first: Sequence[bool]) -> list[Prediction]:
        """Detections in pictures (B, 3, H, W), 0..1; `first`: those that aren't the next frame of a video."""
        if not isinstance(self._detector, TemporalSSD):
            found: list[Prediction] = self._detector(pictures)
            return found
        found, self._state = self._detector.step(pictures, self._state, first)
        return found
