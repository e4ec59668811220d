"""Steps done once, whatever stops them, one at a time, also through a cluster's launcher."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from conf.errors import RunError
from training.study import step as stepping
from training.study.estimate import Cost, corrections
from training.study.plan import Plan, Step
from training.study.run import missing, remaining, run
from training.study.step import Job, run_step
from training.study.store import Failed, Store

WRITES = """
import sys, time
from pathlib import Path
given = dict(argument.split("=", 1) for argument in sys.argv[1:])
with Path(given["count"]).open("a") as file:
    file.write("x")
time.sleep(float(given.get("seconds", 0)))
if given.get("fails") == "yes":
    sys.exit("error: the disk is full")
Path(given["out"]).mkdir(parents=True, exist_ok=True)
(Path(given["out"]) / "last.ckpt").write_text(given.get("checkpoint", ""))
"""


def a_step(kind: str, key: str, *arguments: str, **inputs: str) -> Step:
    return Step(kind, key, f"{kind} {key}", arguments, inputs, Cost(10.0, 1000))


def a_plan(*steps: Step) -> Plan:
    return Plan({step.id: step for step in steps}, (), {}, {}, ())


@pytest.fixture
def script(tmp_path, monkeypatch) -> Path:
    """A command in place of each kind's; it counts its runs in count.txt."""
    path = tmp_path / "command.py"
    path.write_text(WRITES)
    for kind in list(stepping.SCRIPTS):
        monkeypatch.setitem(stepping.SCRIPTS, kind, path)
    return path


def _job(tmp_path: Path, *steps: Step) -> tuple[Job, Store]:
    return Job(a_plan(*steps), str(tmp_path / "store"), str(tmp_path)), Store(tmp_path / "store")


def test_a_step_is_done_once_and_its_result_handed_on(tmp_path, script):
    count = f"count={tmp_path / 'count.txt'}"
    first, second = a_step("pretrain", "a", count), a_step("finetune", "b", count, checkpoint="pretrain/a")
    job, store = _job(tmp_path, first, second)
    for _ in range(2):
        run_step(job, first.id)
        run_step(job, second.id)
    assert (tmp_path / "count.txt").read_text() == "xx"
    handed_on = (store.result(second.id) / "last.ckpt").read_text()
    assert Path(handed_on) == store.result(first.id) / "last.ckpt"
    done = store.done(first.id)
    assert done is not None and done.seconds > 0 and "command.py" in done.command
    assert not missing(job.plan, store)


def test_the_best_checkpoint_is_handed_on_where_one_was_chosen(tmp_path):
    store = Store(tmp_path)
    store.result("pretrain/a").mkdir(parents=True)
    assert store.checkpoint("pretrain/a").name == "last.ckpt"
    (store.result("pretrain/a") / "best.ckpt").touch()
    assert store.checkpoint("pretrain/a").name == "best.ckpt"


def test_a_failure_is_told_in_the_command_s_words_and_tried_again(tmp_path, script):
    count = f"count={tmp_path / 'count.txt'}"
    failing = a_step("pretrain", "a", count, "fails=yes")
    waiting = a_step("finetune", "b", count, checkpoint="pretrain/a")
    job, store = _job(tmp_path, failing, waiting)
    for _ in range(2):
        run_step(job, failing.id)
    assert (tmp_path / "count.txt").read_text() == "xx"
    failed = store.failed(failing.id)
    assert failed is not None and failed.words == "error: the disk is full"
    told = missing(job.plan, store)
    assert [each.why for each in told] == ["error: the disk is full", "it needs pretrain a"]
    assert told[0].log is not None and "error: the disk is full" in told[0].log.read_text()


