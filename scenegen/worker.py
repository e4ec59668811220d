"""A worker process: renders the frames that the coordinator names, one after the other, until it hangs up."""

import ctypes
import errno
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "scenegen")]
    from scenegen.bootstrap import ensure_packages

    ensure_packages()

from msgspec.structs import replace

from conf.errors import RunError, UserError
from scenegen.protocol import RENDER, SETUP, Done, Failed, Ready, Setup, Stop, receive, send

# No other frame would fare better: the disk is full, or the folder must not be written.
_FATAL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

Make = Callable[[int], None]
SetUp = Callable[[Setup], tuple[Make, Ready]]


def serve(connection: Connection, set_up: SetUp) -> None:
    """Answer the coordinator until it hangs up or nothing more can be done.

    set_up: makes this process ready for the job and returns the function that renders and commits one frame,
    and what is to be said of this machine.
    """
    setup = receive(connection, SETUP)
    warnings = _Warnings()
    logging.getLogger().addHandler(warnings)
    try:
        make, ready = set_up(setup)
    except Exception as error:
        _log_traceback()
        send(connection, Stop(error=_cause(error), users_mistake=isinstance(error, UserError)))
        return
    finally:
        logging.getLogger().removeHandler(warnings)
    send(connection, replace(ready, warnings=tuple(warnings.texts)))
    while True:
        report = _attempt(make, receive(connection, RENDER).frame)
        send(connection, report)
        if isinstance(report, Stop):
            return


class _Warnings(logging.Handler):
    """Keeps what is logged as a warning, to be told to the user and not to the worker's log alone."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _attempt(make: Make, frame: int) -> Done | Failed | Stop:
    try:
        make(frame)
    except Exception as error:
        _log_traceback()
        if isinstance(error, UserError) or _is_fatal(error):
            return Stop(error=_cause(error), users_mistake=isinstance(error, UserError))
        return Failed(frame=frame, error=_cause(error))
    return Done(frame=frame)


def _log_traceback() -> None:
    """The log may lie on the disk that is full; what went wrong is still to be reported."""
    with suppress(OSError):
        traceback.print_exc()


def _is_fatal(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FATAL_ERRNOS:
            return True
        error = error.__cause__ or error.__context__
    return False


def _cause(error: Exception) -> str:
    """The message; of an error that is not ours, which says less, with its kind."""
    return str(error) if isinstance(error, UserError | RunError) else f"{type(error).__name__}: {error}"


def set_up_blender(setup: Setup) -> tuple[Make, Ready]:
    try:
        from scenegen.frame import FrameMaker
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] != "bpy":
            raise
        raise RunError(
            f"{sys.executable} cannot load Blender's module bpy: {error}. `python -m scenegen.doctor` says "
            "what is missing; `make setup` installs it, or use `blender -b -P scenegen/render.py -- …`"
        ) from error
    maker = FrameMaker(setup.config, setup.library, setup.threads, setup.slot)
    return maker.make, Ready(gpus=maker.gpus)


def run(set_up: SetUp) -> None:
    """Serve on the file descriptor that the last argument names, then leave without Blender's own exit."""
    die_with_parent()
    descriptor = int(sys.argv[-1])
    os.set_inheritable(descriptor, False)
    try:
        serve(Connection(descriptor), set_up)
    except (EOFError, ConnectionError):
        pass  # the coordinator hung up
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # as in `_log_traceback`
                stream.flush()
        os._exit(0)


def die_with_parent() -> None:
    """A worker stuck in a frame would not notice the coordinator's death; the Linux kernel does it for us."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    run(set_up_blender)
