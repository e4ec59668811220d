"""What the commands that run a detector have in common: seeds, the report of a run, what a detector costs."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from training.data.truth import LabelledImage
from training.loop.checkpoint import load_detector
from training.loop.detect import detect, device_of
from training.metrics.latency import latency
from training.models.costs import Cost, detector_cost
from training.models.detector import Detector
from training.models.distill import Distillation
from training.models.network import Network
from training.processes import is_first
from training.report.figures import measure, table
from training.report.page import write_report
from training.runs import versions
from training.settings import DistillConfig, FinetuneConfig, PretrainConfig

Images = Sequence[LabelledImage]


_NOISE = (  # warnings that tell a user nothing
    r"Checkpoint directory .* exists and is not empty",  # it does where a run goes on
    r".*isinstance\(treespec, LeafSpec\)",  # between Lightning and PyTorch
    r".*does not have many workers",  # the number is chosen from the cores
    r"You're resuming from a checkpoint that ended before the epoch",  # the data goes on too
    r"Found \d+ module\(s\) in eval mode",  # what is frozen is
    r"Grad strides do not match bucket view strides",  # pixels' channels lie side by side; a copy more
)


def prepare(seed: int) -> None:
    """Let all chance in building a detector follow from the seed, and quieten Lightning."""
    torch.manual_seed(seed)
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for message in _NOISE:
        warnings.filterwarnings("ignore", message)


def distillation(config: DistillConfig, student: Detector) -> Distillation | None:
    """The teacher of `config`, if it names one. Raises UserError where it cannot teach this student."""
    if config.teacher is None:
        return None
    teacher = load_detector(Path(config.teacher))
    print(f"teacher: {teacher.config.name} of {config.teacher}")
    return Distillation(teacher, student.config, config.weight)


def report_run(
    checkpoint: Path, validation: Mapping[str, Images], config: PretrainConfig | FinetuneConfig, run: Path
) -> int:
    """Measure the chosen checkpoint on the sets that chose it; report.html in the folder `run`. Returns 0."""
    if not is_first():
        return 0
    detector, device = load_detector(checkpoint), device_of(config.trainer.accelerator)
    sets = {}
    for name, images in validation.items():
        found = detect(detector, images, config.trainer.batch_size, device, config.on_error)
        sets[name] = (images, found, measure(images, found, config.seed))
        print(f"\n{name}, for validation; it is no test\n{table(sets[name][2])}")
    write_report(run / "report.html", str(run), sets, run, facts(detector, timed=False))
    print(f"\nreport: {run / 'report.html'}\ncheckpoint: {checkpoint}")
    return 0


def facts(detector: Detector, *, timed: bool) -> dict[str, str]:
    """What a detector is and costs, in words."""
    return facts_of(detector, detector_cost(detector.config), timed=timed)


def facts_of(network: Network, cost: Cost, *, timed: bool) -> dict[str, str]:
    """What a network of this cost is, in words."""
    config = network.config
    told = {
        "model": config.name,
        "input": f"{config.input[1]} × {config.input[0]} px",
        "parameters": f"{cost.parameters / 1e6:.2f} M",
        "multiply-adds": f"{cost.madds / 1e9:.3f} B",
    }
    if timed:
        time = latency(network, *config.input)
        told["latency, 1 thread"] = f"{time.one_thread_ms:.1f} ms"
        told[f"latency, {time.threads} threads"] = f"{time.all_threads_ms:.1f} ms"
    return told | {f"version of {name}": version for name, version in versions().items()}
