"""What a detector finds in pictures or a video, written down: drawn on them, and as COCO results."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import torch
from PIL import Image
from tqdm import tqdm

from training.data.detections import Detections, write_coco_results
from training.data.stills import Shown, Stills
from training.data.video import Video
from training.data.windows import Window, show
from training.loop.results import scaled, to_detections
from training.loop.stream import Stream
from training.models.detector import Detector
from training.report.overlay import draw_detections

CATEGORIES = [{"id": 1, "name": "car"}]


def write_predictions(
    detector: Detector,
    source: Stills | Video,
    out: Path,
    threshold: float,
    batch_size: int,
    info: dict[str, str],
) -> tuple[int, int]:
    """Fill the folder `out`; `info` goes into images.json, the COCO dataset that results.json is about.

    Returns how many pictures there were, and how many detections of a score of at least `threshold`, which
    are those that are drawn.
    """
    entries: list[dict[str, Any]] = []
    found: dict[str, Detections] = {}
    progress = tqdm(total=source.count, unit="picture", desc="detecting", disable=None)
    with progress, source.saving(out) as save:
        for shown, detections in _detect(detector, source.read(), batch_size):
            save(shown, draw_detections(Image.fromarray(shown.pixels), detections, threshold))
            entries.append(_entry(shown))
            found[str(shown.id)] = detections
            progress.update()
    dataset = {"info": info, "images": entries, "annotations": [], "categories": CATEGORIES}
    (out / "images.json").write_bytes(msgspec.json.encode(dataset))
    write_coco_results(out / "results.json", found)
    return len(entries), sum(int((each.scores >= threshold).sum()) for each in found.values())


def _detect(
    detector: Detector, pictures: Iterator[Shown], batch_size: int
) -> Iterator[tuple[Shown, Detections]]:
    """Each picture with what the detector, in eval mode, finds in it, in its own pixels."""
    height, width = detector.config.input
    stream = Stream(detector)
    while batch := list(islice(pictures, batch_size)):
        inputs = torch.stack([_input(shown, (height, width)) for shown in batch])
        with torch.inference_mode():
            predictions = stream(scaled(inputs.to(detector.mean.device)), [shown.first for shown in batch])
        for shown, prediction in zip(batch, predictions, strict=True):
            h, w = shown.pixels.shape[:2]
            yield shown, to_detections(prediction, (w / width, h / height))


def _input(shown: Shown, size: tuple[int, int]) -> torch.Tensor:
    """(3, H, W) uint8, stretched as in training."""
    pixels = torch.tensor(shown.pixels).permute(2, 0, 1)
    return show(pixels, Window(0, 0, pixels.shape[2], pixels.shape[1]), size)


def _entry(shown: Shown) -> dict[str, Any]:
    """An entry of COCO's `images`; that of a frame has its time too."""
    height, width = shown.pixels.shape[:2]
    entry = {"id": shown.id, "file_name": shown.name, "width": width, "height": height}
    return entry if shown.time_s is None else entry | {"time_s": round(float(shown.time_s), 6)}
