"""A training as one of several processes, without torch: which it is, and that it tells nothing twice.

torchrun starts all processes at once and ends all when one fails. With trainer.devices=N Lightning starts the
others from the first, when that has checked everything and begins to train.
"""

import os
import sys
import time
import warnings
from collections.abc import Callable

from conf.errors import RunError, UserError

_RANKS = (
    "RANK",
    "LOCAL_RANK",
    "SLURM_PROCID",
)  # torchrun's, Lightning's and Slurm's, as Lightning reads them
_GRACE_S = 10.0


def is_first() -> bool:
    """Whether this process tells, writes and reports; where there is one alone, it does."""
    return int(next((os.environ[name] for name in _RANKS if name in os.environ), 0)) == 0


def started_by_torchrun() -> tuple[int, int] | None:
    """Processes on this machine and on all, where torchrun has started them."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return None
    return int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["WORLD_SIZE"])


def run(main: Callable[[list[str]], int], arguments: list[str]) -> int:
    """The command `main`, silent where another process says the same."""
    if is_first():
        return main(arguments)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    shown = warnings.showwarning
    warnings.showwarning = lambda *given: shown(*given) if _trains() else None
    try:
        return main(arguments)
    except (UserError, RunError):
        # The first process may have met the same and said it: then this one is ended before it speaks.
        time.sleep(_GRACE_S)
        raise


def _trains() -> bool:
    """Whether this process has joined the others: before that all of them do the same."""
    torch = sys.modules.get("torch")
    return torch is not None and torch.distributed.is_available() and torch.distributed.is_initialized()
