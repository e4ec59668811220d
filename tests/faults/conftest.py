"""What the drills share: a job and what it gives undisturbed, and a count of where each blow fell."""

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scenegen"))  # doubles and test_job
pytest.register_assert_rewrite("drill", "kills")

from drill import Drill  # noqa: E402
from test_job import start  # noqa: E402

BLOWS = pytest.StashKey[Counter[tuple[str, str]]]()


@pytest.fixture(scope="session")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    """A job of doubles that makes all there is to make of its frames."""
    overrides = ("n=8", "export=[kitti,yolo]", "gallery=true", "launcher.attempts=9")
    return Drill.undisturbed(start, overrides, tmp_path_factory.mktemp("undisturbed"), FRAME_S="0.05")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A dataset's folder, of the name that the undisturbed one has: the gallery's title is made of it."""
    return tmp_path / "data"


@pytest.fixture(scope="session")
def blows(request: pytest.FixtureRequest) -> Counter[tuple[str, str]]:
    """How often what (a kill, a full disk) fell into which phase of a job; told at the end."""
    return request.config.stash.setdefault(BLOWS, Counter())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counted = config.stash.get(BLOWS, Counter())
    for kind in sorted({kind for kind, _ in counted}):
        phases = {phase: number for (which, phase), number in counted.items() if which == kind}
        spread = ", ".join(f"{phase} {number}" for phase, number in sorted(phases.items()))
        terminalreporter.write_line(f"{kind}: {sum(phases.values())} in all; {spread}")
