"""How long a step takes and how much it writes, before it has run; what has run since puts the guess right.

The constants are rough ones of two CPU cores without a GPU; `corrections` scales what they give to the
machine by the steps that it has done.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from training.models.settings import ModelConfig

RENDER_FRAME_S, RENDER_PIXEL_S = 0.55, 3.7e-6  # 384×128 to 1200×400
FRAME_BYTES, PIXEL_BYTES = 30_000, 0.3  # labels and specs; JPEG
START_S = {"render": 5.0, "pretrain": 14.0, "finetune": 14.0, "evaluate": 12.0}  # with the report at the end
TRAIN_IMAGE_S, TRAIN_GMADD_S = 0.02, 0.14  # SSDLite V3-Large at 640×192: 0.1 s
DETECT_SHARE = 0.4  # of a training picture's time
CHECKPOINTS = 2 * 4 * 4  # best and last; weights, their average, AdamW's two moments; bytes of a number
EVALUATE_S, EVALUATE_BYTES = 0.05, 20_000  # of a picture, with its figures and report
PICTURES = (".jpg", ".jpeg", ".png")


class Cost(msgspec.Struct, frozen=True):
    """Of a step, as estimated."""

    seconds: float
    size: int  # bytes


class Pictures(msgspec.Struct, frozen=True):
    """How many there are."""

    rendered: int  # for this trial; 0 where the dataset is given
    train: int  # real ones
    test: int


def cost(kind: str, settings: Mapping[str, Any], model: ModelConfig, pictures: Pictures) -> Cost:
    """What a step costs with the whole of its settings, for a detector."""
    if kind == "render":
        return _render(settings)
    if kind == "evaluate":
        return Cost(START_S[kind] + EVALUATE_S * pictures.test, EVALUATE_BYTES * pictures.test)
    if kind == "pretrain":
        trained = settings["data"]["limit"] or pictures.rendered or _pictures(settings["data"]["root"])
    else:
        trained = settings["n_real"] or pictures.train
    validated = pictures.train * settings.get("selection", 1.0) if settings["kitti"]["root"] else 0
    return _train(kind, settings["trainer"], model, trained, validated)


def _render(settings: Mapping[str, Any]) -> Cost:
    pixels = settings["renderer"]["width"] * settings["renderer"]["height"]
    frames = settings["n"]
    seconds = frames * (RENDER_FRAME_S + RENDER_PIXEL_S * pixels)
    return Cost(START_S["render"] + seconds, int(frames * (FRAME_BYTES + PIXEL_BYTES * pixels)))


def _train(
    kind: str, trainer: Mapping[str, Any], model: ModelConfig, pictures: int, validated: float
) -> Cost:
    parameters, gmadds = _detector(msgspec.json.encode(model))
    image_s = TRAIN_IMAGE_S + TRAIN_GMADD_S * gmadds
    epochs = trainer["max_epochs"]
    seen = pictures * epochs + DETECT_SHARE * validated * epochs / trainer["validate_every"]
    return Cost(START_S[kind] + seen * image_s, parameters * CHECKPOINTS)


@cache
def _pictures(root: str) -> int:
    """How many pictures there are in a dataset that the user brings; masks and depths count too."""
    return sum(path.suffix.lower() in PICTURES for path in Path(root).rglob("*"))


@cache
def _detector(model: bytes) -> tuple[int, float]:
    """Parameters and 10⁹ multiply-adds of a detector."""
    from training.models.costs import detector_cost  # torch: seconds, so only where a training is planned

    told = detector_cost(msgspec.json.decode(model, type=ModelConfig))
    return told.parameters, told.madds / 1e9


def corrections(done: Iterable[tuple[str, float, float]]) -> dict[str, float]:
    """Kind → by what to multiply estimated seconds; from done steps' kind, estimate and true seconds."""
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for kind, estimated, true in done:
        totals[kind][0] += estimated
        totals[kind][1] += true
    return {kind: true / estimated for kind, (estimated, true) in totals.items() if estimated}
