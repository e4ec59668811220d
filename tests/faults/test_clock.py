"""The clock that tells the date is set back, or forward, by a day while a job is at work (libfaketime)."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from drill import wait_for
from test_job import ended, tries

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
DAY_S = 86400

pytestmark = pytest.mark.skipif(not LIBRARIES, reason="no libfaketime: apt-get install faketime")


class Clock:
    """A date that processes with its environment believe in; their monotonic clock is the kernel's."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": str(LIBRARIES[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, shift: str) -> None:
        self._file.write_text(shift)

    def ahead_s(self) -> float:
        """Of the machine's."""
        told = subprocess.run(
            [sys.executable, "-c", "import time; print(time.time())"],
            env=os.environ | self.environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return float(told.stdout) - time.time()


@pytest.mark.parametrize(("shift", "days"), [("-1d", -1), ("+1d", 1)])
def test_the_clock_is_set(drill, out, tmp_path, shift, days):
    """Nobody is taken for hanging who works, and who hangs is found."""
    clock = Clock(tmp_path)
    process = drill.begin(
        out, "launcher.stall_timeout_s=10", FRAME_S="0.2", MISCHIEF="hang-once:5", **clock.environment
    )
    wait_for(process, out / "images")
    clock.set(shift)
    assert clock.ahead_s() == pytest.approx(days * DAY_S, abs=DAY_S / 2)
    done = ended(process)
    assert done.returncode == 0, done.stderr
    assert sorted(tries(out)) == sorted([*range(8), 5])
    clock.set("-2d")
    drill.check_sound(out, **clock.environment)


def test_the_clock_is_set_back_between_a_kill_and_the_next_command(drill, out, tmp_path):
    clock = Clock(tmp_path)
    process = drill.begin(out, FRAME_S="0.2", **clock.environment)
    wait_for(process, out / "frames" / "000" / "000000003.json")
    process.kill()
    ended(process)
    clock.set("-1d")
    drill.check_sound(out, **clock.environment)
