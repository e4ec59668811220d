"""Parameters and multiply-adds of backbones and detectors, and how they compare with the papers'.

`python -m training.models.costs` prints the comparison as a Markdown table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import torch
from msgspec.structs import replace
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from training.models.anchors import AnchorGenerator, LevelAnchors
from training.models.backbones import classifier
from training.models.build import build_detector
from training.models.faster_rcnn import C4_CROP, FPN_CROP, PROPOSALS, FasterRCNN
from training.models.settings import BackboneName, HeadName, ModelConfig
from training.models.ssd import SSD

TOLERANCE = 0.02  # of a paper's number, besides the rounding of its last digit


@dataclass(frozen=True)
class Cost:
    """What a network takes at one input size."""

    parameters: int  # weights and biases of convolutions and dense layers: BatchNorm is folded into them
    madds: int  # multiply-adds per image of those layers alone, which is what papers count


def parameters(network: nn.Module) -> int:
    """Weights and biases of convolutions and dense layers."""
    layers = (module for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear))
    return sum(parameter.numel() for layer in layers for parameter in layer.parameters())


def multiply_adds(run: Callable[[Tensor], object], size: tuple[int, int]) -> int:
    """Of one call on an image of this height and width. On the meta device nothing is computed."""
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        run(torch.zeros(1, 3, *size))
    return counter.get_total_flops() // 2  # it counts a multiplication and an addition as two


def classifier_cost(name: BackboneName, width_mult: float = 1.0, size: int = 224) -> Cost:
    """An ImageNet network with 1,000 classes."""
    with torch.device("meta"):
        network = classifier(name, width_mult).eval()
    return Cost(parameters(network), multiply_adds(network, (size, size)))


def detector_cost(config: ModelConfig, anchors: AnchorGenerator | None = None) -> Cost:
    """A detector at `config.input`, without decoding and suppression; 300 proposals from each branch."""
    with torch.device("meta"):
        detector = build_detector(replace(config, weights="none"), anchors).eval()
    assert isinstance(detector, SSD | FasterRCNN)
    run = detector.heads if isinstance(detector, SSD) else partial(_run_faster_rcnn, detector)
    return Cost(parameters(detector), multiply_adds(run, config.input))


def _run_faster_rcnn(detector: FasterRCNN, images: Tensor) -> None:
    """The layers with a fixed number of regions; the real number follows from the image."""
    maps = list(detector.features(images).values())
    detector.rpn.head([maps[level] for level in detector.rpn.anchor_generator.levels])
    if detector.config.head == "rfcn":
        return  # a region's mean over its maps is no layer
    crop = C4_CROP if detector.config.head == "faster_rcnn_c4" else FPN_CROP
    regions = torch.zeros(len(maps[0]) * PROPOSALS["testing"], maps[0].shape[1], crop, crop)
    detector.roi_heads.box_predictor(detector.roi_heads.box_head(regions))


@dataclass(frozen=True)
class Published:
    """A network's cost as a paper prints it, with as many digits."""

    network: str
    source: str
    cost: Callable[[], Cost]
    parameters: str  # "4.2 M"
    madds: str  # "569 M" or "0.62 B"
    note: str = ""


def coco_anchors(levels: int = 6) -> AnchorGenerator:
    """As many as TensorFlow's SSDs have, 3 per cell of the first map and 6 of the others: for counting."""
    return AnchorGenerator([LevelAnchors(level, (BOX,) * (6 if level else 3)) for level in range(levels)])


def _classifier(name: BackboneName, width_mult: float = 1.0) -> Callable[[], Cost]:
    return lambda: classifier_cost(name, width_mult)


def _ssd(
    head: HeadName, backbone: BackboneName, size: int, scores: int, **options: Any
) -> Callable[[], Cost]:
    config = ModelConfig(head=head, backbone=backbone, input=(size, size), classes=scores - 1, **options)
    return lambda: detector_cost(config, coco_anchors())


_ssdlite = partial(_ssd, "ssdlite", size=320)


def _faster_rcnn_v1(size: int) -> Callable[[], Cost]:
    config = ModelConfig(head="faster_rcnn_c4", backbone="mobilenet_v1", input=(size, size), classes=90)
    return lambda: detector_cost(config, AnchorGenerator([LevelAnchors(0, (BOX,) * 12)]))


