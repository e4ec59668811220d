"""The pretraining command: a detector from rendered pictures. `python training/pretrain.py --help`."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from conf.compose import Command
from conf.errors import RunError, UserError
from conf.exits import exit_code
from training.data.fetch import is_remote
from training.helptext import asks_for_help, print_help
from training.models.settings import SEGMENTATION_HEADS
from training.processes import run, started_by_torchrun
from training.runs import existing_checkpoint
from training.settings import PretrainConfig

PRETRAIN = Command("pretrain", PretrainConfig)
RENDER = Path(__file__).resolve().parent.parent / "scenegen" / "render.py"
FRAMES = 10_000  # rendered where data.limit does not say how many


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code; raises UserError or RunError."""
    if asks_for_help(arguments):
        return print_help(PRETRAIN)
    config = PRETRAIN.compose(arguments)
    if config.distill.teacher:
        existing_checkpoint(config.distill.teacher, "distill.teacher")
    _have_dataset(config)
    if config.model.head in SEGMENTATION_HEADS:
        from training import segment  # torch: after what needs none

        return segment.pretrain(config, arguments)
    return _run(config)


def _have_dataset(config: PretrainConfig) -> None:
    """Render a missing dataset if that is asked for, else raise a UserError that says how."""
    if is_remote(config.data.root):
        return
    root = Path(config.data.root)
    unfinished = (root / "frames").is_dir() and not (root / "annotations" / "instances.json").exists()
    if root.exists() and not unfinished:
        return
    count = config.data.limit or FRAMES
    arguments = [f"randomizer={config.randomizer}", f"n={count}", f"out={root}"]
    if config.model.head in SEGMENTATION_HEADS:
        arguments.append("outputs=[rgb,instances,semantic]")
    if not config.render or started_by_torchrun():  # which has started several, to render the same
        wrong = "its rendering is not finished" if unfinished else "there is no such dataset"
        advice = "Render it first" if started_by_torchrun() else "Render it first, or give render=true"
        raise UserError(
            f"data.root={root}: {wrong}. {advice}:\n    python scenegen/render.py {' '.join(arguments)}"
        )
    # In its own process: Blender and PyTorch do not share one.
    code = subprocess.run([sys.executable, str(RENDER), *arguments]).returncode
    if code:
        raise RunError(f"rendering {root} ended with exit code {code}: see above; the same command goes on")


def _run(config: PretrainConfig) -> int:
    from training.commands import distillation, prepare, report_run  # torch: after what needs none
    from training.loop.train import mixed, train
    from training.models.build import build_detector
    from training.runs import open_run
    from training.sources import kitti, synthetic, unlabelled, with_kitti_root
    from training.telling import print_pictures

    config = with_kitti_root(config)
    pictures, held = synthetic(config.data, config.seed, config.on_error)
    others = unlabelled(config.distill, config.on_error)
    validation = {"synthetic": held} if held else {}
    if config.kitti.root:  # synthetic pictures do not foretell which checkpoint is best on real ones
        validation = {"real": kitti(config.kitti, config.split, config.on_error)} | validation
    out = Path(config.out)
    prepare(config.seed)
    detector = build_detector(config.model)
    teaching = distillation(config.distill, detector)
    open_run(out, config)
    print(detector.loaded)
    print_pictures({"train": pictures, "unlabelled": others} | validation)
    sources = mixed([(pictures, 1.0)], others, config.distill.share)
    best = train(
        detector, sources, validation, config.trainer, config.augmentation,
        out, config.seed, config.on_error, teaching,
    )  # fmt: skip
    return report_run(best, validation, config, out)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: run(main, sys.argv[1:])))
