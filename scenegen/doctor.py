"""`python -m scenegen.doctor`: what this machine lacks for rendering, and the package that brings it."""

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from scenegen.bootstrap import MODULES

Level = Literal["ok", "note", "missing"]

# Library → its Debian and Ubuntu package: what bpy 4.5 and 5.2 load and do not bring (`ldd`, `dpkg -S`).
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libGLdispatch.so.0": "libglvnd0",
    "libICE.so.6": "libice6",
    "libOpenGL.so.0": "libopengl0",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXau.so.6": "libxau6",
    "libXdmcp.so.6": "libxdmcp6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libXt.so.6": "libxt6",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libgcc_s.so.1": "libgcc-s1",
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
    "libuuid.so.1": "libuuid1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
EEVEE_PACKAGES = ("libegl1", "libgl1-mesa-dri")  # OpenGL without a display; Mesa also where there is no GPU

# Run in a process of its own: a library that is missing or broken can end it without an exception.
BPY_PROBE = """
import json
import bpy, _cycles
preferences = bpy.context.preferences.addons["cycles"].preferences
gpus = set()
for backend in [item[0] for item in preferences.get_device_types(bpy.context)]:
    preferences.compute_device_type = backend
    preferences.get_devices()
    gpus |= {(device.type, device.name) for device in preferences.devices if device.type != "CPU"}
print()
print(json.dumps({
    "version": bpy.app.version_string,
    "denoiser": bool(getattr(_cycles, "with_openimagedenoise", False)),
    "gpus": sorted(gpus),
}))
"""
EEVEE_PROBE = """
import json, sys
import bpy, gpu
scene = bpy.context.scene
scene.render.engine = "BLENDER_EEVEE_NEXT" if (4, 2) <= bpy.app.version < (5, 0) else "BLENDER_EEVEE"
scene.render.resolution_x = scene.render.resolution_y = 16
bpy.ops.render.render()
print()
print(json.dumps({"renderer": gpu.platform.renderer_get(), "kind": gpu.platform.device_type_get()}))
"""


@dataclass(frozen=True)
class Finding:
    """One line of the report; `packages` are the Debian packages that would mend it."""

    level: Level
    subject: str
    detail: str
    packages: tuple[str, ...] = ()


def check_python() -> Finding:
    """The Python version: 3.11 and 3.13 have a bpy wheel, 3.12 can only train."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if version in ("3.11", "3.13"):
        return Finding("ok", "Python", f"{version} ({sys.executable})")
    if version == "3.12":
        return Finding("missing", "Python", "3.12 trains, but bpy exists for 3.11 and 3.13: `make setup`")
    return Finding(
        "missing", "Python", f"{version}: Carousel needs 3.11 or 3.13: `make setup PYTHON=python3.11`"
    )


def check_modules() -> Finding:
    """Whether every Python package that rendering needs can be found."""
    absent = [name for name in (*MODULES, "bpy") if find_spec(name) is None]
    if not absent:
        return Finding("ok", "Python packages", "all there")
    return Finding("missing", "Python packages", f"no {', '.join(absent)} in {sys.prefix}: `make setup`")


def missing_libraries(binary: Path) -> list[str]:
    """Shared libraries that `binary` and everything it links to look for in vain, sorted."""
    listing = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False).stdout
    return sorted(set(re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)))


def check_libraries() -> Finding:
    """The system libraries that Blender's module links to, all missing ones at once."""
    spec = find_spec("bpy")
    if spec is None or spec.origin is None:
        return Finding("missing", "System libraries", "unknown while bpy is not installed")
    binary = sorted(Path(spec.origin).parent.glob("__init__*.so"))[0]
    absent = missing_libraries(binary)
    if not absent:
        return Finding("ok", "System libraries", "all that bpy links to are there")
    packages = tuple(sorted({PACKAGES[name] for name in absent if name in PACKAGES}))
    return Finding("missing", "System libraries", f"bpy needs {', '.join(absent)}", packages)


