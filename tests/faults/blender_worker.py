"""A real worker whose Blender comes to grief in the middle of a frame, and the command with such workers.

MISCHIEF: "crash:FRAME", a segmentation fault, or "hang:FRAME", for ever but once.
"""

import ctypes
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "scenegen")]

from doubles import main  # noqa: E402

from scenegen.protocol import Ready, Setup  # noqa: E402
from scenegen.worker import Make, set_up_blender  # noqa: E402


def set_up(setup: Setup) -> tuple[Make, Ready]:
    """Blender, with a handler that it calls when it begins to render the victim."""
    make, ready = set_up_blender(setup)
    import bpy

    kind, _, victim = os.environ["MISCHIEF"].partition(":")
    once = Path(setup.config.out) / "tries"  # what is of a run and not of its frames

    def come_to_grief(*_: object) -> None:
        if kind == "crash":
            ctypes.string_at(0)
        elif not once.exists():
            once.touch()
            time.sleep(3600)

    def make_or_not(frame: int) -> None:
        if frame == int(victim):
            bpy.app.handlers.render_pre.append(come_to_grief)
        make(frame)

    return make_or_not, ready


if __name__ == "__main__":
    main(__file__, set_up)
