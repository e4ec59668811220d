"""ensure_packages: a bare Python finds the project's environment, or says in one message how to make one."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scenegen import bootstrap

ROOT = Path(__file__).resolve().parents[2]
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
SCRIPT = """
import sys
sys.path.insert(0, sys.argv[-1])
from scenegen.bootstrap import ensure_packages
before = list(sys.path)
ensure_packages()
import msgspec, numpy
assert sys.path[: len(before)] == before, "what was there before must come first"
print(msgspec.__file__)
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project root that holds the bootstrap alone."""
    (tmp_path / "scenegen").mkdir()
    shutil.copy(ROOT / "scenegen" / "bootstrap.py", tmp_path / "scenegen")
    (tmp_path / "scenegen" / "__init__.py").touch()
    return tmp_path


def make_venv(venv: Path, version: str = VERSION) -> Path:
    """A folder laid out as an environment whose packages are this one's."""
    packages = venv / "lib" / f"python{version}" / "site-packages"
    packages.mkdir(parents=True)
    here = Path(bootstrap.find_spec("msgspec").origin).parents[1]
    (packages / "all.pth").write_text(f"{here}\n")
    return packages


def run_bare(checkout: Path, venv: Path | None = None) -> subprocess.CompletedProcess[str]:
    """SCRIPT under this Python without any site-packages, as in a Blender that has none of ours."""
    environment = {name: value for name, value in os.environ.items() if name != "CAROUSEL_VENV"}
    if venv is not None:
        environment["CAROUSEL_VENV"] = str(venv)
    command = [sys.executable, "-I", "-S", "-c", SCRIPT, str(checkout)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_names_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[<>=]", line)[0] for line in project["dependencies"]}
    imported_as = {"hydra-core": "hydra", "pillow": "PIL", "pyyaml": "yaml"}
    assert {imported_as.get(name, name) for name in needed} == set(bootstrap.MODULES)


def test_does_nothing_where_all_is_there() -> None:
    before = list(sys.path)
    bootstrap.ensure_packages()
    assert sys.path == before


@pytest.mark.parametrize("name", [".venv", ".venv-other"])
def test_finds_the_projects_own_environment(checkout: Path, name: str) -> None:
    make_venv(checkout / name)
    done = run_bare(checkout)
    assert done.returncode == 0, done.stderr
    assert "msgspec" in done.stdout


def test_passes_over_an_environment_of_another_python(checkout: Path) -> None:
    make_venv(checkout / ".venv", "3.9")
    make_venv(checkout / ".venv-right")
    assert run_bare(checkout).returncode == 0


def test_takes_the_environment_that_is_named(checkout: Path, tmp_path: Path) -> None:
    make_venv(tmp_path / "elsewhere")
    assert run_bare(checkout, tmp_path / "elsewhere").returncode == 0


def test_one_message_where_there_is_none(checkout: Path) -> None:
    done = run_bare(checkout)
    assert done.returncode == 2
    assert "lacks hydra, jinja2, msgspec" in done.stderr
    assert f"python{VERSION} -m venv .venv\n" in done.stderr
    assert ".venv/bin/pip install -c constraints.txt -e ." in done.stderr
    assert "Traceback" not in done.stderr


def test_advises_another_folder_where_venv_is_of_another_python(checkout: Path) -> None:
    make_venv(checkout / ".venv", "3.9")
    done = run_bare(checkout)
    assert done.returncode == 2
    assert f"-m venv .venv{VERSION}\n" in done.stderr


def test_an_empty_environment_is_not_enough(checkout: Path) -> None:
    (checkout / ".venv" / "lib" / f"python{VERSION}" / "site-packages").mkdir(parents=True)
    done = run_bare(checkout)
    assert done.returncode == 2
    assert "-m venv .venv\n" in done.stderr


def test_names_the_supported_versions_to_an_old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 10, 2))
    message = bootstrap.advice(["numpy"])
    assert "Python 3.10" in message
    assert "lacks numpy" in message
    assert "3.11, 3.12, 3.13" in message


@pytest.mark.skipif(not shutil.which("blender"), reason="no blender on PATH")
@pytest.mark.slow
def test_blender_ends_with_exit_code_2(checkout: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(checkout)!r})\n"
        "from scenegen import bootstrap\n"
        "bootstrap.MODULES = ('no_such_module',)\n"
        "bootstrap.ensure_packages()\n"
    )
    command = ["blender", "-b", "-P", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "inside this Blender lacks no_such_module" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
