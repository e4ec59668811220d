"""Run a detector over pictures on disk."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from conf.errors import UserError
from training.data.dataset import DetectionDataset, collate
from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.errors import OnError
from training.loop.data import loader_count
from training.loop.loader_errors import plain_loader_errors
from training.loop.results import scaled, to_detections
from training.models.detector import Detector
from training.models.norms import adapt_batch_norms


def device_of(accelerator: str) -> torch.device:
    """The device for auto, cpu or gpu. Raises UserError where a GPU is asked for and there is none."""
    if accelerator == "gpu" and not torch.cuda.is_available():
        raise UserError("accelerator=gpu: PyTorch finds no GPU here; leave it at auto")
    return torch.device("cuda" if accelerator != "cpu" and torch.cuda.is_available() else "cpu")


@torch.inference_mode()
def detect(
    detector: Detector,
    images: Sequence[LabelledImage],
    batch_size: int,
    device: torch.device,
    on_error: OnError = "raise",
) -> dict[str, Detections]:
    """What the detector finds in each picture, in its own pixels; labels are not looked at."""
    detector = detector.to(device).eval()
    found: dict[str, Detections] = {}
    dataset = DetectionDataset(images, detector.config.input, on_error=on_error)
    progress = tqdm(total=len(images), unit="picture", desc="detecting", disable=None)
    with progress, plain_loader_errors():
        for pictures, items in _loader(dataset, batch_size):
            predictions = detector(scaled(pictures.to(device)))
            for prediction, item in zip(predictions, items, strict=True):
                found[item["id"]] = to_detections(prediction, item["scale"])
            progress.update(len(items))
    return found


def batches(
    images: Sequence[LabelledImage], size: tuple[int, int], batch_size: int, device: torch.device
) -> Iterator[Tensor]:
    """The pictures, (B, 3, H, W) in 0..1 each, as unfolding and adapting BatchNorm take them."""
    for pictures, _ in _loader(DetectionDataset(images, size), batch_size):
        yield scaled(pictures.to(device))


def adapt(detector: Detector, images: Sequence[LabelledImage], batch_size: int, device: torch.device) -> None:
    """Take BatchNorm's statistics anew from the pictures; their labels are not looked at."""
    with plain_loader_errors():
        adapt_batch_norms(detector.to(device), batches(images, detector.config.input, batch_size, device))


def _loader(dataset: DetectionDataset, batch_size: int) -> DataLoader[Any]:
    return DataLoader(dataset, batch_size, num_workers=loader_count("auto"), collate_fn=collate)
