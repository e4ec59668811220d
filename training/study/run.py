"""A plan run: kind after kind of steps through Hydra's launcher, with word of each and of the time left."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from conf.errors import RunError
from training.report.files import write_atomic
from training.study.estimate import corrections
from training.study.overrides import KINDS
from training.study.plan import ROOT, Plan, Step
from training.study.results import Missing
from training.study.step import Job
from training.study.store import Store
from training.study.words import duration

LAUNCH = Path(__file__).with_name("launch.py")
_LOOK_S = 1.0  # between looks at the store


def run(plan: Plan, store: Store, out: Path, launcher: Sequence[str]) -> None:
    """Run what is not done. launcher: hydra/… and hydra.… of the command line.

    A step that fails keeps those back that need it, and no others. Raises RunError where the launcher itself
    fails.
    """
    content = msgspec.json.encode(Job(plan, str(store.root), str(Path.cwd())))
    job = out / "hydra" / f"job_{sha256(content).hexdigest()[:12]}.json"  # another study may run beside this
    write_atomic(job, content)
    progress = _Progress(plan, store)
    try:
        for kind in KINDS:
            ready = [step for step in plan.steps.values() if step.kind == kind and _is_ready(step, store)]
            if ready:
                _launch(job, ready, store, out / "hydra" / kind, launcher, progress)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on")
        raise


def tell(plan: Plan, store: Store, out: Path, *, every: bool) -> None:
    """Print what there is to do, how long it may take and what it writes; with `every`, step by step."""
    for note in plan.notes:
        print(f"note: {note}")
    print(f"{len(plan.trials)} trials of {len(plan.arms)} arms")
    factors = correct(plan, store)
    for kind in KINDS:
        steps = [step for step in plan.steps.values() if step.kind == kind]
        todo = [(step.name, _seconds(step, factors)) for step in steps if not store.done(step.id)]
        done = f"{len(steps) - len(todo)} done" if len(todo) < len(steps) else "none done"
        about = f"; about {duration(sum(seconds for _, seconds in todo))}" if todo else ""
        print(f"  {kind:<9} {len(steps):>4} steps, {done}{about}")
        for name, seconds in todo if every else ():
            print(f"      {name}: {duration(seconds)}")
    seconds, size = remaining(plan, store)
    free = shutil.disk_usage(_existing(out)).free
    print(
        f"to do: about {duration(seconds)} one after another, {size / 1e9:.1f} GB "
        f"(free: {free / 1e9:.0f} GB); by two CPU cores' times, corrected by the steps that are done"
    )


def _existing(path: Path) -> Path:
    """The folder, or the one above that exists."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())


def missing(plan: Plan, store: Store) -> list[Missing]:
    """The steps that are not done, and why."""
    found = []
    for id, step in plan.steps.items():
        if store.done(id):
            continue
        failed = store.failed(id)
        lacks = [plan.steps[each].name for each in step.inputs.values() if not store.done(each)]
        if failed:
            found.append(Missing(step.name, failed.words, store.log(id)))
        elif lacks:
            found.append(Missing(step.name, f"it needs {' and '.join(lacks)}", None))
        else:
            found.append(Missing(step.name, "it has not run to its end", store.log(id)))
    return found


def _is_ready(step: Step, store: Store) -> bool:
    return not store.done(step.id) and all(store.done(id) for id in step.inputs.values())


def _launch(
    job: Path,
    steps: Sequence[Step],
    store: Store,
    folder: Path,
    launcher: Sequence[str],
    progress: "_Progress",
) -> None:
    """Run steps that do not need each other, and wait for all."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, str(LAUNCH), "--multirun",
        f"+job={_quoted(str(job.absolute()))}", "+step=" + ",".join(step.id for step in steps),
        f"hydra.sweep.dir={_quoted(str(folder.absolute()))}", "hydra.sweep.subdir=.",
        "hydra.output_subdir=null", "hydra/job_logging=disabled", "hydra/hydra_logging=disabled", *launcher,
    ]  # fmt: skip
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    environment = os.environ | {"HYDRA_FULL_ERROR": "1", "PYTHONPATH": os.pathsep.join(paths)}
    with (folder / "log.txt").open("wb") as log:
        # A group of its own: told to stop, it ends with all that it has started, or is about to.
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            while process.poll() is None:
                progress.look(steps)
                time.sleep(_LOOK_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    progress.look(steps)
    if process.returncode and not progress.begun.intersection(step.id for step in steps):
        raise RunError(f"the launcher failed: {_error(folder / 'log.txt')} ({folder / 'log.txt'})")


def _error(log: Path) -> str:
    """The line of a log that tells of an error."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (errors or lines or ["without a word"])[-1]


def _quoted(text: str) -> str:
    """For Hydra's grammar."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class _Progress:
    """A line for each step that begins or ends."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self._store, self._plan = store, plan
        self.begun: set[str] = set()  # ids of steps, in this run
        self._ended = {id for id in plan.steps if store.done(id)}
        self._before = {id: (store.started(id), store.failed(id)) for id in plan.steps}  # of an earlier run
        self._here: list[str] = []  # done in this run
        self._start = time.monotonic()
        if self._ended:
            print(f"{len(self._ended)} of {len(plan.steps)} steps are done already")

    def look(self, steps: Sequence[Step]) -> None:
        """Tell what has changed."""
        for step in steps:
            if step.id in self._ended:
                continue
            old_start, old_failure = self._before[step.id]
            done, failed = self._store.done(step.id), self._store.failed(step.id)
            failed = None if failed == old_failure else failed
            started = self._store.started(step.id) not in (None, old_start)
            if step.id not in self.begun and (done or failed or started):
                self.begun.add(step.id)
                print(f"{self._count()} {step.name} …", flush=True)
            if done or failed:
                self._ended.add(step.id)
                self._here.append(step.id)
                how = duration(done.seconds) if done else "failed"
                print(f"{self._count()} {step.name}: {how}; {self._left()}", flush=True)

    def _count(self) -> str:
        return f"[{len(self._ended)}/{len(self._plan.steps)}]"

    def _left(self) -> str:
        """As much of the time so far as what is left has of what was done, by their estimates."""
        factors = correct(self._plan, self._store)
        left = sum(_seconds(step, factors) for id, step in self._plan.steps.items() if id not in self._ended)
        if not left:
            return "nothing left to run"
        done = sum(_seconds(self._plan.steps[id], factors) for id in self._here)
        return f"about {duration(left * (time.monotonic() - self._start) / done)} left"


def correct(plan: Plan, store: Store) -> dict[str, float]:
    """By what to multiply estimates of each kind on this machine, from the plan's own steps that are done."""
    done = [(step, store.done(id)) for id, step in plan.steps.items()]
    return corrections((step.kind, step.cost.seconds, mark.seconds) for step, mark in done if mark)


def _seconds(step: Step, factors: dict[str, float]) -> float:
    return step.cost.seconds * factors.get(step.kind, 1.0)


def remaining(plan: Plan, store: Store) -> tuple[float, int]:
    """Estimated seconds, one step after another, and bytes of what is not done."""
    factors = correct(plan, store)
    left = [step for id, step in plan.steps.items() if not store.done(id)]
    return sum(_seconds(step, factors) for step in left), sum(step.cost.size for step in left)
