"""The doctor names what is missing, the package that brings it, and whether rendering will work."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from scenegen import doctor
from scenegen.doctor import Finding

LDD = """\
	linux-vdso.so.1 (0x00007ffd7a5f2000)
	libX11.so.6 => /lib/x86_64-linux-gnu/libX11.so.6 (0x00007f1c0a400000)
	libXrender.so.1 => not found
	libxkbcommon.so.0 => not found
	libXrender.so.1 => not found
	/lib64/ld-linux-x86-64.so.2 (0x00007f1c0a9d2000)
"""


@pytest.fixture
def fake_ldd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ldd that finds two libraries missing whatever it is asked about."""
    program = tmp_path / "ldd"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{LDD}END\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")


@pytest.mark.usefixtures("fake_ldd")
def test_missing_libraries_are_named_once_each() -> None:
    assert doctor.missing_libraries(Path("any.so")) == ["libXrender.so.1", "libxkbcommon.so.0"]


@pytest.mark.blender
@pytest.mark.usefixtures("fake_ldd")
def test_libraries_become_packages(capsys: pytest.CaptureFixture[str]) -> None:
    finding = doctor.check_libraries()
    assert finding.level == "missing"
    assert finding.packages == ("libxkbcommon0", "libxrender1")
    assert not doctor.report(iter([finding]))
    assert "apt-get install -y --no-install-recommends libxkbcommon0 libxrender1\n" in capsys.readouterr().out


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="not a Debian")
def test_the_table_agrees_with_debians_own() -> None:
    """Of the table's libraries that are installed here, each belongs to the package it names."""
    listing = subprocess.run(
        ["dpkg-query", "-S", *(f"*/{library}" for library in doctor.PACKAGES)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    owners: dict[str, set[str]] = {}
    for line in listing.splitlines():
        package, path = line.split(": ", 1)
        owners.setdefault(Path(path).name, set()).add(package.partition(":")[0])
    assert owners
    for library in owners:
        assert doctor.PACKAGES[library] in owners[library], library


@pytest.mark.parametrize(
    ("version", "level"), [((3, 10), "missing"), ((3, 11), "ok"), ((3, 12), "missing"), ((3, 13), "ok")]
)
def test_python_versions(version: tuple[int, int], level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.sys, "version_info", version)
    assert doctor.check_python().level == level


def test_absent_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = doctor.find_spec
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name in ("numpy", "bpy") else there(name))
    finding = doctor.check_modules()
    assert finding.level == "missing"
    assert "no numpy, bpy in" in finding.detail
    assert "make setup" in finding.detail


def test_probe_returns_what_the_code_prints_last() -> None:
    assert doctor.probe("print('Blender 9'); print('{\"a\": 1}')") == ({"a": 1}, "")


def test_probe_survives_a_crash() -> None:
    facts, error = doctor.probe("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert facts is None
    assert error == "ended by signal 11"


def test_a_library_that_bpy_cannot_load_becomes_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "libSM.so.6: cannot open shared object file: No such file or directory"
    monkeypatch.setattr(doctor, "BPY_PROBE", f"raise ImportError({message!r})")
    (finding,) = doctor.check_bpy()
    assert finding.level == "missing"
    assert finding.packages == ("libsm6",)
    assert "libSM.so.6" in finding.detail


@pytest.mark.parametrize(("denoiser", "level"), [("true", "ok"), ("false", "note")])
def test_a_build_without_denoiser_still_renders(
    denoiser: str, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = f'{{"version": "9.9", "denoiser": {denoiser}, "gpus": [["OPTIX", "H200"]]}}'
    monkeypatch.setattr(doctor, "BPY_PROBE", f"print({facts!r})")
    blender, denoising, gpus = doctor.check_bpy()
    assert (blender.level, denoising.level, gpus.level) == ("ok", level, "ok")
    assert gpus.detail == "H200 (OPTIX)"


def test_eevee_that_cannot_start_is_a_note_with_its_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EEVEE_PROBE", "raise SystemError('no EGL')")
    finding = doctor.check_eevee()
    assert finding.level == "note"
    assert finding.packages == ("libegl1", "libgl1-mesa-dri")


def test_absent_programs_are_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda _: None)
    assert [finding.level for finding in doctor.check_programs()] == ["note", "note"]


def test_little_room_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage(64_000_000, 0, 1_000_000_000))
    assert [finding.level for finding in doctor.check_room()] == ["note", "note"]


@pytest.mark.parametrize(("level", "works"), [("ok", True), ("note", True), ("missing", False)])
def test_only_what_is_missing_stops_rendering(
    level: doctor.Level, works: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.report(iter([Finding(level, "Thing", "detail", ("libthing1",))])) is works
    out = capsys.readouterr().out
    assert "detail" in out
    assert "libthing1" in out


@pytest.mark.blender
def test_quick_examination_of_this_machine() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scenegen.doctor", "--quick"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "Rendering works here." in done.stdout
    assert "EEVEE" not in done.stdout