BOX = (0.5, 0.5, 0.5, 0.5)  # any: it is the number of anchors that costs
NAME_V1, NAME_V2, LARGE, SMALL = get_args(BackboneName)
V1, V2, V3 = "arXiv 1704.04861", "arXiv 1801.04381", "arXiv 1905.02244"
CUT_OFF = "the authors' released network has 3.47 M too: the paper cuts the number off"
# Scores per anchor: 81 are COCO's classes and background; 91 count its ids up to 90, ten of them unused. The
# papers do not say which they have; the numbers fit 81 in the V2 paper and 91 in the others.
PUBLISHED = (
    Published("V1 1.0", f"{V1}, table 6", _classifier(NAME_V1), "4.2 M", "569 M"),
    Published("V1 0.75", f"{V1}, table 6", _classifier(NAME_V1, 0.75), "2.6 M", "325 M"),
    Published("V1 0.5", f"{V1}, table 6", _classifier(NAME_V1, 0.5), "1.3 M", "149 M"),
    Published("V1 0.25", f"{V1}, table 6", _classifier(NAME_V1, 0.25), "0.5 M", "41 M"),
    Published("V2 1.0", f"{V2}, table 4", _classifier(NAME_V2), "3.4 M", "300 M", CUT_OFF),
    Published("V3-Large", f"{V3}, table 3", _classifier(LARGE), "5.4 M", "219 M"),
    Published("V3-Large 0.75", f"{V3}, table 3", _classifier(LARGE, 0.75), "4.0 M", "155 M"),
    Published("V3-Small", f"{V3}, table 3", _classifier(SMALL), "2.5 M", "56 M", "the layout of its table 2"),
    Published("V3-Small 0.75", f"{V3}, table 3", _classifier(SMALL, 0.75), "2.0 M", "44 M"),
    Published("SSDLite V1, 81 scores", f"{V2}, table 6", _ssdlite(NAME_V1, scores=81), "5.1 M", "1.3 B"),
    Published(
        "SSDLite V2, 81 scores, last conv kept",
        f"{V2}, table 6",
        _ssdlite(NAME_V2, scores=81, keep_last_conv=True),
        "4.3 M",
        "0.80 B",
    ),
    Published(
        "SSDLite V3-Large, 91 scores", f"{V3}, table 6", _ssdlite(LARGE, scores=91), "4.97 M", "0.62 B"
    ),
    Published(
        "SSDLite V3-Large reduced, 91 scores",
        f"{V3}, table 6",
        _ssdlite(LARGE, scores=91, reduced_tail=True),
        "3.22 M",
        "0.51 B",
    ),
    Published(
        "SSDLite V3-Small, 91 scores", f"{V3}, table 6", _ssdlite(SMALL, scores=91), "2.49 M", "0.21 B"
    ),
    Published(
        "SSDLite V3-Small reduced, 91 scores",
        f"{V3}, table 6",
        _ssdlite(SMALL, scores=91, reduced_tail=True),
        "1.77 M",
        "0.16 B",
    ),
    Published("SSD300 V1, 91 scores", f"{V1}, table 13", _ssd("ssd", NAME_V1, 300, 91), "6.8 M", "1.2 B"),
    Published("Faster R-CNN V1, 300", f"{V1}, table 13", _faster_rcnn_v1(300), "6.1 M", "25.2 B"),
    Published("Faster R-CNN V1, 600", f"{V1}, table 13", _faster_rcnn_v1(600), "6.1 M", "30.5 B"),
)


def agrees(count: int, printed: str) -> bool:
    """Within two per cent of a printed number such as "0.62 B", or equal to it at its digits."""
    value, number = _in_units_of(count, printed)
    decimals = len(printed.split()[0].partition(".")[2])
    return round(value, decimals) == number or abs(value / number - 1) <= TOLERANCE


def _in_units_of(count: int, printed: str) -> tuple[float, float]:
    """A count in millions or billions, as the printed number is, and that number."""
    number, unit = printed.split()
    return count / {"M": 10**6, "B": 10**9}[unit], float(number)


def table(rows: Sequence[Published]) -> str:
    """The comparison in Markdown."""
    head = [
        "| network | parameters | paper | multiply-adds | paper | source |",
        "|---|---:|---:|---:|---:|---|",
    ]
    return "\n".join([*head, *map(_row, rows)])


def _row(row: Published) -> str:
    cost = row.cost()
    cells = (
        row.network,
        *_pair(cost.parameters, row.parameters),
        *_pair(cost.madds, row.madds),
        row.source + (f"; {row.note}" if row.note else ""),
    )
    return f"| {' | '.join(cells)} |"


def _pair(count: int, printed: str) -> tuple[str, str]:
    value, number = _in_units_of(count, printed)
    return f"{value:.4g} {printed.split()[1]}", f"{printed} ({value / number - 1:+.1%})"


if __name__ == "__main__":
    print(table(PUBLISHED))
