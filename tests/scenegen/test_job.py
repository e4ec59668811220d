"""The job with workers that draw specs but render nothing: what is committed, whatever dies or hangs."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from scenegen.compose import compose
from scenegen.config import RenderConfig
from scenegen.dataset.store import FrameStore

DOUBLES = Path(__file__).with_name("doubles.py")
QUICK = ("renderer=draft", "renderer.width=64", "renderer.height=32", "gallery=false", "workers=2")


def start(out: Path, *overrides: str, script: Path = DOUBLES, **environment: str) -> subprocess.Popen:
    config = msgspec.structs.replace(composed(overrides), out=str(out))
    command = [sys.executable, str(script), msgspec.json.encode(config).decode()]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ | environment)


def job(out: Path, *overrides: str, **environment: str) -> subprocess.CompletedProcess:
    return ended(start(out, *overrides, **environment))


def ended(process: subprocess.Popen) -> subprocess.CompletedProcess:
    stdout, stderr = process.communicate(timeout=300)
    assert "Traceback" not in stderr, stderr
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@cache
def composed(overrides: tuple[str, ...]) -> RenderConfig:
    given = {override.partition("=")[0] for override in overrides}
    return compose([*overrides, *(default for default in QUICK if default.partition("=")[0] not in given)])


def digests(out: Path) -> dict[str, str]:
    """Every byte that the frames are, by path."""
    files = [
        path for kind in ("images", "frames") for path in sorted((out / kind).rglob("*")) if path.is_file()
    ]
    return {path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


def tries(out: Path) -> list[int]:
    return [int(line.split()[0]) for line in (out / "tries").read_text().splitlines()]


def wait_for_tries(out: Path, count: int) -> None:
    deadline = time.monotonic() + 30
    while not (out / "tries").exists() or len(tries(out)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> dict[str, str]:
    """12 frames from one worker."""
    out = tmp_path_factory.mktemp("reference") / "data"
    assert job(out, "n=12", "workers=1").returncode == 0
    return digests(out)


@pytest.mark.parametrize("workers", [2, 5])
def test_same_bytes_for_any_number_of_workers(tmp_path, reference, workers):
    done = job(tmp_path, "n=12", f"workers={workers}")
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path) == reference
    assert len((tmp_path / "starts").read_text().splitlines()) <= workers


def test_what_every_worker_warns_of_is_said_once(tmp_path):
    done = job(tmp_path, "n=4", "workers=2", "launcher.recycle_after=1", MISCHIEF="warn")
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "starts").read_text().splitlines()) > 1
    assert done.stderr.count("warning: no denoiser here") == 1


def test_never_more_workers_than_frames_and_each_gets_its_share_of_the_cores(tmp_path):
    assert job(tmp_path, "n=2", "workers=7").returncode == 0
    assert len((tmp_path / "starts").read_text().splitlines()) <= 2
    threads = {int(line.split()[2]) for line in (tmp_path / "tries").read_text().splitlines()}
    assert threads == {max(1, len(os.sched_getaffinity(0)) // 2)}


@pytest.mark.parametrize(
    ("workers", "n", "frame_s", "slots"),
    [("auto", 12, "1", [0, 1, 2]), ("2", 6, "2", [0, 1]), ("auto", 2, "8", [0, 1])],
)
def test_a_worker_for_each_gpu(tmp_path, workers, n, frame_s, slots):
    done = job(tmp_path, "renderer.device=gpu", f"workers={workers}", f"n={n}", GPUS="3", FRAME_S=frame_s)
    assert done.returncode == 0, done.stderr
    assert sorted(map(int, (tmp_path / "slots").read_text().split())) == slots


def test_resume_renders_only_what_is_missing(tmp_path, reference):
    assert job(tmp_path, "n=5").returncode == 0
    assert job(tmp_path, "n=12").returncode == 0
    assert sorted(tries(tmp_path)) == list(range(12))
    assert digests(tmp_path) == reference


def test_only_renders_just_these(tmp_path, reference):
    assert job(tmp_path, "only=[7,3,7]").returncode == 0
    assert FrameStore(tmp_path).committed() == [3, 7]
    assert digests(tmp_path).items() <= reference.items()
    assert job(tmp_path, "only=[3,4]").returncode == 0
    assert sorted(tries(tmp_path)) == [3, 4, 7]


def test_start_shifts_the_frames(tmp_path, reference):
    assert job(tmp_path, "start=6", "n=6").returncode == 0
    assert FrameStore(tmp_path).committed() == [6, 7, 8, 9, 10, 11]
    assert digests(tmp_path).items() <= reference.items()


@pytest.mark.parametrize("moment", range(3))
def test_workers_killed_at_any_moment(tmp_path, reference, moment):
    chance = random.Random(moment)
    process = start(tmp_path, "n=12", "launcher.attempts=20", FRAME_S="0.1")
    wait_for_tries(tmp_path, 1)
    for _ in range(3):
        time.sleep(chance.uniform(0, 0.3))
        victim = int((tmp_path / "starts").read_text().splitlines()[-1])
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            break  # the job is done already
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert digests(tmp_path) == reference


def test_command_killed_then_given_again(tmp_path, reference):
    process = start(tmp_path, "n=12", FRAME_S="0.2")
    wait_for_tries(tmp_path, 4)
    process.kill()
    process.communicate(timeout=60)
    workers = [int(line) for line in (tmp_path / "starts").read_text().splitlines()]
    deadline = time.monotonic() + 20
    while any(map(alive, workers)):
        assert time.monotonic() < deadline, "workers outlive the command"
        time.sleep(0.02)
    assert 0 < len(FrameStore(tmp_path).committed()) < 12
    assert job(tmp_path, "n=12").returncode == 0
    assert digests(tmp_path) == reference


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_is_clean_and_says_how_to_resume(tmp_path):
    process = start(tmp_path, "n=12", FRAME_S="0.2")
    wait_for_tries(tmp_path, 4)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "of 12 frames are committed; the same command resumes" in stderr
    assert "Traceback" not in stderr
    assert not any(alive(int(line)) for line in (tmp_path / "starts").read_text().splitlines())


def test_hanging_frame_is_tried_again(tmp_path, reference):
    done = job(tmp_path, "n=12", "launcher.stall_timeout_s=3", MISCHIEF="hang-once:3")
    assert done.returncode == 0, done.stderr
    assert tries(tmp_path).count(3) == 2
    assert digests(tmp_path) == reference


@pytest.mark.parametrize("mischief", ["die-once:3", "fail-once:3"])
def test_frame_that_goes_wrong_once(tmp_path, reference, mischief):
    done = job(tmp_path, "n=12", MISCHIEF=mischief)
    assert done.returncode == 0, done.stderr
    assert tries(tmp_path).count(3) == 2
    assert digests(tmp_path) == reference


@pytest.mark.parametrize(
    ("mischief", "error", "log"),
    [
        ("fail:3", "ValueError: no car fits the road", "in _misbehave"),
        ("die:3", "its worker died (exit code 3)", "last words"),
    ],
)
def test_frame_that_always_fails_is_recorded(tmp_path, reference, mischief, error, log):
    done = job(tmp_path, "n=12", "launcher.attempts=2", MISCHIEF=mischief)
    assert done.returncode == 1
    assert tries(tmp_path).count(3) == 2
    assert FrameStore(tmp_path).committed() == [0, 1, 2, *range(4, 12)]
    [(frame, reason)] = json.loads((tmp_path / "dataset.json").read_text())["failures"].items()
    assert frame == "3" and reason.startswith(error) and log in reason
    assert f"frame 3 failed: {error}" in done.stderr
    assert len(json.loads((tmp_path / "annotations" / "instances.json").read_text())["images"]) == 11
    again = job(tmp_path, "n=12")
    assert again.returncode == 0
    assert digests(tmp_path) == reference
    assert json.loads((tmp_path / "dataset.json").read_text())["failures"] == {}


def test_worker_that_cannot_start_ends_the_job_at_once(tmp_path):
    done = job(tmp_path, "n=12", MISCHIEF="no-start")
    assert done.returncode == 1
    assert "error: libSM.so.6 is missing" in done.stderr
    assert len((tmp_path / "starts").read_text().splitlines()) <= 2


def test_worker_that_crashes_at_start_shows_its_log(tmp_path):
    done = job(tmp_path, "n=12", "workers=1", MISCHIEF="crash-at-start")
    assert done.returncode == 1
    assert "a worker did not start: its worker died (exit code 139)" in done.stderr
    assert "Segmentation fault, says the log" in done.stderr
    assert len((tmp_path / "starts").read_text().splitlines()) == 1


def test_full_disk_ends_the_job_and_the_rest_stays_valid(tmp_path, reference):
    done = job(tmp_path, "n=12", "workers=1", MISCHIEF="disk-full:5")
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert FrameStore(tmp_path).committed() == [0, 1, 2, 3, 4]
    assert job(tmp_path, "n=12").returncode == 0
    assert digests(tmp_path) == reference


def test_users_mistake_that_only_a_worker_can_see(tmp_path):
    done = job(tmp_path, "n=12", MISCHIEF="bad-config:0")
    assert (done.returncode, done.stderr.strip()) == (2, "error: renderer.device=optix: no such GPU here")


def test_two_commands_on_one_folder(tmp_path):
    first = start(tmp_path, "n=12", FRAME_S="60")
    wait_for_tries(tmp_path, 1)
    second = job(tmp_path, "n=12")
    assert second.returncode == 2
    assert f"out={tmp_path}: another render command is at work there" in second.stderr
    first.terminate()
    first.communicate(timeout=60)
    assert first.returncode == 128 + signal.SIGTERM


def test_another_config_in_the_folder_is_refused(tmp_path):
    assert job(tmp_path, "n=2").returncode == 0
    done = job(tmp_path, "n=2", "seed=1")
    assert done.returncode == 2
    assert "seed" in done.stderr
    assert job(tmp_path, "n=3", "workers=1").returncode == 0


def test_a_folder_where_nothing_was_rendered_yet_takes_any_config(tmp_path):
    assert job(tmp_path, "n=2", MISCHIEF="no-start").returncode == 1
    assert job(tmp_path, "n=2", "seed=1").returncode == 0


def test_workers_are_recycled(tmp_path, reference):
    assert job(tmp_path, "n=12", "workers=2", "launcher.recycle_after=3").returncode == 0
    assert 4 <= len((tmp_path / "starts").read_text().splitlines()) <= 5
    assert digests(tmp_path) == reference
    assert len(list((tmp_path / "logs").iterdir())) <= 4


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    done = job(tmp_path / "file" / "data", "n=2")
    assert done.returncode == 1
    assert f"cannot write {tmp_path / 'file'}" in done.stderr


def test_specs_only_needs_no_worker(tmp_path):
    done = job(tmp_path, "n=5", "specs_only=true", MISCHIEF="no-start")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "specs" / "000.jsonl.zst").exists()
    assert not (tmp_path / "starts").exists()
