"""A part of a job's frames, rendered on whichever machine of a cluster a scheduler gives it to."""

import os
import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from assets.library import Library
from assets.params import Params
from scenegen.config import RenderConfig
from scenegen.dataset.objects import frame_store, is_url
from scenegen.launchers.local import Outcome, run_local


class Part(Params):
    """What a machine needs to know. Frames follow from config, seed and index: where does not matter."""

    config: RenderConfig
    library: Library
    command: tuple[str, ...] | None  # of a worker, as in `run_local`


def parts(frames: Sequence[int], size: int) -> list[list[int]]:
    """The frames in as many lists as have `size` at the most."""
    return [list(frames[start : start + size]) for start in range(0, len(frames), size)]


def part_of(config: RenderConfig, library: Library, command: Sequence[str] | None) -> Part:
    """The job as other machines see it, from their own current folder."""
    out = config.out if is_url(config.out) else str(Path(config.out).absolute())
    return Part(replace(config, out=out), library, None if command is None else tuple(command))


def render_part(part: Part, frames: Sequence[int], threads: int | None = None) -> list[Outcome]:
    """Render with workers of this machine what is not committed yet: its last machine may have died.

    threads: of a worker; its share of the cores if not given.
    """
    config, store = part.config, frame_store(part.config.out)
    done = [frame for frame in frames if store.is_committed(frame)]
    left = [frame for frame in frames if frame not in done]
    with tempfile.TemporaryDirectory(prefix="carousel-logs-") as scratch:
        logs = Path(scratch) if is_url(config.out) else Path(config.out) / "logs"
        name = f"{socket.gethostname()}-{os.getpid()}"
        rendered = run_local(config, part.library, left, part.command, logs, threads=threads, log=name)
        return [*(Outcome(frame) for frame in done), *rendered]


def lost(part: Part, frames: Sequence[int], reason: str) -> Iterator[Outcome]:
    """Outcomes of frames whose scheduler gave them up."""
    store = frame_store(part.config.out)
    for frame in frames:
        yield Outcome(frame, None if store.is_committed(frame) else f"its machine was lost: {reason}")
