"""Workers in jobs of a Slurm cluster, whose machines all see the output folder: Hydra's submitit launcher.

As a script it is such a job, under Hydra: `slurm.py --multirun +job=FOLDER +part=0,1,2 …`. It renders a part
of the frames with the local launcher and leaves what became of them in FOLDER.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    sys.path[:] = [
        str(ROOT),
        *(entry for entry in sys.path if Path(entry).resolve() != Path(__file__).parent),
    ]
    from scenegen.bootstrap import ensure_packages

    ensure_packages()

import msgspec

from assets.library import Library
from assets.params import Params
from conf.errors import RunError, UserError
from scenegen.config import RenderConfig, SlurmConfig
from scenegen.dataset.files import write_atomic
from scenegen.launchers.local import Outcome, worker_command
from scenegen.launchers.part import Part, lost, part_of, parts, render_part
from scenegen.protocol import Stop

_ROOT = Path(__file__).resolve().parents[2]
_LOOK_S = 1.0  # between looks at what jobs left


class Job(Params):
    """All parts of a job; each of Slurm's jobs renders one."""

    part: Part
    frames: tuple[tuple[int, ...], ...]


class Result(Params):
    """What became of a part: its frames, or why nothing more can be done."""

    outcomes: tuple[Outcome, ...] = ()
    stop: Stop | None = None


def run_slurm(
    config: RenderConfig,
    library: Library,
    frames: Sequence[int],
    command: Sequence[str] | None,
    logs: Path,
) -> Generator[Outcome, None, None]:
    """As `run_local`, in jobs of a cluster; their logs and Hydra's lie in a folder of their own in `logs`.

    Closing the iterator cancels the jobs. Raises RunError where none could be submitted.
    """
    assert config.slurm is not None
    if not frames:
        return
    logs.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="slurm-", dir=logs)).absolute()
    some = parts(frames, config.slurm.frames_per_job)
    job = Job(part_of(config, library, command or worker_command()), tuple(map(tuple, some)))
    write_atomic(folder / "job.json", msgspec.json.encode(job))
    waiting = set(range(len(some)))
    with _submitted(config.slurm, folder, len(some)) as launcher:
        ended = False
        while waiting and not ended:
            ended = launcher.poll() is not None  # asked before the last look
            for part in [part for part in waiting if _result_file(folder, part).exists()]:
                waiting.remove(part)
                yield from _outcomes(_result_file(folder, part))
            time.sleep(0 if ended or not waiting else _LOOK_S)
    if waiting == set(range(len(some))):
        raise RunError(f"Hydra's launcher failed: {_last_line(folder / 'log.txt')} ({folder / 'log.txt'})")
    for part in sorted(waiting):
        yield from lost(job.part, some[part], f"see {folder}")


@contextmanager
def _submitted(config: SlurmConfig, folder: Path, parts: int) -> Iterator[subprocess.Popen[bytes]]:
    """The process that submits the jobs and waits for them. Leaving the block cancels what still runs."""
    command = [
        sys.executable, __file__, "--multirun", f"hydra/launcher={config.hydra_launcher}",
        f"+job={_quoted(str(folder))}", "+part=" + ",".join(map(str, range(parts))),
        f"hydra.sweep.dir={_quoted(str(folder))}", "hydra.sweep.subdir=.", "hydra.output_subdir=null",
        "hydra.job.name=carousel", "hydra/job_logging=disabled", "hydra/hydra_logging=disabled",
        *(f"hydra.launcher.{key}={value}" for key, value in _launcher_keys(config).items()),
    ]  # fmt: skip
    paths = filter(None, (str(_ROOT), os.environ.get("PYTHONPATH")))
    environment = os.environ | {"HYDRA_FULL_ERROR": "1", "PYTHONPATH": os.pathsep.join(paths)}
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            yield process
        finally:
            if process.poll() is None:
                if config.hydra_launcher == "submitit_slurm":
                    _cancel(folder)
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # submitit's jobs let SIGTERM pass
                process.wait()


def _launcher_keys(config: SlurmConfig) -> dict[str, str]:
    """Those of Hydra's launcher that are set."""
    keys = msgspec.to_builtins(config)
    own = {"hydra_launcher", "frames_per_job"}
    if config.hydra_launcher == "submitit_local":  # it knows no more than these
        own |= keys.keys() - {"timeout_min", "cpus_per_task", "mem_gb", "gpus_per_node"}
    if not config.setup:
        own.add("setup")
    return {key: _value(value) for key, value in keys.items() if key not in own and value is not None}


def _value(value: int | str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_quoted, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    """For Hydra's grammar."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _cancel(folder: Path) -> None:
    """End what Slurm runs: submitit keeps a folder for each job, with the job's id as its name."""
    ids = [path.name for path in (folder / ".submitit").glob("*") if path.name[0].isdigit()]
    if ids:
        subprocess.run(["scancel", *ids], check=False)


def _outcomes(file: Path) -> Iterator[Outcome]:
    result = msgspec.json.decode(file.read_bytes(), type=Result)
    if result.stop is not None:
        raise (UserError if result.stop.users_mistake else RunError)(result.stop.error)
    yield from result.outcomes


def _result_file(folder: Path, part: int) -> Path:
    return folder / f"{part}.json"


def _last_line(log: Path) -> str:
    return (log.read_text(errors="replace").strip().splitlines() or ["without a word"])[-1]


def render(folder: Path, part: int) -> None:
    """One of Slurm's jobs."""
    job = msgspec.json.decode((folder / "job.json").read_bytes(), type=Job)
    try:
        result = Result(tuple(render_part(job.part, job.frames[part])))
    except (UserError, RunError) as error:
        result = Result(stop=Stop(error=str(error), users_mistake=isinstance(error, UserError)))
    write_atomic(_result_file(folder, part), msgspec.json.encode(result))


if __name__ == "__main__":
    import hydra
    from omegaconf import DictConfig

    @hydra.main(version_base=None, config_path=None)
    def main(config: DictConfig) -> None:
        from scenegen.launchers.slurm import render  # cloudpickle cannot take classes of __main__ along

        render(Path(config.job), config.part)

    main()
