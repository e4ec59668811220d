"""A drill: a job disturbed, the one check that all drills end in, and the phases a blow can fall into."""

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from msgspec import json
from msgspec.structs import replace
from test_job import ended

from scenegen import verify

TIMES = int(os.environ.get("CAROUSEL_KILLS", "2"))  # of each kind of kill; other drills follow

# What a job makes in the order it makes it: the phase that begins when the path is there.
PHASES = {
    ".": "start of the command",
    "logs": "start of workers",
    "images": "rendering",
    "specs": "specs",
    "annotations": "COCO",
    "calib": "exports",
    "yolo.yaml": "dataset.json",
    "dataset.json": "gallery",
}
_OF_A_RUN = {"logs", "tries", "starts", "slots", ".lock"}  # and not of the frames


@dataclass(frozen=True)
class Drill:
    """A command that can be given again, and what it gives undisturbed."""

    start: Callable[..., subprocess.Popen[str]]  # (folder, *overrides, **environment)
    overrides: tuple[str, ...]
    environment: dict[str, str]
    folder: Path  # the undisturbed dataset
    files: dict[str, str]  # SHA-256 of what is in it
    seconds: dict[str, float]  # that each of PHASES took, by path

    @classmethod
    def undisturbed(
        cls,
        start: Callable[..., subprocess.Popen[str]],
        overrides: tuple[str, ...],
        parent: Path,
        **environment: str,
    ) -> "Drill":
        """Run the command once, with a look at how long its phases take."""
        out = parent / "data"
        process = start(out, *overrides, **environment)
        seconds = _clocked(process, out)
        done = ended(process)
        assert done.returncode == 0, done.stderr
        return cls(start, overrides, environment, out, contents(out), seconds)

    def begin(self, out: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
        """Give the command."""
        return self.start(out, *self.overrides, *more, **self.environment | environment)

    def run(self, out: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Give the command and wait for its end, which must not be a traceback."""
        return ended(self.begin(out, *more, **environment))

    def check_sound(self, out: Path, **environment: str) -> None:
        """Whatever happened before: the same command ends well, and no byte tells of what happened."""
        done = self.run(out, **environment)
        assert done.returncode == 0, done.stderr
        self.check_whole(out)

    def check_whole(self, out: Path) -> None:
        """A dataset in which verify finds nothing and every byte is as in the undisturbed one."""
        assert verify.verify(out, verify.read_config(out)) == []
        now = contents(out)
        assert {path for path in now.keys() | self.files if now.get(path) != self.files.get(path)} == set()


def contents(out: Path) -> dict[str, str]:
    """SHA-256 of every file but those that are of a run, by path; of config.yaml without `out`."""
    paths = (path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file())
    digests = {
        path.as_posix(): sha256((out / path).read_bytes()).hexdigest()
        for path in paths
        if path.parts[0] not in _OF_A_RUN
    }
    config = replace(verify.read_config(out), out=".")
    return digests | {"config.yaml": sha256(json.encode(config)).hexdigest()}


def reached(out: Path) -> str:
    """The path of PHASES that was made last."""
    return [path for path in PHASES if path == "." or (out / path).exists()][-1]


def wait_for(process: subprocess.Popen[str], path: Path) -> None:
    """Until a command has made a path, or has ended."""
    while process.poll() is None and not path.exists():
        time.sleep(0.001)


def _clocked(process: subprocess.Popen[str], out: Path) -> dict[str, float]:
    """The seconds that each phase of a running command takes."""
    seconds = dict.fromkeys(PHASES, 0.0)
    before = time.monotonic()
    while process.poll() is None:
        time.sleep(0.0005)
        now = time.monotonic()
        seconds[reached(out)] += now - before
        before = now
    return seconds
