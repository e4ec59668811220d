"""From a run's checkpoint to its detector or segmenter."""

import pickle
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
import torch

from conf.errors import UserError
from training.models.build import build_detector
from training.models.detector import Detector
from training.models.network import Network
from training.models.segmentation.build import build_segmenter
from training.models.segmentation.segmenter import Segmenter
from training.models.settings import ModelConfig
from training.models.temporal_ssd import TemporalSSD

# Of the model's settings in a checkpoint and, with a dot, of its tensors in the state dict.
DETECTOR, SEGMENTER = "detector", "segmenter"

# What may differ from the checkpoint's: it does not change the tensors.
CHANGEABLE = frozenset(
    {"name", "weights", "freeze", "bn_momentum", "score_threshold", "nms_threshold", "detections_per_image"}
)
SEGMENTER_CHANGEABLE = frozenset({"name", "weights", "freeze", "bn_momentum", "input", "short_side"})
KEPT = frozenset({"trident_ranges", "trident_fast"})  # likewise, but they stay as trained unless given


def load_detector(
    path: Path,
    wanted: ModelConfig | None = None,
    given: Collection[str] = (),
    trident_fast: bool | None = None,
) -> Detector:
    """The detector of a checkpoint of pretrain.py or finetune.py, with its averaged weights, in eval mode.

    wanted: settings to use for what is in CHANGEABLE. given: the names of those that the user asked for,
    which must agree with the checkpoint's where they shape the network; but a plain SSD may be given a
    memory, `temporal`, which then starts untrained. trident_fast: instead of its own.
    Raises UserError where the file is not such a checkpoint, or of another model.
    """
    checkpoint = _read(path)
    if DETECTOR not in checkpoint:
        raise UserError(f"checkpoint={path}: of a segmenter: give data.root=FOLDER with labels of pixels")
    config = _config(checkpoint[DETECTOR], path)
    tensors = checkpoint["state_dict"]
    plain = config.temporal == "none"
    if wanted is not None:
        kept = KEPT | {"temporal"} if plain else KEPT
        _check_same(path, config, wanted, set(given) - CHANGEABLE - kept)
        config = msgspec.structs.replace(
            config,
            **{key: getattr(wanted, key) for key in (CHANGEABLE - {"name", "weights"}) | (kept & set(given))},
        )
    if trident_fast is not None:
        config = _with_fast(config, trident_fast, path)
    detector = build_detector(msgspec.structs.replace(config, weights="none"))
    if plain and isinstance(detector, TemporalSSD):
        untrained = detector.cell.state_dict(prefix=f"{DETECTOR}.cell.")
        tensors = tensors | untrained
    _fill(detector, tensors, f"{DETECTOR}.", path)
    return detector.eval()


def load_segmenter(path: Path, wanted: ModelConfig | None = None, given: Collection[str] = ()) -> Segmenter:
    """As `load_detector`, of a segmenter's checkpoint."""
    checkpoint = _read(path)
    if SEGMENTER not in checkpoint:
        raise UserError(f"checkpoint={path}: of a detector, fine-tuned on KITTI: leave data.root out")
    config = _config(checkpoint[SEGMENTER], path)
    if wanted is not None:
        _check_same(path, config, wanted, set(given) - SEGMENTER_CHANGEABLE)
        kept = {key: getattr(wanted, key) for key in SEGMENTER_CHANGEABLE & set(given) - {"name", "weights"}}
        config = msgspec.structs.replace(config, **kept)
    segmenter = build_segmenter(msgspec.structs.replace(config, weights="none"))
    _fill(segmenter, checkpoint["state_dict"], f"{SEGMENTER}.", path)
    return segmenter.eval()


def is_segmenter(path: Path) -> bool:
    """Whether this is a segmenter's checkpoint. Raises UserError where it is none at all."""
    return SEGMENTER in _read(path)


def _fill(network: Network, tensors: dict[str, Any], prefix: str, path: Path) -> None:
    """Load the tensors below the prefix. Raises UserError where they do not fit."""
    state = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise UserError(
            f"{path}: its tensors do not fit the {network.config.name} that it says it is "
            f"({str(error).splitlines()[-1].strip()}); it was written by another version, or damaged"
        ) from error


def _read(path: Path) -> dict[str, Any]:
    """The checkpoint's content; nothing in it is run (weights_only)."""
    if not path.is_file():
        raise UserError(f"checkpoint={path}: there is no such file; pretrain.py says where it wrote its own")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"checkpoint={path}: not a checkpoint that can be read ({reason})") from error
    whole = isinstance(content, dict) and "state_dict" in content
    if not whole or not {DETECTOR, SEGMENTER} & content.keys():
        raise UserError(
            f"checkpoint={path}: not a checkpoint of pretrain.py or finetune.py; "
            "a backbone's weights are given as model.weights=FILE"
        )
    return content


def _config(settings: object, path: Path) -> ModelConfig:
    try:
        return msgspec.convert(settings, ModelConfig)
    except msgspec.ValidationError as error:
        raise UserError(
            f"checkpoint={path}: its model's settings are of another version ({error})"
        ) from error


def _check_same(path: Path, stored: ModelConfig, wanted: ModelConfig, given: Collection[str]) -> None:
    for key in sorted(given):
        there, here = getattr(stored, key), getattr(wanted, key)
        if here not in (there, "auto"):
            raise UserError(
                f"checkpoint={path}: it is a {stored.name} with {key}={there}, not {here}; "
                "leave model out, or give the checkpoint of this model"
            )


def _with_fast(config: ModelConfig, fast: bool, path: Path) -> ModelConfig:
    if not config.trident:
        raise UserError(
            f"trident_fast={str(fast).lower()}: {path} is of a {config.name} without branches; leave it out"
        )
    return msgspec.structs.replace(config, trident_fast=fast)
