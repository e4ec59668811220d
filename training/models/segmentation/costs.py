"""Parameters and multiply-adds of segmenters, and how they compare with the V3 paper's table 7.

`python -m training.models.segmentation.costs` prints the comparison as a Markdown table.
"""

from functools import partial
from typing import Any, get_args

import torch
from msgspec.structs import replace
from torch import Tensor, nn
from torchvision.ops import SqueezeExcitation

from training.models.costs import V3, Cost, Published, multiply_adds, parameters, table
from training.models.segmentation.build import build_segmenter
from training.models.segmentation.segmenter import Segmenter
from training.models.settings import BackboneName, HeadName, ModelConfig

_, V2, LARGE, SMALL = get_args(BackboneName)
# Height and width. The paper says 1024 × 2048; DeepLab's networks, which these are, run on a pixel more.
MEASURED_AT = (1025, 2049)
PER_ELEMENT = 2  # multiply-adds of h-swish (x · relu6(x + 3) / 6), and of Squeeze-Excite (mean and product)


def segmenter_cost(config: ModelConfig) -> Cost:
    """A segmenter at `config.input`, without its auxiliary head and without resizing."""
    segmenter = _without_values(config)
    return Cost(parameters(segmenter), multiply_adds(segmenter, config.input))


def published_cost(config: ModelConfig) -> Cost:
    """The same at Cityscapes' size as the V3 paper's table 7 counts it, by what its numbers tell.

    Parameters with BatchNorm's scale and shift; multiply-adds with those of h-swish and Squeeze-Excite, which
    the paper's other tables leave out.
    """
    segmenter = _without_values(config)
    elements = _elements(segmenter)
    layers = multiply_adds(segmenter, MEASURED_AT)
    weights = sum(weight.numel() for weight in segmenter.parameters())
    return Cost(weights, layers + PER_ELEMENT * sum(elements))


def _without_values(config: ModelConfig) -> Segmenter:
    with torch.device("meta"):
        segmenter = build_segmenter(replace(config, weights="none")).eval()
    segmenter.auxiliary = None
    return segmenter


def _elements(segmenter: Segmenter) -> list[int]:
    """A list that fills, as the segmenter runs, with the sizes of what h-swish and Squeeze-Excite give."""
    sizes: list[int] = []

    def note(_layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        sizes.append(output.numel())

    for layer in segmenter.modules():
        if isinstance(layer, nn.Hardswish | SqueezeExcitation):
            layer.register_forward_hook(note)
    return sizes


def _row(
    number: int,
    name: str,
    backbone: BackboneName,
    head: HeadName,
    filters: int,
    params: str,
    madds: str,
    note: str = "",
    **options: Any,
) -> Published:
    """A row of the table, at stride 16 with Cityscapes' 19 classes."""
    config = ModelConfig(
        head=head, backbone=backbone, filters=filters, classes=19, output_stride=16, **options
    )
    return Published(
        f"{name}, {'LR-ASPP' if head == 'lraspp' else 'R-ASPP'} {filters}",
        f"{V3}, table 7, row {number}",
        partial(published_cost, config),
        params,
        madds,
        note,
    )


CUT_OFF = "0.168 M: the paper cuts the number off"
HALF: dict[str, Any] = {"reduced_tail": True}
PUBLISHED = (
    _row(1, "V2", V2, "raspp", 256, "2.11 M", "21.29 B"),
    _row(2, "V2 half", V2, "raspp", 256, "1.15 M", "13.68 B", **HALF),
    _row(3, "V2 half", V2, "lraspp", 256, "1.02 M", "12.83 B", **HALF),
    _row(4, "V2 half", V2, "lraspp", 128, "0.98 M", "12.57 B", **HALF),
    _row(5, "V3-Large", LARGE, "raspp", 256, "3.60 M", "18.43 B"),
    _row(6, "V3-Large half", LARGE, "raspp", 256, "1.76 M", "11.24 B", **HALF),
    _row(7, "V3-Large half", LARGE, "lraspp", 256, "1.63 M", "10.33 B", **HALF),
    _row(8, "V3-Large half", LARGE, "lraspp", 128, "1.51 M", "9.74 B", **HALF),
    _row(9, "V2 0.5 half", V2, "lraspp", 128, "0.28 M", "4.00 B", width_mult=0.5, **HALF),
    _row(10, "V2 0.35 half", V2, "lraspp", 128, "0.16 M", "2.54 B", CUT_OFF, width_mult=0.35, **HALF),
    _row(11, "V3-Small half", SMALL, "lraspp", 128, "0.47 M", "2.90 B", **HALF),
)

if __name__ == "__main__":
    print(table(PUBLISHED))
