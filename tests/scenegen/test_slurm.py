"""The same frames from jobs of Hydra's submitit launcher as from this machine; of Slurm where it answers."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from doubles import COMMAND
from msgspec.structs import replace
from test_job import alive, composed, digests, job, tries, wait_for_tries

from conf.errors import RunError, UserError
from scenegen import job as jobs
from scenegen.dataset.store import FrameStore

pytest.importorskip("hydra_plugins.hydra_submitit_launcher")
HERE = ("launcher=slurm", "slurm.hydra_launcher=submitit_local", "slurm.frames_per_job=2")
SLURM = ("launcher=slurm", "slurm.frames_per_job=2", "slurm.cpus_per_task=1", "slurm.mem_gb=1")


def answers(program: str) -> bool:
    return shutil.which(program) is not None and not subprocess.run([program], capture_output=True).returncode


@pytest.fixture(
    params=[HERE, pytest.param(SLURM, marks=pytest.mark.skipif(not answers("sinfo"), reason="no Slurm"))]
)
def launcher(request) -> tuple[str, ...]:
    return request.param


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("reference") / "data"
    assert job(out, "n=6").returncode == 0
    return digests(out)


def render(out: Path, *overrides: str) -> int:
    return jobs.run(replace(composed(overrides), out=str(out)), list(COMMAND))


def test_the_same_bytes(tmp_path, launcher, reference, monkeypatch):
    monkeypatch.setenv("NOTES", str(tmp_path))
    out = tmp_path / "it's, a=folder"
    assert render(out, "n=2") == 0
    assert render(out, "n=6", *launcher) == 0
    assert digests(out) == reference
    assert sorted(tries(tmp_path)) == list(range(6))


@pytest.mark.slow
def test_a_job_that_is_lost_in_the_middle(tmp_path, launcher, reference, monkeypatch, capsys):
    """Its worker's process tree is killed, all of it: what its machine's power cut would leave."""
    if launcher == SLURM and not answers("sacct"):
        pytest.skip("without its accounting Slurm does not tell of lost jobs")
    monkeypatch.setenv("FRAME_S", "1")

    def lose() -> None:
        wait_for_tries(tmp_path, 1)
        worker = int((tmp_path / "starts").read_text().splitlines()[0])
        parent = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(parent, signal.SIGKILL)

    thread = threading.Thread(target=lose)
    thread.start()
    assert render(tmp_path, "n=6", *launcher) == 1
    thread.join()
    told = capsys.readouterr().err
    assert "its machine was lost" in told and "the same command tries them again" in told
    assert 0 < len(FrameStore(tmp_path).committed()) < 6
    assert render(tmp_path, "n=6", *launcher) == 0
    assert digests(tmp_path) == reference


@pytest.mark.slow
def test_ctrl_c_cancels_the_jobs(tmp_path, launcher):
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from conf.exits import exit_code
from test_slurm import render
sys.exit(exit_code(lambda: render(Path({str(tmp_path)!r}), "n=6", *{launcher!r})))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=os.environ | {"FRAME_S": "60"}
    )
    wait_for_tries(tmp_path, 1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "0 of 6 frames are committed; the same command resumes" in stderr
    deadline = time.monotonic() + 30
    while any(alive(int(line)) for line in (tmp_path / "starts").read_text().splitlines()):
        assert time.monotonic() < deadline, "jobs outlive the command"
        time.sleep(0.1)


def test_what_a_worker_finds_wrong_ends_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("MISCHIEF", "bad-config:0")
    with pytest.raises(UserError, match="no such GPU here"):
        render(tmp_path, "n=4", *HERE)


def test_a_launcher_that_cannot_submit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(RunError, match=r"Hydra's launcher failed: .*log\.txt"):
        render(tmp_path, "n=4", *SLURM)


def test_an_object_store_is_refused():
    with pytest.raises(UserError, match="wants a folder that all machines see"):
        composed(("launcher=slurm", "out=s3://bucket/data"))
