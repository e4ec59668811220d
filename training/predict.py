"""The prediction command: cars found in pictures or a video, drawn on them and as COCO results."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from conf.compose import Command
from conf.errors import RunError, UserError
from conf.exits import exit_code
from training.helptext import asks_for_help, print_help
from training.runs import existing_checkpoint
from training.settings import PredictConfig

if TYPE_CHECKING:
    from training.data.stills import Stills
    from training.data.video import Video

PREDICT = Command("predict", PredictConfig)


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code; raises UserError or RunError."""
    if asks_for_help(arguments):
        return print_help(PREDICT)
    config = PREDICT.compose(arguments)
    checkpoint = existing_checkpoint(config.checkpoint)
    out = _new_folder(Path(config.out), Path(config.source))
    source = _open(Path(config.source), config)
    from training.loop.checkpoint import is_segmenter  # torch: after what can be refused without it

    if is_segmenter(checkpoint):
        return _segment(config, arguments, checkpoint, source, out)
    return _run(config, checkpoint, source, out)


def _new_folder(out: Path, source: Path) -> Path:
    """Raises UserError where there is something at `out`, or where it would join the source's pictures."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UserError(f"out={out} is there already: choose another with out=FOLDER, or delete it")
    if source.is_dir() and source.resolve() in (out.resolve(), *out.resolve().parents):
        raise UserError(
            f"out={out} lies in source={source}, and would be read with it: choose another folder"
        )
    return out


def _open(source: Path, config: PredictConfig) -> "Stills | Video":
    """Raises UserError where there is nothing that can be read."""
    from training.data.stills import Stills, is_still

    if not source.exists():
        raise UserError(f"source={source}: there is no such picture, folder or video")
    if source.is_dir() or is_still(source):
        return Stills(source, config.on_error)
    from training.data.video import Video

    return Video(source, config.on_error)


def _run(config: PredictConfig, checkpoint: Path, source: "Stills | Video", out: Path) -> int:
    from training.loop.checkpoint import load_detector  # torch: after what can be refused without it
    from training.loop.detect import device_of
    from training.report.predictions import write_predictions

    detector = load_detector(checkpoint, trident_fast=config.trident_fast).to(device_of(config.accelerator))
    info = {"checkpoint": config.checkpoint, "source": config.source}
    with _whole(out) as part:
        pictures, cars = write_predictions(detector, source, part, config.threshold, config.batch_size, info)
    print(f"{out}: {pictures} pictures, {cars} cars of score {config.threshold:g} or more")
    return 0


def _segment(
    config: PredictConfig, arguments: list[str], checkpoint: Path, source: "Stills | Video", out: Path
) -> int:
    from training import segment

    with _whole(out) as part:
        count = segment.predict(config, arguments, checkpoint, source, part)
    print(f"{out}: {count} pictures")
    return 0


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A folder to write into: in the end it becomes `out` or, where something fails, it goes."""
    out = out.resolve()
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        yield part
        if out.exists():
            out.rmdir()  # it is empty, and not every system replaces it then
        part.replace(out)
    except OSError as error:
        raise RunError(f"cannot write {error.filename or out}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
