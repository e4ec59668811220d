"""What a loss is divided by where several processes share a batch."""

import torch.distributed as dist
from torch import Tensor


def per_process(count: Tensor) -> Tensor:
    """For a process's sum of losses over `count` () things: those of all processes, at least 1, per process.

    Gradients are averaged over processes (DDP). Were each process's sum divided by its own count, a car would
    weigh the more the fewer others its process has seen. So divided, the average is the loss of one process
    that has the whole batch. All processes must call this equally often.
    """
    if not shared():
        return count.clamp(min=1)
    total = count.detach().double()
    dist.all_reduce(total)
    return total.clamp(min=1) / dist.get_world_size()


def shared() -> bool:
    """Whether other processes train too."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1
