"""The evaluation command: a checkpoint, or anyone's detections, against labels, KITTI's above all."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from conf.compose import Command
from conf.errors import UserError
from conf.exits import exit_code
from training.helptext import asks_for_help, print_help
from training.settings import EvaluateConfig

if TYPE_CHECKING:
    from training.sources import Images

EVALUATE = Command("evaluate", EvaluateConfig)


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code; raises UserError or RunError."""
    if asks_for_help(arguments):
        return print_help(EVALUATE)
    config = EVALUATE.compose(arguments)
    if bool(config.checkpoint) == bool(config.detections):
        raise UserError("give either checkpoint=FILE of a run or detections=FOLDER_OR_JSON")
    if config.detections and config.adapt:
        raise UserError("adapt is for a checkpoint: detections are what they are")
    if config.data.root and config.checkpoint:
        from training.loop.checkpoint import is_segmenter  # torch: after what needs none

        if is_segmenter(Path(config.checkpoint)):
            from training import segment

            return segment.evaluate(config, arguments)
    return _run(config)


def _run(config: EvaluateConfig) -> int:
    from training.data.detections import read_detections
    from training.sources import side, to_measure
    from training.telling import print_pictures, tell

    everything = to_measure(config)
    images = side(config, everything, config.split)
    print_pictures({f"split {config.split}": images})
    if config.checkpoint:
        return _run_checkpoint(config, images, side(config, everything, config.adapt) if config.adapt else [])
    known = [image.id for image in everything]
    found = read_detections(
        Path(config.detections or ""), [image.id for image in images], known, category=config.category
    )
    facts = {"detections": str(config.detections), "split": config.split}
    return tell(images, found, config.split, facts, Path(config.out) if config.out else None, config.seed)


def _run_checkpoint(config: EvaluateConfig, images: "Images", unlabelled: "Images") -> int:
    """Detect first, after adapting to the unlabelled; in the checkpoint's folder unless told otherwise."""
    from training.commands import facts
    from training.data.detections import write_coco_results, write_kitti_results
    from training.loop.checkpoint import load_detector
    from training.loop.detect import adapt, detect, device_of
    from training.telling import tell

    path = Path(str(config.checkpoint))
    detector = load_detector(path, trident_fast=config.trident_fast)
    device = device_of(config.accelerator)
    if unlabelled:
        adapt(detector, unlabelled, config.batch_size, device, config.on_error)
    found = detect(detector, images, config.batch_size, device, config.on_error)
    out = Path(config.out) if config.out else path.parent / f"evaluation_{Path(config.split).stem}"
    write_kitti_results(out / "detections", found)
    write_coco_results(out / "results.json", found)
    told = {"checkpoint": str(path), "split": config.split} | facts(detector, timed=config.latency)
    return tell(images, found, config.split, told, out, config.seed)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
