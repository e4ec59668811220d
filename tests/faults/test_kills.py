"""Killed at any moment, the same command goes on as if nothing had been."""

import random
import signal
import time

import pytest
from drill import TIMES, wait_for
from kills import VICTIMS, kill, strike
from test_job import ended


@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_9(drill, out, blows, victim, number):
    process, phase = kill(drill, out, victim, number)
    done = ended(process)
    blows[f"kill -9 of {victim}", phase] += 1
    if victim != "a worker":
        assert done.returncode == (0 if phase == "after its end" else -signal.SIGKILL)
    elif done.returncode == 0:
        drill.check_whole(out)  # another worker did what this one had begun
    else:
        assert "a worker did not start: its worker died (signal SIGKILL)" in done.stderr
    drill.check_sound(out)


def test_killed_again_and_again(drill, out, blows):
    """The command that goes on is killed as well, until the dataset is done."""
    chance = random.Random(0)
    for _ in range(TIMES):
        process = drill.begin(out)
        time.sleep(chance.uniform(0, 0.6) * sum(drill.seconds.values()))  # less and less is left to do
        phase = strike(process, out, "all at once", chance)
        blows["kill -9 of all, again and again", phase] += 1
        ended(process)
    drill.check_sound(out)


def test_two_commands_on_one_folder(drill, out):
    first = drill.begin(out, FRAME_S="0.3")
    wait_for(first, out / "images")
    second = drill.run(out)
    assert second.returncode == 2
    assert f"out={out}: another render command is at work there" in second.stderr
    assert ended(first).returncode == 0
    drill.check_sound(out)
