"""The pictures that the commands' settings name: a rendered dataset and KITTI's."""

import os
from collections.abc import Sequence
from pathlib import Path

from conf.errors import UserError
from training.data.coco import read_coco
from training.data.kitti import read_kitti_object, read_kitti_tracking
from training.data.splits import split, subset
from training.data.truth import LabelledImage
from training.settings import KittiConfig, SyntheticConfig


def synthetic(config: SyntheticConfig, seed: int) -> tuple[list[LabelledImage], list[LabelledImage]]:
    """The pictures to train on, and those of other clips to validate on (none where `held_out` is 0)."""
    images = read_coco(Path(config.root))
    if config.held_out:
        train = split(images, "train", val_share=config.held_out, seed=seed)
        held = split(images, "val", val_share=config.held_out, seed=seed)
    else:
        train, held = images, []
    return (subset(train, config.limit, seed=seed) if config.limit else train), held


def kitti_root(config: KittiConfig) -> Path | None:
    """kitti.root, else $KITTI_ROOT, else nothing."""
    named = config.root or os.environ.get("KITTI_ROOT")
    return Path(named) if named else None


def kitti(config: KittiConfig, which: str) -> list[LabelledImage]:
    """KITTI's object pictures and the tracking sequences asked for, of the split `which`.

    Raises UserError where no folder is given, it lacks a sequence, or the split is empty.
    """
    root = kitti_root(config)
    if root is None:
        raise UserError("kitti.root is not set: give KITTI's folder as kitti.root=FOLDER or in $KITTI_ROOT")
    return split([*read_kitti_object(root), *_sequences(root, config.tracking)], which)


def _sequences(root: Path, wanted: Sequence[str]) -> list[LabelledImage]:
    if not wanted:
        return []
    frames = read_kitti_tracking(root)
    there = {frame.id.partition("/")[0] for frame in frames}
    for name in wanted:
        if name not in there:
            raise UserError(
                f"kitti.tracking: {root} has no sequence {name}; there are {', '.join(sorted(there))}"
            )
    return [frame for frame in frames if frame.id.partition("/")[0] in wanted]
