"""Why is MobileNet V3 faster, with SE and h-swish? One thread's time of SSDLites, with and without them.

    python benchmarks/latency.py [size=320] [rounds=20]

The networks have the papers' COCO head: 91 scores and 3 or 6 anchors per cell. Weights are at random, with
BatchNorm's statistics taken from noise, so that no value dies out or overflows. What is timed ends at the raw
outputs: decoding and suppression are the same for all, and take longer the more is found. PyTorch runs the
network as evaluate.py does; ONNX Runtime runs what export.py writes, and folds BatchNorm into the
convolutions. A round takes every network in turn, in both; ratios are taken within a round, so that a
machine's drift cancels, and what is printed are medians over the rounds. Beside them stand the milliseconds
that the V3 paper measured on a Pixel 1's large core (arXiv 1905.02244, table 6).
"""

import copy
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import Any

import training  # noqa: F401  # isort: skip  # lets PyTorch's threads sleep; before PyTorch
import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import SqueezeExcitation

from conf.errors import UserError
from training.models.build import build_detector
from training.models.costs import coco_anchors, parameters
from training.models.norms import adapt_batch_norms
from training.models.onnx_file import INPUT, RawHeads, to_onnx
from training.models.settings import ModelConfig
from training.models.ssd import SSD

DEFAULTS = {"size": "320", "rounds": "20"}
CLASSES = 90  # COCO's ids: 91 scores with background
PASSES = 5  # of a network in a round; the fastest counts, being the least disturbed
RUNTIMES = ("PyTorch", "ONNX Runtime")
REST = "extra maps, heads"
PARTS = ("1/2", "1/4", "1/8", "1/16", "1/32", "SE", REST)  # of a network: the backbone's by its map's size


@dataclass(frozen=True)
class Network:
    """An SSDLite, and what is taken out of it."""

    name: str
    backbone: str
    options: Mapping[str, Any] = field(default_factory=dict)  # of ModelConfig
    pixel_ms: int | None = None  # on a Pixel 1, as the V3 paper prints it
    without: tuple[type[nn.Module], ...] = ()  # nn.Hardswish gives way to ReLU, SqueezeExcitation to nothing


V2 = "V2 with its last layer, 320 to 1280"  # as in the papers' SSDLite, by its multiply-adds
PLAIN = (
    Network("V1", "mobilenet_v1", pixel_ms=228),
    Network(V2, "mobilenet_v2", {"keep_last_conv": True}, pixel_ms=162),
    Network("V2 without it", "mobilenet_v2"),
    Network("V3-Large", "mobilenet_v3_large", pixel_ms=137),
    Network("V3-Large reduced", "mobilenet_v3_large", {"reduced_tail": True}, pixel_ms=119),
    Network("V3-Small", "mobilenet_v3_small", pixel_ms=52),
    Network("V3-Small reduced", "mobilenet_v3_small", {"reduced_tail": True}, pixel_ms=43),
)
CHANGES: dict[str, tuple[type[nn.Module], ...]] = {
    "h-swish → ReLU": (nn.Hardswish,),
    "SE off": (SqueezeExcitation,),
    "both": (nn.Hardswish, SqueezeExcitation),
}
CHANGED = tuple(
    Network(f"{network.name}, {change}", network.backbone, network.options, without=without)
    for network in PLAIN
    if network.backbone.startswith("mobilenet_v3")
    for change, without in CHANGES.items()
)

Run = Callable[[], object]
Times = NDArray[np.float64]  # milliseconds (rounds, RUNTIMES)


@dataclass(frozen=True)
class Measured:
    """What a network costs."""

    parameters: int
    parts: Mapping[str, int]  # multiply-adds of each of PARTS
    ms: Times

    @property
    def madds(self) -> int:
        """Multiply-adds of the whole."""
        return sum(self.parts.values())


def main(args: list[str]) -> None:
    options = DEFAULTS | dict(arg.split("=", 1) for arg in args if "=" in arg)
    if unknown := [arg for arg in args if arg.partition("=")[0] not in DEFAULTS or "=" not in arg]:
        raise UserError(f"{unknown[0]}: no such option; there are {', '.join(DEFAULTS)}, each as KEY=VALUE")
    size, rounds = (int(options[name]) for name in ("size", "rounds"))
    print(f"{size} × {size}, one thread, {rounds} rounds; PyTorch {torch.__version__}, "
          f"ONNX Runtime {onnxruntime.__version__}")  # fmt: skip
    measured = measure((*PLAIN, *CHANGED), size, rounds)
    for table in (network_table, change_table, part_table):
        print(f"\n{table(measured)}")


def measure(networks: tuple[Network, ...], size: int, rounds: int) -> dict[str, Measured]:
    """Build each network for pictures of this size, count it, and time all of them in turn."""
    torch.set_num_threads(1)
    built = {network.name: build(network, size) for network in networks}
    runs = {name: runners(detector, size) for name, detector in built.items()}
    taken: dict[str, list[list[float]]] = {name: [] for name in runs}
    for number in range(rounds):
        for name in list(runs)[:: 1 if number % 2 == 0 else -1]:
            taken[name].append([fastest_ms(run) for run in runs[name]])
    return {
        name: Measured(parameters(detector), madds_by_part(detector, size), np.array(taken[name]))
        for name, detector in built.items()
    }