def probe(code: str) -> tuple[dict[str, Any] | None, str]:
    """Run `code` in a fresh Python: the JSON of its last line, or None and what went wrong in one line."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1]), ""
    if done.returncode < 0:
        return None, f"ended by signal {-done.returncode}"
    return None, (done.stderr.strip().splitlines() or ["no error message"])[-1]


def check_bpy() -> Iterator[Finding]:
    """Whether Blender's module starts, and what its Cycles can do."""
    facts, error = probe(BPY_PROBE)
    if facts is None:
        library = re.search(r"(\S+): cannot open shared object file", error)
        package = PACKAGES.get(library[1]) if library else None
        yield Finding("missing", "Blender", f"bpy does not start: {error}", (package,) if package else ())
        return
    yield Finding("ok", "Blender", f"bpy {facts['version']}")
    if facts["denoiser"]:
        yield Finding("ok", "Denoiser", "OpenImageDenoise")
    else:
        yield Finding("note", "Denoiser", "this build has none; pictures stay noisy (renderer.denoise=false)")
    if facts["gpus"]:
        yield Finding("ok", "GPUs for Cycles", ", ".join(f"{name} ({kind})" for kind, name in facts["gpus"]))
    else:
        yield Finding("note", "GPUs for Cycles", "none, or no driver; renderer.device=cpu works")


def check_eevee() -> Finding:
    """Whether renderer=eevee works, by a picture of 16 × 16 pixels; it needs OpenGL without a display."""
    facts, error = probe(EEVEE_PROBE)
    if facts is None:
        return Finding("note", "EEVEE", f"cannot render here ({error}); cycles and draft do", EEVEE_PACKAGES)
    slow = " (no GPU: slower than Cycles)" if facts["kind"] == "SOFTWARE" else ""
    return Finding("note" if slow else "ok", "EEVEE", f"{facts['renderer']}{slow}")


def check_programs() -> Iterator[Finding]:
    """Programs that only some uses need: Blender itself, and Chromium for the gallery's test."""
    blender = shutil.which("blender")
    if blender:
        yield Finding("ok", "blender -b -P", blender)
    else:
        yield Finding(
            "note", "blender -b -P", "no `blender`; `python scenegen/render.py` does the same", ("blender",)
        )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium and driver:
        yield Finding("ok", "Gallery test", chromium)
    else:
        detail = "skipped: no headless Chromium and its driver"
        yield Finding("note", "Gallery test", detail, ("chromium", "chromium-driver"))


def check_room() -> Iterator[Finding]:
    """Free space where datasets go, and in shared memory, where training's data loaders pass batches."""
    free_gb = shutil.disk_usage(Path.cwd()).free / 1e9
    enough = "" if free_gb >= 5 else "; 1,000 frames of 1200×400 take about 0.2 GB"
    yield Finding("note" if enough else "ok", "Disk", f"{free_gb:.0f} GB free in {Path.cwd()}{enough}")
    shm = Path("/dev/shm")
    shm_gb = shutil.disk_usage(shm).total / 1e9 if shm.is_dir() else 0.0
    small = "" if shm_gb >= 1 else "; training needs 1 (docker run --shm-size=2g), or trainer workers=0"
    yield Finding("note" if small else "ok", "Shared memory", f"{shm_gb:.1f} GB in /dev/shm{small}")


def examine(quick: bool) -> Iterator[Finding]:
    """All findings, one by one as they come; `quick` leaves out what rendering with Cycles does not need."""
    yield check_python()
    modules = check_modules()
    yield modules
    libraries = check_libraries()
    yield libraries
    if modules.level == libraries.level == "ok":
        yield from check_bpy()
        if not quick:
            yield check_eevee()
    if not quick:
        yield from check_programs()
        yield from check_room()


def install_command(packages: list[str]) -> str:
    """The command that installs Debian packages."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(packages)}"


def report(findings: Iterator[Finding]) -> bool:
    """Print the findings as they come, then the commands that mend them; True if rendering will work."""
    marks = {"ok": "✓", "note": "·", "missing": "✗"}
    needed: set[str] = set()
    wished: set[str] = set()
    works = True
    for finding in findings:
        print(f" {marks[finding.level]} {finding.subject:<17} {finding.detail}", flush=True)
        works = works and finding.level != "missing"
        (needed if finding.level == "missing" else wished).update(finding.packages)
    print("\nRendering works here." if works else "\nRendering does not work here yet (✗).")
    if needed:
        print(f"Needed:\n    {install_command(sorted(needed))}")
    if wished - needed:
        print(f"For what is marked ·:\n    {install_command(sorted(wished - needed))}")
    return works


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scenegen.doctor", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only what rendering with Cycles needs")
    parser.add_argument(
        "--packages", action="store_true", help="print the Debian packages that rendering lacks, and stop"
    )
    options = parser.parse_args()
    if options.packages:
        print(*check_libraries().packages)
        return 0
    return 0 if report(examine(options.quick)) else 1


if __name__ == "__main__":
    sys.exit(main())
