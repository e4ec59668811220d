"""From a run's checkpoint to its detector."""

import pickle
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
import torch

from conf.errors import UserError
from training.models.build import build_detector
from training.models.detector import Detector
from training.models.settings import ModelConfig

PREFIX = "detector."  # of the detector's tensors in the state dict of DetectionModule

# What may differ from the checkpoint's: it does not change the tensors.
CHANGEABLE = frozenset(
    {"name", "weights", "freeze", "bn_momentum", "score_threshold", "nms_threshold", "detections_per_image"}
)


def load_detector(path: Path, wanted: ModelConfig | None = None, given: Collection[str] = ()) -> Detector:
    """The detector of a checkpoint of pretrain.py or finetune.py, with its averaged weights, in eval mode.

    wanted: settings to use for what is in CHANGEABLE. given: the names of those that the user asked for,
    which must agree with the checkpoint's where they shape the network.
    Raises UserError where the file is not such a checkpoint, or of another model.
    """
    checkpoint = _read(path)
    config = _config(checkpoint, path)
    if wanted is not None:
        _check_same(path, config, wanted, given)
        config = msgspec.structs.replace(
            config, **{key: getattr(wanted, key) for key in CHANGEABLE - {"name", "weights"}}
        )
    detector = build_detector(msgspec.structs.replace(config, weights="none"))
    state = {
        key.removeprefix(PREFIX): value
        for key, value in checkpoint["state_dict"].items()
        if key.startswith(PREFIX)
    }
    try:
        detector.load_state_dict(state)
    except RuntimeError as error:
        raise UserError(
            f"{path}: its tensors do not fit the {config.name} that it says it is "
            f"({str(error).splitlines()[-1].strip()}); it was written by another version, or damaged"
        ) from error
    return detector.eval()


def _read(path: Path) -> dict[str, Any]:
    """The checkpoint's content; nothing in it is run (weights_only)."""
    if not path.is_file():
        raise UserError(f"checkpoint={path}: there is no such file; pretrain.py says where it wrote its own")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, KeyError, pickle.UnpicklingError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise UserError(f"checkpoint={path}: not a checkpoint that can be read ({reason})") from error
    if not isinstance(content, dict) or not {"state_dict", "detector"} <= content.keys():
        raise UserError(
            f"checkpoint={path}: not a checkpoint of pretrain.py or finetune.py; "
            "a backbone's weights are given as model.weights=FILE"
        )
    return content


def _config(checkpoint: dict[str, Any], path: Path) -> ModelConfig:
    try:
        return msgspec.convert(checkpoint["detector"], ModelConfig)
    except msgspec.ValidationError as error:
        raise UserError(
            f"checkpoint={path}: its model's settings are of another version ({error})"
        ) from error


def _check_same(path: Path, stored: ModelConfig, wanted: ModelConfig, given: Collection[str]) -> None:
    for key in sorted(set(given) - CHANGEABLE):
        there, here = getattr(stored, key), getattr(wanted, key)
        if here not in (there, "auto"):
            raise UserError(
                f"checkpoint={path}: it is a {stored.name} with {key}={there}, not {here}; "
                "leave model out, or give the checkpoint of this model"
            )
