"""Workers' temporary files: a folder for each job, and one that a killed job left goes with the next."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scenegen.launchers import scratch
from scenegen.launchers.scratch import scratch_folder

HOLDS_ONE = """
import sys, time
from pathlib import Path
from scenegen.launchers import scratch
scratch._parent = lambda: Path(sys.argv[1])
with scratch.scratch_folder() as folder:
    print(folder, flush=True)
    time.sleep(3600)
"""


@pytest.fixture(autouse=True)
def parent(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(scratch, "_shared_memory", lambda: tmp_path)
    return tmp_path


def test_it_is_gone_afterwards(parent):
    with scratch_folder() as one, scratch_folder() as other:
        Path(one, "frame.exr").write_bytes(b"light")
        assert one != other and Path(one, "frame.exr").exists()
    assert list(parent.iterdir()) == []


def test_one_left_by_a_killed_job_goes_with_the_next(parent):
    root = Path(__file__).parents[2]
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDS_ONE, str(parent)], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert other.stdout is not None
    theirs = Path(other.stdout.readline().strip())
    (theirs / "frame.exr").write_bytes(b"light")
    with scratch_folder():
        assert theirs.exists(), "it is still in use"
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert theirs.exists()
    with scratch_folder() as ours:
        assert list(parent.iterdir()) == [Path(ours)]


def test_what_is_not_ours_stays(parent):
    (parent / "carousel-notes").mkdir()
    (parent / "carousel-scratch-file").touch()
    with scratch_folder():
        pass
    assert {path.name for path in parent.iterdir()} == {"carousel-notes", "carousel-scratch-file"}
