"""Processes that know of each other as torchrun's do, forked from the test: nothing is imported anew."""

import os
import socket
import time
from collections.abc import Callable
from multiprocessing import get_context

TIMEOUT_S = 300


def in_processes(count: int, action: Callable[[int], None]) -> list[int | None]:
    """Run `action(rank)` in so many processes at once; returns their exit codes."""
    context, port = get_context("fork"), free_port()
    started = [context.Process(target=_run, args=(action, rank, count, port)) for rank in range(count)]
    for process in started:
        process.start()
    end = time.monotonic() + TIMEOUT_S
    for process in started:
        process.join(max(0, end - time.monotonic()))
    hung = [process for process in started if process.is_alive()]
    for process in hung:
        process.kill()
    assert not hung, "processes wait for each other for ever"
    return [process.exitcode for process in started]


def _run(action: Callable[[int], None], rank: int, count: int, port: int) -> None:
    os.environ |= {
        "TORCHELASTIC_RUN_ID": "test",
        "RANK": str(rank),
        "LOCAL_RANK": str(rank),
        "WORLD_SIZE": str(count),
        "LOCAL_WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    action(rank)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
