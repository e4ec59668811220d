"""Workers on the machines of a Ray cluster, which all see the output folder or object store.

A task renders a few frames with one worker of the local launcher and commits them itself. Ray gives the task
of a machine that dies to another, which leaves out what is committed.
"""

import logging
import socket
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from assets.library import Library
from conf.errors import UserError
from scenegen.config import RayConfig, RenderConfig
from scenegen.launchers.local import Outcome
from scenegen.launchers.part import Part, lost, part_of, parts, render_part

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
_STAYS = ["/.git", "/.venv*", "/data", "/runs", "/studies", "/tests", "/docs"]  # the code alone travels
_ANSWER_S = 10.0  # that a cluster has to answer


def run_ray(
    config: RenderConfig,
    library: Library,
    frames: Sequence[int],
    command: Sequence[str] | None,
    logs: Path,
) -> Generator[Outcome, None, None]:
    """As `run_local`, on a cluster; the workers' logs lie in the output folder.

    Closing the iterator ends all tasks. Raises UserError where Ray is not installed, or there is no cluster
    at `ray.address`.
    """
    assert config.ray is not None
    ray = _connected(config.ray)
    part = part_of(replace(config, workers=1), library, command)
    task = ray.remote(
        num_cpus=config.ray.cpus,
        num_gpus=config.ray.gpus,
        max_retries=config.launcher.attempts - 1,
        scheduling_strategy="SPREAD",
    )(_render)
    encoded = msgspec.json.encode(part)
    running = {task.remote(encoded, some): some for some in parts(frames, config.ray.frames_per_task)}
    try:
        while running:
            (reference,), _ = ray.wait(list(running), num_returns=1)
            some = running.pop(reference)
            try:
                yield from ray.get(reference)
            except ray.exceptions.RayTaskError as error:
                raise error.cause from None  # what a worker said, as `run_local` raises it
            except ray.exceptions.RayError as error:
                yield from lost(part, some, str(error).splitlines()[0])
    finally:
        for reference in running:
            ray.cancel(reference, force=True)
        ray.shutdown()


def _connected(config: RayConfig) -> Any:
    """The module, connected to the cluster."""
    try:
        import ray
    except ImportError as error:
        raise UserError(
            "launcher=ray needs Ray, on every machine: pip install 'carousel[cluster]'"
        ) from error
    try:
        _call(config.address)
        ray.init(
            config.address,
            runtime_env={"working_dir": str(ROOT), "excludes": _STAYS},
            log_to_driver=False,
            logging_level=logging.WARNING,
        )
    except OSError as error:
        raise UserError(
            f"ray.address={config.address}: no Ray cluster answers ({error}). `ray start --head` begins "
            "one on this machine, `ray start --address=HOST:6379` adds others; ray.address=local needs none"
        ) from error
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if not any(m.get("CPU", 0) >= config.cpus and m.get("GPU", 0) >= config.gpus for m in machines):
        log.warning(
            "warning: no machine of the cluster has %d cores and %d GPUs for a worker (ray.cpus, ray.gpus): "
            "nothing is rendered until one joins", config.cpus, config.gpus,
        )  # fmt: skip
    return ray


def _call(address: str) -> None:
    """Raises OSError where nobody answers at HOST:PORT: Ray itself tries for minutes, and then exits."""
    host, colon, port = address.rpartition(":")
    if colon and "://" not in address and port.isdigit():
        socket.create_connection((host, int(port)), timeout=_ANSWER_S).close()


def _render(part: bytes, frames: Sequence[int]) -> list[Outcome]:
    """The task, on some machine: what became of each frame."""
    job = msgspec.json.decode(part, type=Part)
    assert job.config.ray is not None
    return render_part(job, frames, threads=job.config.ray.cpus)
