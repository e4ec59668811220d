"""R-FCN (Dai et al. 2016, arXiv 1605.06409): a region's score is the mean of its parts', read off maps."""

from collections.abc import Sequence
from functools import partial
from itertools import accumulate

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.ops import ps_roi_align
from torchvision.ops.misc import Conv2dNormActivation

from training.models.anchors import AnchorGenerator
from training.models.backbones import out_channels
from training.models.detector import Prediction, Target
from training.models.dilation import dilate
from training.models.faster_rcnn import FasterRCNN, NeutralRoIHeads, roi_heads, usable
from training.models.norms import batch_norm
from training.models.settings import ModelConfig
from training.models.share import per_process
from training.models.weights import Loaded

STRIDE = 16  # of all its maps
PARTS = 7  # k: a region has k x k
REGIONS = 300  # of an image whose losses are computed: N in section 2
HARD_REGIONS = 128  # of them that teach: B (table 3)
BOX_BETA = 1 / 9  # of the smooth L1 loss, as in torchvision's Faster R-CNN


def rfcn(
    config: ModelConfig,
    loaded: Loaded,
    stages: Sequence[nn.Module],
    anchors: AnchorGenerator,
    kind: type[FasterRCNN] = FasterRCNN,
) -> FasterRCNN:
    """Regions are proposed on the map of `stages[0]`, of stride 16, and judged on the whole backbone's."""
    body, tail = stages
    dilate(tail, STRIDE, STRIDE)
    scores = config.classes + 1
    regions = partial(roi_heads, VotingHeads, config, VotePool(), nn.Identity(), Split(scores))
    return kind(config, loaded, VoteMaps(body, tail, scores), anchors, out_channels(body), regions)


class VoteMaps(nn.Module):
    """A backbone, and 1x1 convolutions that give k x k maps for each score and for each side of the box."""

    def __init__(self, body: nn.Module, tail: nn.Module, scores: int) -> None:
        super().__init__()
        self.stages = nn.ModuleList([body, tail])
        channels = out_channels(tail)
        hidden = channels // 2  # the paper's 2048 to 1024
        self.reduce = Conv2dNormActivation(channels, hidden, 1, norm_layer=batch_norm)
        self.scores = nn.Conv2d(hidden, PARTS**2 * scores, 1)
        self.boxes = nn.Conv2d(hidden, PARTS**2 * 4, 1)
        for conv in (self.scores, self.boxes):
            nn.init.normal_(conv.weight, std=0.01)
            nn.init.zeros_(conv.get_parameter("bias"))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Maps of stride 16: "0", the RPN's; "scores" of k²(1 + classes) channels; "boxes" of 4k²."""
        shared = self.stages[0](images)
        hidden = self.reduce(self.stages[1](shared))
        return {"0": shared, "scores": self.scores(hidden), "boxes": self.boxes(hidden)}


class VotePool(nn.Module):
    """Equation 1 and the vote after it, without a parameter: all that is done for a region."""

    def forward(
        self, features: dict[str, Tensor], proposals: list[Tensor], sizes: list[tuple[int, int]]
    ) -> Tensor:
        """(R, 1 + classes + 4): class logits and a coded box for each of the proposals, in float32.

        Each part of a region is read off its own map, bilinearly (RoI Align's way, where the paper rounds to
        cells), and the parts' mean is the region's value. `sizes` is for torchvision.
        """
        maps = torch.cat((features["scores"], features["boxes"]), dim=1).float()
        return ps_roi_align(maps, proposals, PARTS, 1 / STRIDE, sampling_ratio=2).mean(dim=(2, 3))


class Split(nn.Module):
    """A region's values as torchvision's heads want them; the box is the same whatever the class."""

    def __init__(self, scores: int) -> None:
        super().__init__()
        self.count = scores

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Class logits (R, 1 + classes) and coded boxes (R, 4 (1 + classes))."""
        return values[:, : self.count], values[:, self.count :].repeat(1, self.count)


class VotingHeads(NeutralRoIHeads):
    """RoI heads that learn from the regions with the highest losses (OHEM, arXiv 1604.03540).

    A region costs next to nothing, so that the losses of all can be computed (section 2, "Training").
    """

    def forward(
        self,
        features: dict[str, Tensor],
        proposals: list[Tensor],
        image_shapes: list[tuple[int, int]],
        targets: list[Target] | None = None,
    ) -> tuple[list[Prediction], dict[str, Tensor]]:
        """As torchvision's."""
        if not self.training or targets is None:
            return super().forward(features, proposals, image_shapes, targets)
        proposals = [usable(each[:REGIONS], target) for each, target in zip(proposals, targets, strict=True)]
        proposals, _, labels, coded = self.select_training_samples(proposals, targets)
        scores, boxes = self.box_predictor(self.box_roi_pool(features, proposals, image_shapes))
        counts = [len(each) for each in proposals]
        return [], hard_losses(scores, boxes[:, :4], torch.cat(labels), torch.cat(coded), counts)

    def subsample(self, labels: list[Tensor]) -> list[Tensor]:
        """All regions: which of them teach, their losses will tell."""
        return [torch.arange(len(each), device=each.device) for each in labels]


def hard_losses(
    scores: Tensor, boxes: Tensor, labels: Tensor, wanted: Tensor, counts: list[int]
) -> dict[str, Tensor]:
    """Cross-entropy, and smooth L1 of the cars' boxes, over the hardest regions of each image.

    scores (R, 1 + classes), coded boxes (R, 4) and those wanted, labels (R,), 0 for background; `counts`: the
    images' shares of R. Both are means over the regions chosen in the whole batch, and zero without any.
    """
    entropy = F.cross_entropy(scores, labels, reduction="none")
    wanted = torch.where(labels[:, None] > 0, wanted, boxes.detach())  # background has no box to be off from
    distance = F.smooth_l1_loss(boxes, wanted, reduction="none", beta=BOX_BETA).sum(dim=1)
    losses = torch.split((entropy + distance).detach(), counts)
    starts = accumulate(counts, initial=0)
    hard = torch.cat(
        [
            start + each.topk(min(HARD_REGIONS, len(each))).indices
            for start, each in zip(starts, losses, strict=False)
        ]
    )
    chosen = per_process(labels.new_tensor(len(hard)))
    return {
        "loss_classifier": entropy[hard].sum() / chosen,
        "loss_box_reg": distance[hard].sum() / chosen,
    }
