"""SSD and SSDLite that remember the last frame (temporal.py): clips in training, a stream in use."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.models.anchors import AnchorGenerator
from training.models.backbones import STRIDE_8, STRIDE_16
from training.models.detector import Prediction, Target
from training.models.settings import ModelConfig
from training.models.ssd import SSD
from training.models.temporal import CELLS
from training.models.weights import Loaded


def ssd(config: ModelConfig, loaded: Loaded, stages: Sequence[nn.Module], anchors: AnchorGenerator) -> SSD:
    """An SSD or SSDLite, with a memory where `config.temporal` names one."""
    return (SSD if config.temporal == "none" else TemporalSSD)(config, loaded, stages, anchors)


class TemporalSSD(SSD):
    """An SSD whose blocks of stride 16 run within a cell of temporal.py.

    In training, images (N, 3, H, W) are the frames of clips, one clip after the other, and the targets'
    `first`, a bool () each, say which begin one; without it, as in eval, each picture stands for itself.
    `step` is for use on video. All weights but the cell's are named as an SSD's.
    """

    def __init__(
        self, config: ModelConfig, loaded: Loaded, stages: Sequence[nn.Module], anchors: AnchorGenerator
    ) -> None:
        super().__init__(config, loaded, stages, anchors)
        self.cell = CELLS[config.temporal](self._parts()[1])

    def forward(
        self, images: Tensor, targets: list[Target] | None = None
    ) -> dict[str, Tensor] | list[Prediction]:
        """Losses of clips in training; in eval detections of stills."""
        first = [True] * len(images)
        if targets and "first" in targets[0]:
            first = torch.stack([target["first"] for target in targets]).tolist()
        return self._results(images, self.stream(images, None, first)[0], targets)

    def step(
        self, images: Tensor, state: Tensor | None = None, first: Sequence[bool] | None = None
    ) -> tuple[list[Prediction], Tensor]:
        """Detections of a video's next frames, one or more in order, and the state to give with those after.

        state: as the last call gave it; None before any frame and at a cut. first: N bools, frames that do
        not follow the one before. In eval mode.
        """
        features, state = self.stream(images, state, first or [False] * len(images))
        found = self._results(images, features)
        assert isinstance(found, list)  # losses are forward's
        return found, state

    def features(self, images: Tensor) -> list[Tensor]:
        """The maps of stills."""
        return self.stream(images, None, [True] * len(images))[0]

    def stream(
        self, images: Tensor, state: Tensor | None, first: Sequence[bool]
    ) -> tuple[list[Tensor], Tensor]:
        """The maps that have anchors, and the state after the last image; see `step`."""
        before, blocks, after = self._parts()
        if state is None:
            state = self.zero_state(images)
        maps, state = self.cell(before(self.normalise(images)), state, first, blocks)
        return self._maps(after(maps)), state

    def _parts(self) -> tuple[nn.Sequential, nn.Sequential, nn.Sequential]:
        """The backbone down to its first map: up to stride 8, the blocks of stride 16, what follows."""
        layers = self.backbone[0]
        assert isinstance(layers, nn.Sequential)
        start, end = (cuts[self.config.backbone].block + 1 for cuts in (STRIDE_8, STRIDE_16))
        return layers[:start], layers[start:end], layers[end:]

    def zero_state(self, images: Tensor) -> Tensor:
        """For images (N, 3, H, W), (1, S, H / 16, W / 16), both rounded up: what is known at a cut."""
        height, width = (-(-size // 16) for size in images.shape[-2:])
        return images.new_zeros(1, self.cell.state_channels, height, width)
