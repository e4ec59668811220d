"""kill -9 at a moment chosen by chance within a chosen phase of a job."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from drill import PHASES, Drill, reached

VICTIMS: dict[str, Callable[[random.Random, int], list[int]]] = {
    "a worker": lambda chance, command: [chance.choice(children(command))],
    "the command": lambda chance, command: [command],
    "all at once": lambda chance, command: [command, *children(command)],
}
WITH_WORKERS = ("logs", "images")  # the phases that have any


def kill(drill: Drill, out: Path, victim: str, number: int) -> tuple[subprocess.Popen[str], str]:
    """Give the command and kill. Returns what is left of it, and the phase in which it was hit.

    The phases take turns, in an order of each victim's own; the moment within one is left to chance.
    """
    chance = random.Random(f"{victim} {number}")
    phases = list(WITH_WORKERS if victim == "a worker" else PHASES)
    random.Random(victim).shuffle(phases)
    phase = phases[number % len(phases)]
    process = drill.begin(out)
    while process.poll() is None and list(PHASES).index(reached(out)) < list(PHASES).index(phase):
        time.sleep(0.0005)
    time.sleep(chance.uniform(0, 0.8) * drill.seconds[phase])  # it does not always take as long
    return process, strike(process, out, victim, chance)


def strike(process: subprocess.Popen[str], out: Path, victim: str, chance: random.Random) -> str:
    """kill -9. Returns the phase in which the command was hit."""
    hit = PHASES[reached(out)] if process.poll() is None else "after its end"
    with suppress(IndexError, FileNotFoundError, ProcessLookupError):  # there is none, or none any more
        for pid in VICTIMS[victim](chance, process.pid):
            os.kill(pid, signal.SIGKILL)
        return hit
    return "after its end"


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
