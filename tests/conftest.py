"""What tests share: Hypothesis without deadlines, skips for what a machine lacks, bpy apart from torch."""

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("carousel", settings(deadline=None))  # machines differ; nothing here is timed
settings.load_profile("carousel")

NEEDS = {  # marker → whether this machine can run such tests, and what is said where it can't
    "blender": (find_spec("bpy") is not None, "bpy is not installed: make setup"),
    "chromium": (
        bool(shutil.which("chromedriver"))
        and bool(shutil.which("chromium") or shutil.which("chromium-browser")),
        "no headless Chromium: apt-get install chromium chromium-driver",
    ),
}


TRAINING = Path(__file__).parent / "training"
WITH_TORCH = pytest.StashKey[bool]()


def pytest_collectstart(collector: pytest.Collector) -> None:
    """Refuse, before the file is imported, what would bring bpy and torch into one process."""
    if isinstance(collector, pytest.Module):
        with_torch = TRAINING in collector.path.parents
        if collector.session.stash.setdefault(WITH_TORCH, with_torch) != with_torch:
            raise pytest.UsageError(
                "bpy and torch never share a process, so there are two: `make test` runs both, "
                "`pytest --ignore=tests/training` all tests but training's, `pytest tests/training` those"
            )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for marker, (there, reason) in NEEDS.items():
            if not there and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


EXIT_STATUS = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End a process that loaded bpy as a worker ends: Blender's own clean-up at exit can wait for ever."""
    if "bpy" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash.get(EXIT_STATUS, 1))


@pytest.fixture(scope="session")
def kitti() -> Path:
    """The folder of real KITTI that CAROUSEL_KITTI names; the test is skipped where it names none."""
    folder = os.environ.get("CAROUSEL_KITTI")
    if not folder:
        pytest.skip("CAROUSEL_KITTI names no folder of KITTI")
    path = Path(folder)
    assert path.is_dir(), f"CAROUSEL_KITTI={folder} is not a folder"
    return path


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    """A headless Chromium that keeps what pages log; for tests marked chromium."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1400,1000",
        f"--user-data-dir={tmp_path / 'profile'}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()
