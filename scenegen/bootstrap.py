"""Finds the packages the project needs from a Blender whose Python lacks them: standard library only."""

import importlib
import os
import site
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = (  # what `dependencies` of pyproject.toml brings, by import name
    "hydra",
    "jinja2",
    "msgspec",
    "numpy",
    "PIL",
    "pycocotools",
    "yaml",
    "tqdm",
    "zstandard",
)
SUPPORTED = ((3, 11), (3, 12), (3, 13))


def ensure_packages() -> None:
    """Make every module of MODULES importable, or end the process with one message and exit code 2.

    Missing ones are looked for in virtual environments of the same Python version (see `candidates`). Their
    site-packages go to the end of sys.path, so that nothing there can shadow what this Python already has,
    Blender's built-in bpy above all. Under `blender -P`, sys.exit ends Blender with its code.
    """
    missing = _missing()
    if not missing:
        return
    for packages in filter(Path.is_dir, map(site_packages, candidates())):
        site.addsitedir(str(packages))
        importlib.invalidate_caches()
        missing = _missing()
        if not missing:
            return
    sys.stderr.write(advice(missing))
    sys.stderr.flush()
    sys.exit(2)


def candidates() -> Iterator[Path]:
    """Virtual environments to look in: $CAROUSEL_VENV alone where it is set, else the project's `.venv*`."""
    named = os.environ.get("CAROUSEL_VENV")
    if named:
        yield Path(named).expanduser()
    else:
        yield from sorted(ROOT.glob(".venv*"))


def site_packages(venv: Path) -> Path:
    """Where `venv` keeps the packages of this Python's minor version; missing if it is of another one."""
    return venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def advice(missing: list[str]) -> str:
    """The error: who lacks what, and the commands that install it."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    who = f"the Python {version} inside this Blender" if "bpy" in sys.modules else f"this Python {version}"
    lacks = f"carousel: {who} lacks {', '.join(missing)}"
    if sys.version_info[:2] not in SUPPORTED:
        supported = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
        return (
            f"{lacks}.\nCarousel needs Python {supported}: use a Blender of one of these, or `make setup`.\n"
        )
    venv = _venv_to_make(version)
    return (
        f"{lacks},\nand there is no virtual environment of Python {version} that has them. To make one:\n\n"
        f"    cd {ROOT}\n"
        f"    python{version} -m venv {venv}\n"
        f"    {venv}/bin/pip install -c constraints.txt -e .\n\n"
        f"It is found there by itself; CAROUSEL_VENV=FOLDER names one that lies elsewhere.\n"
    )


def _missing() -> list[str]:
    return [name for name in MODULES if find_spec(name) is None]


def _venv_to_make(version: str) -> str:
    """The folder to name in the advice: one that is not taken by an environment of another Python."""
    named = os.environ.get("CAROUSEL_VENV")
    if named:
        return str(Path(named).expanduser())
    default = ROOT / ".venv"
    taken = default.exists() and not site_packages(default).is_dir()
    return f".venv{version}" if taken else ".venv"
