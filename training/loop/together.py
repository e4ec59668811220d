"""Processes that train together: how many there are, and that they end together, with one message."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from lightning.pytorch import Trainer

from conf.errors import RunError, UserError
from training.processes import started_by_torchrun

_WAIT_S = 30.0  # for a process that failed to say why


def processes(wanted: int | Literal["auto"]) -> tuple[int | Literal["auto"], int]:
    """Devices on a machine and machines, for Lightning: as many as torchrun has started, else as `wanted`.

    Raises UserError where the two contradict each other.
    """
    started = started_by_torchrun()
    if started is None:
        return wanted, 1
    here, everywhere = started
    if wanted not in ("auto", here):
        raise UserError(
            f"trainer.devices={wanted}, but torchrun has started {here} processes here: leave one of them out"
        )
    return here, everywhere // here


@contextmanager
def ending_together(trainer: Trainer) -> Iterator[None]:
    """Around a training: where one process fails the others end too, and what failed is said once.

    Raises what this process failed with; RunError where another was lost that could say nothing; SystemExit
    with the exit code of one that did.
    """
    try:
        yield
    except SystemExit as exit:
        if isinstance(exit.__context__, KeyboardInterrupt):  # Lightning's answer to Ctrl-C
            raise KeyboardInterrupt from None
        raise
    except (UserError, RunError):
        for child in _children(trainer):
            child.kill()
        if trainer.world_size > 1:
            torch.distributed.destroy_process_group()  # else the others would wait as long as this one lives
        raise
    except RuntimeError as error:
        if not _is_lost(error):
            raise
        code = _first_failure(_children(trainer))
        if code is not None and code > 0:
            sys.exit(code)
        raise RunError(
            "another process of this training ended; the same command goes on from the last checkpoint"
        ) from error


def _is_lost(error: RuntimeError) -> bool:
    """Whether it tells of another process, as NCCL or Gloo, which has no type for it, find out."""
    return isinstance(error, torch.distributed.DistBackendError) or "gloo" in str(error).lower()


def _children(trainer: Trainer) -> list[subprocess.Popen[bytes]]:
    """The processes that Lightning started from this one, from now on ours.

    Its observer would end this process by SIGKILL for any of them that failed, whatever the reason.
    """
    started: list[subprocess.Popen[bytes]] = getattr(trainer.strategy.launcher, "procs", [])
    children = list(started)
    started.clear()
    return children


def _first_failure(children: list[subprocess.Popen[bytes]]) -> int | None:
    """The exit code of a process that failed: negative where it was killed; None where none has failed."""
    codes = []
    for child in children:
        try:
            codes.append(child.wait(_WAIT_S))
        except subprocess.TimeoutExpired:
            child.kill()
    return next((code for code in sorted(codes, reverse=True) if code), None)
