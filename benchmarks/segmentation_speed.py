"""Time per picture of LR-ASPP on MobileNet V3-Large against R-ASPP on V2, with one thread.

    python benchmarks/segmentation_speed.py [size=512x1024] [rounds=7] [repeats=3]

The V3 paper (table 7) measures the two on a Pixel 3's large core: 2.47 s against 3.90 s at 1024 × 2048, and
0.66 s against 1.02 s at 512 × 1024. Here both run on this CPU, in PyTorch and in ONNX Runtime, with 19
classes, stride 16 and weights at random: to logits of the input's size and, besides, to the head's own grid
alone, for the resizing is about the same work for both. The networks take turns in every round, so that a
machine's drift cancels; a round's figure is the median of its repeats, and ratios are taken round by round.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import training  # noqa: F401  # isort: skip  # lets PyTorch's threads sleep; before PyTorch
import onnxruntime
import torch
from torch import Tensor, nn

from conf.errors import UserError
from training.models.onnx_export import INPUT, exported
from training.models.segmentation.build import build_segmenter
from training.models.segmentation.segmenter import Segmenter
from training.models.settings import ModelConfig

DEFAULTS = {"size": "512x1024", "rounds": "7", "repeats": "3"}
NETWORKS = {
    "V2, R-ASPP 256": {"head": "raspp", "backbone": "mobilenet_v2", "filters": 256},
    "V3-Large half, LR-ASPP 128": {
        "head": "lraspp",
        "backbone": "mobilenet_v3_large",
        "reduced_tail": True,
        "filters": 128,
    },
}
PAPER_S = {(1024, 2048): (3.90, 2.47), (512, 1024): (1.02, 0.657)}

Run = Callable[[], object]


class HeadAlone(nn.Module):
    """A segmenter without its last resizing."""

    def __init__(self, segmenter: Segmenter) -> None:
        super().__init__()
        self.segmenter = segmenter

    def forward(self, images: Tensor) -> Tensor:
        return self.segmenter.head(self.segmenter.backbone(self.segmenter.normalise(images)))


def main(args: list[str]) -> None:
    options = DEFAULTS | dict(arg.split("=", 1) for arg in args if "=" in arg)
    if unknown := [arg for arg in args if arg.partition("=")[0] not in DEFAULTS or "=" not in arg]:
        raise UserError(f"{unknown[0]}: no such option; there are {', '.join(DEFAULTS)}, each as KEY=VALUE")
    height, width = (int(side) for side in options["size"].split("x"))
    torch.set_num_threads(1)
    images = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    runs = {
        (runtime, part, name): run
        for name, settings in NETWORKS.items()
        for part, network in parts(build(settings, (height, width))).items()
        for runtime, run in (
            ("PyTorch", in_pytorch(network, images)),
            ("ONNX Runtime", in_onnx(network, images)),
        )
    }
    show(take_turns(runs, int(options["rounds"]), int(options["repeats"])), (height, width))


def build(settings: dict[str, object], size: tuple[int, int]) -> Segmenter:
    torch.manual_seed(0)
    config = ModelConfig(input=size, classes=19, output_stride=16, weights="none", **settings)
    return build_segmenter(config).eval()


def parts(segmenter: Segmenter) -> dict[str, nn.Module]:
    return {"whole": segmenter, "without resizing": HeadAlone(segmenter).eval()}


def in_pytorch(network: nn.Module, images: Tensor) -> Run:
    side_by_side = images.to(memory_format=torch.channels_last)

    def run() -> object:
        with torch.inference_mode():
            return network(side_by_side)

    return run


def in_onnx(network: nn.Module, images: Tensor) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = exported(network, {INPUT: images}, ["logits"], dynamic_batch=False).SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    given = {INPUT: images.numpy()}
    return lambda: session.run(None, given)


def take_turns(
    runs: dict[tuple[str, str, str], Run], rounds: int, repeats: int
) -> dict[tuple[str, str, str], list[float]]:
    """Seconds of each round, after one that is not counted; every second round in the other order."""
    taken: dict[tuple[str, str, str], list[float]] = {key: [] for key in runs}
    for number in range(-1, rounds):
        for key in list(runs)[:: 1 if number % 2 else -1]:
            seconds = median(timed(runs[key]) for _ in range(repeats))
            if number >= 0:
                taken[key].append(seconds)
    return taken


def timed(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def show(taken: dict[tuple[str, str, str], list[float]], size: tuple[int, int]) -> None:
    base, ours = NETWORKS
    print(f"{size[0]} × {size[1]}, one thread, seconds per picture\n")
    print(f"| | {base} | {ours} | less time | over the rounds |\n|---|---:|---:|---:|---:|")
    for runtime, part in dict.fromkeys(key[:2] for key in taken):
        first, second = taken[runtime, part, base], taken[runtime, part, ours]
        saved = [1 - after / before for before, after in zip(first, second, strict=True)]
        row(f"{runtime}, {part}", median(first), median(second), median(saved), min(saved), max(saved))
    if size in PAPER_S:
        before, after = PAPER_S[size]
        print(f"| V3 paper, Pixel 3 | {before:.3f} | {after:.3f} | {1 - after / before:.1%} | |")


def row(name: str, before: float, after: float, saved: float, low: float, high: float) -> None:
    print(f"| {name} | {before:.3f} | {after:.3f} | {saved:.1%} | {low:.1%} to {high:.1%} |")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
