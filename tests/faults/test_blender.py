"""The drills that need it with Blender itself: killed at any moment, crashed by a frame, hung in one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from drill import TIMES, Drill
from kills import VICTIMS, kill
from test_job import ended, start

from scenegen.dataset.store import FrameStore

RENDER = Path(__file__).parents[2] / "scenegen" / "render.py"
WORKER = Path(__file__).with_name("blender_worker.py")
FRAMES = 4

pytestmark = [pytest.mark.blender, pytest.mark.slow]


def render(out: Path, *overrides: str, **environment: str) -> subprocess.Popen:
    command = [sys.executable, str(RENDER), *overrides, f"out={out}"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ | environment)


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    small = ("renderer=draft", "renderer.width=64", "renderer.height=32", "workers=2")
    overrides = (*small, f"n={FRAMES}", "export=[kitti,yolo]", "gallery=true")
    return Drill.undisturbed(render, overrides, tmp_path_factory.mktemp("rendered"))


@pytest.mark.parametrize("number", range(TIMES))
def test_kill_9(drill, out, blows, number):
    victim = list(VICTIMS)[number % len(VICTIMS)]
    process, phase = kill(drill, out, victim, number // len(VICTIMS))
    ended(process)
    blows[f"Blender: kill -9 of {victim}", phase] += 1
    drill.check_sound(out)


def test_a_frame_that_always_crashes_blender(drill, out):
    done = ended(start(out, *drill.overrides, "launcher.attempts=2", script=WORKER, MISCHIEF="crash:1"))
    assert done.returncode == 1
    assert "frame 1 failed: its worker died (signal SIGSEGV)" in done.stderr
    assert FrameStore(out).committed() == [0, 2, 3]
    assert json.loads((out / "dataset.json").read_text())["failures"].keys() == {"1"}
    drill.check_sound(out)


def test_a_frame_that_hangs_blender(drill, out):
    done = ended(
        start(out, *drill.overrides, "launcher.stall_timeout_s=30", script=WORKER, MISCHIEF="hang:1")
    )
    assert done.returncode == 0, done.stderr
    assert (out / "tries").exists(), "it did not hang"
    drill.check_sound(out)
