"""How long a detector takes for one image on the CPU."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from training.cores import usable_cores


@dataclass(frozen=True)
class Latency:
    """Median milliseconds of a forward pass with one image."""

    one_thread_ms: float
    all_threads_ms: float
    threads: int  # how many "all" are


def latency(model: nn.Module, height: int, width: int, repeats: int = 50, warm_up: int = 5) -> Latency:
    """Time `model` in evaluation mode on a random image (1, 3, `height`, `width`) of values 0..1, on the CPU.

    Each median is over `repeats` passes after `warm_up` that are not timed. A detector's suppression of
    double boxes takes longer the more it finds, so time trained weights. The model's device and mode and
    PyTorch's number of threads are afterwards what they were.
    """
    threads = usable_cores()
    before = torch.get_num_threads()
    modes = [(module, module.training) for module in model.modules()]
    home = next((parameter.device for parameter in model.parameters()), torch.device("cpu"))
    image = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))
    try:
        model.to("cpu").eval()
        one, all_ = (_median_ms(model, image, count, repeats, warm_up) for count in (1, threads))
    finally:
        torch.set_num_threads(before)
        model.to(home)
        for module, training in modes:
            module.training = training
    return Latency(one, all_, threads)


@torch.inference_mode()
def _median_ms(model: nn.Module, image: torch.Tensor, threads: int, repeats: int, warm_up: int) -> float:
    torch.set_num_threads(threads)
    times = []
    for pass_ in range(warm_up + repeats):
        start = time.perf_counter()
        model(image)
        if pass_ >= warm_up:
            times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times))
