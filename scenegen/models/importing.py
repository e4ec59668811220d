"""Imports files of car models into the cache, each in a Blender process of its own."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from assets.models.reading import Reading
from assets.models.store import StoredModel, models_folder, read_models
from conf.errors import RunError, UserError
from scenegen.dataset.files import write_error
from scenegen.launchers.local import script_command
from scenegen.models.companions import Companion
from scenegen.models.request import MEMORY_LIMIT_BYTES, UNUSABLE, Request

IMPORTER_VERSION = 1  # of all that lies between a file's bytes and what is in the cache
TIME_LIMIT_S = 300.0  # two million triangles take a minute on a slow machine
_SCRIPT = Path(__file__).resolve().parent.parent / "blender" / "import_model.py"
_LOG_TAIL_LINES = 8


def refusal(file: Path, why: str) -> UserError:
    """The error that stops a job at one of its files."""
    return UserError(
        f"{file}: {why} (to leave the file out, write `skip: true` in {file.with_suffix('.yaml')})"
    )


def cache_key(content: str, reading: Reading) -> str:
    """Names what comes of a file: a hash of its content's hash, of how it is read, and of the importer."""
    identity = msgspec.json.encode((IMPORTER_VERSION, content, reading), order="sorted")
    return sha256(identity).hexdigest()[:32]


def imported(
    file: Path,
    root: Path,
    companions: Sequence[Companion],
    key: str,
    reading: Reading,
    command: Sequence[str] | None = None,
) -> tuple[tuple[StoredModel, ...], bool]:
    """The models of a file, from the cache or imported now, and whether they are new.

    root: the folder outside which nothing is read for it.
    command: starts the importer; the default is this Blender, or this Python with its bpy.
    Raises UserError naming a file that no car can be made of, RunError where importing is not possible.
    """
    folder = models_folder() / key
    with suppress(OSError, msgspec.DecodeError):
        return read_models(folder), False
    shutil.rmtree(folder, ignore_errors=True)  # there, but not whole
    with _new_folder() as scratch:
        result = scratch / "models"
        result.mkdir()
        request = Request(
            file=str(_staged(file, companions, scratch)),
            folder=str(result),
            root=str(root.resolve()),
            reading=reading,
            missing=tuple(other.name for other in companions if other.path is None),
        )
        _run(
            [*(command or script_command(_SCRIPT)), msgspec.json.encode(request).decode()],
            file,
            scratch / "log",
        )
        if (result / UNUSABLE).exists():
            raise refusal(file, (result / UNUSABLE).read_text())
        _commit(result, folder)
    return read_models(folder), True


@contextmanager
def _new_folder() -> Iterator[Path]:
    """A folder in the cache, so that what is in it can be renamed into place, and gone afterwards."""
    parent = models_folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".import-", dir=parent))
    except OSError as error:
        raise write_error(parent, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _staged(file: Path, companions: Sequence[Companion], scratch: Path) -> Path:
    """The file; where companions were found elsewhere than it says, a link to it that has them beside it."""
    if all(other.path is None or other.path == file.parent / other.name for other in companions):
        return file.resolve()
    stage = scratch / "stage" / "below" / "below"  # deep enough for names like ../textures/body.png
    for name, path in [(file.name, file), *companions]:
        link = Path(os.path.normpath(stage / name))
        if not link.is_relative_to(scratch / "stage"):
            link = stage / link.name
        if path is not None and not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
    return stage / file.name


def _run(command: Sequence[str], file: Path, log: Path) -> None:
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=TIME_LIMIT_S,
                check=False,
                env=os.environ,
            )
        except subprocess.TimeoutExpired as error:
            raise refusal(file, f"not read within {TIME_LIMIT_S:g} s: make it simpler") from error
    if done.returncode < 0:
        newer = ", or where a newer Blender saved it" if file.suffix.lower() == ".blend" else ""
        why = f"as it may where more than {MEMORY_LIMIT_BYTES // 2**30} GB are needed{newer}"
        crash = f"Blender crashed reading it ({signal.Signals(-done.returncode).name}), {why}"
        raise refusal(file, f"{crash}: make it simpler, or export it as .glb")
    if done.returncode:
        raise RunError(
            f"cannot import {file}: the importer ended with exit code {done.returncode}{_tail(log)}"
        )


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
    return ":\n" + "\n".join(lines) if lines else ""


def _commit(result: Path, folder: Path) -> None:
    """Rename into place what was imported. Where another process was quicker, its copy stays."""
    with suppress(OSError):
        result.rename(folder)
    if not folder.exists():
        raise RunError(f"cannot write {folder}: make it writable, or set XDG_CACHE_HOME")
