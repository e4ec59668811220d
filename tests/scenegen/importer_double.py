"""An importer without Blender: a file becomes as many cars of boxes as it has words "car", none is an error.

The word "crash" ends the process by a signal, "fail" by an exit code, and "hang" never. Every import leaves a
line in the file that IMPORTS names.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import msgspec  # noqa: E402
import numpy as np  # noqa: E402
from boxcar import box_car, moved  # noqa: E402

from assets.models.errors import Unusable  # noqa: E402
from assets.models.normalise import models_of  # noqa: E402
from assets.models.store import write_models  # noqa: E402
from scenegen.models.request import UNUSABLE, Request  # noqa: E402


def main(request: Request) -> None:
    words = Path(request.file).read_text().split()
    with Path(os.environ["IMPORTS"]).open("a") as imports:
        imports.write(f"{request.file}\n")
    if "crash" in words:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "fail" in words:
        sys.exit("no module named bpy")
    if "hang" in words:
        time.sleep(600)
    cars = [moved(box_car(), np.eye(3), (8 * k, 0, 0)) for k in range(words.count("car"))]
    raw = replace(box_car(), parts=[part for car in cars for part in car.parts])
    try:
        write_models(
            Path(request.folder), models_of(raw, request.reading, lambda mesh, _: mesh), request.missing
        )
    except Unusable as error:
        (Path(request.folder) / UNUSABLE).write_text(str(error))


main(msgspec.json.decode(sys.argv[-1], type=Request))
