"""The pretraining command: a detector from rendered pictures. `python training/pretrain.py --help`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from conf.compose import Command
from conf.errors import UserError
from conf.exits import exit_code
from training.settings import PretrainConfig

PRETRAIN = Command("pretrain", PretrainConfig)


def run(config: PretrainConfig) -> int:
    """Train, and say where the checkpoint is. Returns the exit code."""
    _check_there(config)
    import torch  # after what can be refused without it

    from training.data.dataset import DetectionDataset
    from training.data.mixing import MixedBatches
    from training.loop.data import DetectionData, loader_count
    from training.loop.fit import fit
    from training.loop.module import DetectionModule
    from training.models.build import build_detector
    from training.runs import open_run
    from training.sources import kitti, kitti_root, synthetic

    train, held = synthetic(config.data, config.seed)
    validation = {"synthetic": held} if held else {}
    if kitti_root(config.kitti):
        validation["real"] = kitti(config.kitti, config.kitti.split)
    out = Path(config.out)
    open_run(out, config)
    torch.manual_seed(config.seed)
    detector = build_detector(config.model)
    print(detector.loaded)
    size, seed = config.model.input, config.seed
    module = DetectionModule(detector, config.trainer, validation, seed)
    data = DetectionData(
        DetectionDataset(train, size, config.augmentation, seed=seed),
        MixedBatches([len(train)], config.trainer.batch_size, seed=seed),
        {name: DetectionDataset(images, size) for name, images in validation.items()},
        config.trainer.batch_size,
        loader_count(config.trainer.loaders),
    )
    monitor = next((f"{name}/ap" for name in ("real", "synthetic") if name in validation), None)
    print(f"checkpoint: {fit(module, data, config.trainer, out, monitor)}")
    return 0


def _check_there(config: PretrainConfig) -> None:
    """Raises UserError with the command that renders the dataset, where there is none."""
    root = Path(config.data.root)
    if not root.exists():
        raise UserError(
            f"there is no dataset at {root}. Render it first:\n"
            f"    python scenegen/render.py randomizer={config.randomizer} out={root} n=10000"
        )


def main(arguments: list[str]) -> int:
    """The command. Raises UserError or RunError."""
    return run(PRETRAIN.compose(arguments))


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