def test_two_at_once_run_a_step_once(tmp_path, script):
    slow = a_step("pretrain", "a", f"count={tmp_path / 'count.txt'}", "seconds=0.5")
    job, store = _job(tmp_path, slow)
    both = [threading.Thread(target=run_step, args=(job, slow.id)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert (tmp_path / "count.txt").read_text() == "x"
    assert store.done(slow.id)


def test_a_step_that_was_killed_is_not_done(tmp_path, script):
    count = f"count={tmp_path / 'count.txt'}"
    slow = a_step("pretrain", "a", count, "seconds=60")
    job, store = _job(tmp_path, slow)
    thread = threading.Thread(target=run_step, args=(job, slow.id))
    thread.start()
    while not (tmp_path / "count.txt").exists():
        time.sleep(0.02)
    subprocess.run(["pkill", "-KILL", "-f", str(script)], check=True)
    thread.join()
    assert store.done(slow.id) is None
    assert isinstance(store.failed(slow.id), Failed)


EVALUATE = ("kitti.root=/nowhere", "split=val")  # refused at once: there is no such folder


@pytest.mark.parametrize(
    "launcher",
    [[], ["hydra/launcher=submitit_local", "hydra.launcher.timeout_min=1"]],
    ids=["here", "submitit"],
)
def test_hydra_launches_steps_and_one_that_fails_stops_no_other(tmp_path, launcher, capsys):
    steps = [a_step("evaluate", key, *EVALUATE, f"seed={key}", f"checkpoint={tmp_path}/x") for key in "12"]
    behind = a_step("evaluate", "3", *EVALUATE, checkpoint="pretrain/none")
    store = Store(tmp_path / "it's here")
    run(a_plan(*steps), store, tmp_path / "out", launcher)
    for each in steps:
        failed = store.failed(each.id)
        assert failed is not None and failed.code == 2 and "/nowhere" in failed.words
    assert store.failed(behind.id) is None
    told = capsys.readouterr().out
    assert "[2/2] evaluate" in told and told.count(": failed") == 2  # side by side, either may end last


def test_a_launcher_that_does_not_start_is_said(tmp_path):
    with pytest.raises(RunError, match=r"the launcher failed: .*no_such_launcher"):
        run(
            a_plan(a_step("evaluate", "1", *EVALUATE)), Store(tmp_path), tmp_path / "out",
            ["hydra/launcher=no_such_launcher"],
        )  # fmt: skip


def test_an_earlier_failure_does_not_hide_a_launcher_that_does_not_start(tmp_path):
    step, store = a_step("evaluate", "1", *EVALUATE), Store(tmp_path)
    store.start(step)
    store.finish(step.id, Failed(1, "error: of yesterday", 1.0))
    with pytest.raises(RunError, match=r"the launcher failed: "):
        run(a_plan(step), store, tmp_path / "out", ["hydra/launcher=no_such_launcher"])


def test_stopping_the_command_stops_what_it_started(tmp_path):
    """A step that would take a minute; the whole is told to stop as a terminal or a scheduler does."""
    code = f"""
import sys
sys.path[:0] = [{str(Path(__file__).resolve().parents[3])!r}, {str(Path(__file__).parent)!r}]
from pathlib import Path
from test_steps import a_plan, a_step
from conf.exits import exit_code
from training.study.run import run
from training.study.store import Store
step = a_step("render", "1", "n=100000", "renderer=draft")
out = Path({str(tmp_path)!r})
sys.exit(exit_code(lambda: run(a_plan(step), Store(out / "store"), out, [])))
"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    log = tmp_path / "store" / "render" / "1" / "log.txt"
    while not log.exists():
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(timeout=60) != 0
    for _ in range(100):
        left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True).stdout.split()
        if not left:
            break
        time.sleep(0.1)
    assert not left


def test_estimates_follow_what_was_measured(tmp_path, script):
    assert corrections([("render", 10, 20), ("render", 10, 40), ("evaluate", 5, 5)]) == {
        "render": 3,
        "evaluate": 1,
    }
    steps = [a_step("render", key, f"count={tmp_path / 'count.txt'}") for key in "ab"]
    job, store = _job(tmp_path, *steps)
    assert remaining(job.plan, store) == (20.0, 2000)
    run_step(job, "render/a")
    done = store.done("render/a")
    assert done is not None
    assert remaining(job.plan, store) == (pytest.approx(done.seconds), 1000)
