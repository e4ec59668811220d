"""The pictures that the commands' settings name: synthetic ones and KITTI's."""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from conf.errors import UserError
from training.data.coco import read_coco
from training.data.kitti import read_kitti_object, read_kitti_tracking
from training.data.shards import are_shards, read_shards
from training.data.splits import divide, split, subset
from training.data.truth import LabelledImage
from training.data.unlabelled import read_unlabelled
from training.data.vkitti import read_vkitti2
from training.errors import OnError
from training.settings import (
    DistillConfig,
    EvaluateConfig,
    FinetuneConfig,
    KittiConfig,
    PretrainConfig,
    SyntheticConfig,
)

Images = list[LabelledImage]
Run = TypeVar("Run", PretrainConfig, FinetuneConfig)


def synthetic(config: SyntheticConfig, seed: int, on_error: OnError = "raise") -> tuple[Images, Images]:
    """The pictures to train on, and those of other clips to validate on; warns where those are none."""
    train, held = divide(read_synthetic(config.root, on_error), config.held_out, seed=seed)
    if config.held_out and not held:
        warnings.warn(
            f"data.held_out={config.held_out:g} of {config.root}'s few clips is none: nothing is held out",
            stacklevel=2,
        )
    if not train:
        raise UserError(f"data.held_out={config.held_out:g} leaves nothing of {config.root} to train on")
    return (subset(train, config.limit, seed=seed) if config.limit else train), held


def real(config: FinetuneConfig) -> tuple[Images, Images]:
    """KITTI's pictures to train on, and those of other drives that choose the checkpoint.

    Raises UserError where either lacks pictures, or `n_real` are too many.
    """
    return select(config, kitti(config.kitti, config.split, config.on_error))


def select(config: FinetuneConfig, images: Images) -> tuple[Images, Images]:
    """As `real`, out of the pictures of the split."""
    train, held = divide(images, config.selection, seed=config.seed, purpose="selection ")
    if not train or (config.selection and not held):
        raise UserError(
            f"selection={config.selection:g} leaves {len(train)} pictures to train on and {len(held)} to "
            f"choose the checkpoint by: split={config.split} has few drives. Choose another share or seed, "
            "or 0: the last checkpoint is then taken"
        )
    return (subset(train, config.n_real, seed=config.seed) if config.n_real else train), held


def read_synthetic(given: str, on_error: OnError = "raise") -> Images:
    """Shards, in a folder or at a URL; Virtual KITTI 2 where a folder holds its scenes; else COCO."""
    if are_shards(given):
        return read_shards(given, on_error=on_error)
    root = Path(given)
    if any(root.glob("Scene*/*/bbox.txt")):
        return read_vkitti2(root, on_error=on_error)
    return read_coco(root, on_error=on_error)


def unlabelled(config: DistillConfig, on_error: OnError = "raise") -> Images:
    """The pictures that a teacher alone labels, if there are any.

    Raises UserError where their folder has none, or their share is 0.
    """
    if config.unlabelled is None:
        return []
    if not config.share:
        raise UserError("distill.share is 0, and distill.unlabelled is given: leave one out")
    return read_unlabelled(Path(config.unlabelled), on_error=on_error)


def kitti_root(config: KittiConfig) -> Path | None:
    """kitti.root, else $KITTI_ROOT, else nothing."""
    named = config.root or os.environ.get("KITTI_ROOT")
    return Path(named) if named else None


def given_kitti_root(config: KittiConfig) -> Path:
    """As `kitti_root`. Raises UserError where there is nothing."""
    root = kitti_root(config)
    if root is None:
        raise UserError("kitti.root is not set: give KITTI's folder as kitti.root=FOLDER or in $KITTI_ROOT")
    return root


def with_kitti_root(config: Run) -> Run:
    """The settings with kitti.root spelt out, so that config.yaml tells of it."""
    root = kitti_root(config.kitti)
    return replace(config, kitti=replace(config.kitti, root=root and str(root)))


def kitti(config: KittiConfig, which: str, on_error: OnError = "raise") -> Images:
    """KITTI's object pictures and the tracking sequences asked for, of the split `which`.

    Raises UserError where no folder is given, it lacks a sequence, or the split is empty.
    """
    return split(all_kitti(config, on_error), which, on_error=on_error)


def to_measure(config: EvaluateConfig) -> Images:
    """All pictures of `data.root` where it is given, else of KITTI. Raises UserError where both are."""
    root = config.data.root
    if root is None:
        return all_kitti(config.kitti, config.on_error)
    if config.kitti.root or config.kitti.tracking:
        raise UserError(f"data.root={root} is measured on instead of KITTI: leave one of them out")
    return read_synthetic(root, config.on_error)


def side(config: EvaluateConfig, images: Images, which: str) -> Images:
    """Of the pictures `to_measure` those of the split `which`. Raises UserError where there are none."""
    if config.data.root is None:
        return split(images, which, on_error=config.on_error)
    share, seed = config.data.held_out, config.seed  # as `synthetic` divides
    return split(images, which, val_share=share, seed=seed, on_error=config.on_error)


def all_kitti(config: KittiConfig, on_error: OnError = "raise") -> Images:
    """KITTI's object pictures and the tracking sequences asked for."""
    root = given_kitti_root(config)
    return [*read_kitti_object(root, on_error=on_error), *_sequences(root, config.tracking, on_error)]


def _sequences(root: Path, wanted: Sequence[str], on_error: OnError) -> Images:
    if not wanted:
        return []
    frames = read_kitti_tracking(root, on_error=on_error)
    there = sorted({frame.id.partition("/")[0] for frame in frames})
    for name in wanted:
        if name not in there:
            raise UserError(f"kitti.tracking: {root} has no sequence {name}; there are {', '.join(there)}")
    return [frame for frame in frames if frame.id.partition("/")[0] in wanted]
