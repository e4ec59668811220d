"""The fine-tuning command: a pretrained detector, or a new one, on real pictures."""

import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from msgspec.structs import replace

from conf.compose import Command
from conf.errors import UserError
from conf.exits import exit_code
from training.helptext import asks_for_help, print_help
from training.processes import run
from training.runs import existing_checkpoint
from training.settings import FinetuneConfig

FINETUNE = Command("finetune", FinetuneConfig)


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code; raises UserError or RunError."""
    if asks_for_help(arguments):
        return print_help(FINETUNE)
    config = FINETUNE.compose(arguments)
    _check(config)
    if config.data.root:
        from training import segment  # torch: after what needs none

        return segment.finetune(config, arguments, _given_of_model(arguments, ("head", "backbone")))
    return _run(config, _given_of_model(arguments, type(config.model).__struct_fields__))


def _check(config: FinetuneConfig) -> None:
    if config.checkpoint:
        existing_checkpoint(config.checkpoint)
    if config.distill.teacher:
        existing_checkpoint(config.distill.teacher, "distill.teacher")
    if config.replay.share and not config.replay.root:
        raise UserError("replay.share is set, so replay.root must name a synthetic dataset")


def _given_of_model(arguments: list[str], by_name: Sequence[str]) -> list[str]:
    """The keys of the model that the command line names; with model=NAME those `by_name` too."""
    keys = [argument.partition("=")[0] for argument in arguments]
    named = by_name if "model" in keys else ()
    return [*named, *(key.split(".")[1] for key in keys if key.startswith("model."))]


def _run(config: FinetuneConfig, given_of_model: list[str]) -> int:
    from training.commands import distillation, prepare, report_run
    from training.loop.checkpoint import load_detector
    from training.loop.detect import adapt, device_of
    from training.loop.train import mixed, train
    from training.models.build import build_detector
    from training.runs import open_run
    from training.sources import read_synthetic, real, unlabelled, with_kitti_root
    from training.telling import print_pictures

    config = with_kitti_root(config)
    pictures, held = real(config)
    validation = {"real": held} if held else {}
    root = config.replay.root if config.replay.share else None
    replayed = read_synthetic(root, config.on_error) if root else []
    others = unlabelled(config.distill, config.on_error)
    prepare(config.seed)
    if config.checkpoint:
        detector = load_detector(Path(config.checkpoint), config.model, given_of_model).train()
        config = replace(config, model=detector.config)  # for config.yaml: what is trained
        print(f"detector: {detector.config.name} of {config.checkpoint}")
    else:
        detector = build_detector(config.model)
        print(detector.loaded)
    teaching = distillation(config.distill, detector)
    out = _out(config)
    open_run(out, config)
    print_pictures({"train": pictures, "replay": replayed, "unlabelled": others} | validation)
    if config.adapt:
        device = device_of(config.trainer.accelerator)
        adapt(detector, pictures, config.trainer.batch_size, device, config.on_error)
    sources = mixed([(pictures, 1.0)], replayed, config.replay.share)
    best = train(
        detector, mixed(sources, others, config.distill.share), validation, config.trainer,
        config.augmentation, out, config.seed, config.on_error, teaching,
    )  # fmt: skip
    return report_run(best, validation, config, out)


def _out(config: FinetuneConfig) -> Path:
    if config.out:
        return Path(config.out)
    return (
        Path(config.checkpoint).parent / "finetuned"
        if config.checkpoint
        else Path("runs/real", config.model.name)
    )


if __name__ == "__main__":
    sys.exit(exit_code(lambda: run(main, sys.argv[1:])))