def build(network: Network, size: int) -> SSD:
    """The detector, ready to detect."""
    torch.manual_seed(0)
    config = ModelConfig(
        backbone=network.backbone, input=(size, size), classes=CLASSES, weights="none", **network.options
    )
    detector = build_detector(config, coco_anchors())
    assert isinstance(detector, SSD)
    for kind in network.without:
        replace_modules(detector, kind, nn.ReLU if kind is nn.Hardswish else nn.Identity)
    adapt_batch_norms(detector, [torch.rand(2, 3, size, size)])
    return detector.eval()


def replace_modules(network: nn.Module, kind: type[nn.Module], other: Callable[[], nn.Module]) -> None:
    """Put a new module of another kind in the place of each of a kind."""
    for name, module in list(network.named_modules()):
        if isinstance(module, kind):
            network.set_submodule(name, other())


def madds_by_part(detector: SSD, size: int) -> dict[str, int]:
    """Multiply-adds of each of PARTS, of the network as it stands, with what was taken out of it."""
    counted = copy.deepcopy(detector).to("meta")
    excitations = [module for module in counted.modules() if isinstance(module, SqueezeExcitation)]
    in_excitations = {layer for module in excitations for layer in module.modules()}
    in_backbone = set(counted.backbone.modules())
    found: Counter[str] = Counter()

    def count(conv: nn.Conv2d, _inputs: object, output: Tensor) -> None:
        by_size = f"1/{2 ** round(log2(size / output.shape[-1]))}"
        part = "SE" if conv in in_excitations else by_size if conv in in_backbone else REST
        found[part] += output.numel() * conv.weight[0].numel()

    for module in counted.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    counted.heads(torch.zeros(1, 3, size, size, device="meta"))
    return {part: found[part] for part in PARTS}


def runners(detector: SSD, size: int) -> tuple[Run, Run]:
    """What runs one picture through the network, in each of RUNTIMES."""
    picture = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    network, beside = RawHeads(detector), picture.to(memory_format=torch.channels_last)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        to_onnx(detector, dynamic_batch=False), settings, providers=["CPUExecutionProvider"]
    )
    feed = {INPUT: picture.numpy()}

    @torch.inference_mode()
    def in_pytorch() -> tuple[Tensor, ...]:
        return network(beside)

    return in_pytorch, lambda: session.run(None, feed)


def fastest_ms(run: Run) -> float:
    """Milliseconds of a pass, behind one that brings the network back into the caches."""
    run()
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def network_table(measured: Mapping[str, Measured]) -> str:
    """Cost and time of each plain network; in brackets the ratio to V2's time."""
    head = "| SSDLite on | parameters | multiply-adds | PyTorch, ms | ONNX Runtime, ms | Pixel 1, ms |"
    base_ms = next((network.pixel_ms for network in PLAIN if network.name == V2), None)
    rows = []
    for network in PLAIN:
        if network.name in measured:
            one = measured[network.name]
            cells = [network.name, f"{one.parameters / 1e6:.2f} M", f"{one.madds / 1e9:.3f} B"]
            cells += [f"{np.median(one.ms[:, place]):.1f} ({ratio:.2f})"
                      for place, ratio in enumerate(ratios(one, measured[V2]))]  # fmt: skip
            rows.append([*cells, pixel(network.pixel_ms, base_ms)])
    return markdown(head, rows)


def pixel(own: int | None, base: int | None) -> str:
    """The paper's milliseconds and their ratio to V2's."""
    return f"{own} ({own / base:.2f})" if own and base else ""


def change_table(measured: Mapping[str, Measured]) -> str:
    """The share of time, and of multiply-adds, that is left of V3 without h-swish, SE, or both."""
    head = "| of V3 there is left | multiply-adds | " + " | ".join(RUNTIMES) + " |"
    rows = []
    for network in CHANGED:
        base = network.name.partition(",")[0]
        if network.name in measured and base in measured:
            one, whole = measured[network.name], measured[base]
            parts = (one.madds / whole.madds, *ratios(one, whole))
            rows.append([network.name, *(f"{part:.1%}" for part in parts)])
    return markdown(head, rows)


def part_table(measured: Mapping[str, Measured]) -> str:
    """Where the plain networks' multiply-adds are, in millions."""
    head = f"| multiply-adds, M | {' | '.join(PARTS)} |"
    plain = [network.name for network in PLAIN if network.name in measured]
    return markdown(
        head, [[name, *(f"{measured[name].parts[part] / 1e6:.0f}" for part in PARTS)] for name in plain]
    )


def ratios(one: Measured, other: Measured) -> list[float]:
    """Of time, in each of RUNTIMES: medians of the rounds' own."""
    return list(np.median(one.ms / other.ms, axis=0))


def markdown(head: str, rows: list[list[str]]) -> str:
    """A table: names at the left, numbers at the right."""
    rule = "|---|" + "---:|" * (head.count("|") - 2)
    return "\n".join([head, rule, *(f"| {' | '.join(row)} |" for row in rows)])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"error: {error}")
