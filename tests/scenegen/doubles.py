"""A worker without Blender, for the job's tests: scenegen.worker's loop around frames that are tiny records.

As a script with a descriptor it is that worker; with a config in JSON it is the command with such workers.

What goes wrong is told by the environment variable MISCHIEF, "KIND" or "KIND:FRAME" (see `_misbehave`).
Every try of a frame leaves a line "FRAME PID THREADS" in OUT/tries, and every process its PID in OUT/starts
and its slot in OUT/slots; the environment variable NOTES names another folder for these.
"""

import errno
import logging
import os
import select
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from assets.library import Library
from conf.errors import RunError, UserError
from conf.exits import exit_code
from randomizers.recipe import sample_scene
from randomizers.spec import to_json
from scenegen import job
from scenegen.config import RenderConfig
from scenegen.dataset.objects import frame_store
from scenegen.dataset.records import Annotation, FrameRecord
from scenegen.dataset.store import frame_name, image_file
from scenegen.labels.annotate import encode_rle
from scenegen.labels.boxes import box_of_mask
from scenegen.labels.cuboid import cuboid
from scenegen.protocol import Ready, Setup
from scenegen.worker import Make, SetUp, run

BLENDER = "0.0.0 (double)"
COMMAND = (sys.executable, __file__)
FRAME_S = float(os.environ.get("FRAME_S", "0"))


def set_up(setup: Setup) -> tuple[Make, Ready]:
    """Renders frames whose every byte follows from the config and the index."""
    config = setup.config
    store = frame_store(config.out)
    kind, _, victim = os.environ.get("MISCHIEF", "").partition(":")
    notes = Path(os.environ.get("NOTES", config.out))
    _note(notes / "starts", f"{os.getpid()}")
    _note(notes / "slots", f"{setup.slot}")
    if kind == "no-start":
        raise RunError("libSM.so.6 is missing")
    if kind == "warn":
        logging.getLogger("scenegen.blender").warning("no denoiser here")
    if kind == "crash-at-start":
        print("Segmentation fault, says the log", flush=True)
        os._exit(139)

    def make(frame: int) -> None:
        tries = _note(notes / "tries", f"{frame} {os.getpid()} {setup.threads}")
        first = sum(line.startswith(f"{frame} ") for line in tries) == 1
        if not victim or frame == int(victim):
            _misbehave(kind, first)
        _wait(FRAME_S)
        store.commit(*_frame(config, setup.library, frame))

    return make, Ready(gpus=int(os.environ.get("GPUS", "0")))


def _misbehave(kind: str, first: bool) -> None:
    match kind:
        case "fail":
            raise ValueError("no car fits the road")
        case "fail-once" if first:
            raise ValueError("out of memory")
        case "die-once" if first:
            os._exit(3)
        case "die":
            print("last words", flush=True)
            os._exit(3)
        case "hang-once" if first:
            _wait(3600)
        case "disk-full":
            raise OSError(errno.ENOSPC, "No space left on device")
        case "bad-config":
            raise UserError("renderer.device=optix: no such GPU here")


def _wait(seconds: float) -> None:
    """time.sleep, which fails under libfaketime 0.9.10."""
    select.select([], [], [], seconds)


def _frame(config: RenderConfig, library: Library, frame: int) -> tuple[FrameRecord, dict[str, bytes]]:
    width, height = config.renderer.width, config.renderer.height
    spec = sample_scene(config.randomizer, config.seed, frame, config.clip_length, width, height, library)
    line = to_json(spec)
    digest = sha256(line).digest()
    mask = np.zeros((height, width), bool)
    mask[4 : 20 + digest[3] % 8, 4 : 20 + digest[4] % 8] = True
    pictures = {"images": _encoded(np.full((height, width, 3), tuple(digest[:3]), np.uint8), "JPEG")}
    if "instances" in config.outputs:
        pictures["instances"] = _encoded(mask.astype(np.uint16), "PNG")
    record = FrameRecord(
        frame=frame,
        file_name=f"{frame_name(frame)}.jpg",
        width=width,
        height=height,
        K=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        camera_pose=tuple(tuple(float(i == j) for j in range(4)) for i in range(4)),
        seed=config.seed,
        video_id=spec.clip,
        frame_in_video=frame % config.clip_length,
        recipe=spec.recipe,
        blender=BLENDER,
        spec_sha256=sha256(line).hexdigest(),
        sha256={folder: sha256(content).hexdigest() for folder, content in pictures.items()},
        annotations=(_car(mask),),
    )
    return record, {image_file(folder, frame): content for folder, content in pictures.items()}


def _car(mask: NDArray[np.bool_]) -> Annotation:
    """A car of which all is seen."""
    box = box_of_mask(mask)
    assert box is not None
    return Annotation(
        category_id=1,
        bbox=box,
        bbox_visible=box,
        bbox_full=box,
        segmentation=encode_rle(mask),
        area=int(mask.sum()),
        visibility=1.0,
        truncation=0.0,
        occlusion_level=0,
        cuboid=cuboid(np.eye(4), np.eye(4), length=4.0, width=1.8, height=1.5),
        iscrowd=0,
        ignore_reason=None,
        track_id=0,
        model_id="sedan-1",
        style="sedan",
    )


def _encoded(pixels: NDArray[Any], kind: str) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def _note(path: Path, line: str) -> list[str]:
    """Append a line; returns all lines."""
    with path.open("a") as file:
        file.write(f"{line}\n")
    return path.read_text().splitlines()


def main(script: str, set_up: SetUp) -> None:
    """Be the worker that a descriptor is given to, or the command that has this script for a worker."""
    if sys.argv[1].isdigit():
        run(set_up)
    config = msgspec.json.decode(sys.argv[1], type=RenderConfig)
    sys.exit(exit_code(lambda: job.run(config, (sys.executable, script))))


if __name__ == "__main__":
    main(__file__, set_up)
