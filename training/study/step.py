"""A step run: its command started, its log kept, its end marked."""

import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from training.cores import usable_cores
from training.study.identity import source
from training.study.plan import SCRIPTS, Plan, Step
from training.study.store import Done, Failed, Store

_WORDS = 2_000  # characters of a failed command's last lines that are kept


class Job(msgspec.Struct, frozen=True):
    """All that a step needs to run on any machine that sees the same files."""

    plan: Plan
    store: str
    folder: str  # the current one, that relative paths start from


def run_step(job: Job, id: str) -> None:
    """Run a step unless it is done, and mark how it ended; a failure is marked and not raised.

    While another process is at it, wait for that one.
    """
    store, step = Store(Path(job.store)), job.plan.steps[id]
    with store.locked(id):
        if store.done(id):
            return
        before = store.failed(id)
        store.start(step)
        command = command_of(step, store)
        start = time.monotonic()
        code = _run(command, Path(job.folder), store.log(id))
        seconds = time.monotonic() - start + (before.seconds if before else 0)
        if code:
            store.finish(id, Failed(code, _last_words(store.log(id)), seconds))
        else:
            store.finish(id, Done(seconds, _machine(), source(step.kind), shlex.join(command)))


def command_of(step: Step, store: Store) -> list[str]:
    """The command line of a step, whose inputs must be done."""
    inputs = [
        f"{name}={store.checkpoint(id) if name == 'checkpoint' else store.result(id)}"
        for name, id in step.inputs.items()
    ]
    out = f"out={store.result(step.id)}"
    return [sys.executable, str(SCRIPTS[step.kind]), *step.arguments, *inputs, out]


def _run(command: list[str], folder: Path, log: Path) -> int:
    """The command's exit code; what it says goes to the end of the log."""
    environment = {name: value for name, value in os.environ.items() if name != "KITTI_ROOT"}
    with log.open("ab") as file:
        file.write(f"\n$ {shlex.join(command)}\n".encode())
        file.flush()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
        try:
            return process.wait()
        finally:
            process.terminate()  # where we were told to stop, so is the command


def _last_words(log: Path) -> str:
    """What the command said last: its error, where it named one."""
    lines = log.read_text(encoding="utf-8", errors="replace")[-_WORDS:].strip().splitlines()
    errors = [number for number, line in enumerate(lines) if line.startswith("error: ")]
    return "\n".join(lines[errors[-1] :] if errors else lines[-3:])


def _machine() -> str:
    """What the step ran on, without its name."""
    told = f"{platform.machine()}, {usable_cores()} cores"
    if shutil.which("nvidia-smi"):
        asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        gpus = subprocess.run(asked, capture_output=True, text=True).stdout.split("\n")
        told += "".join(f", {gpu}" for gpu in filter(None, gpus))
    return told
