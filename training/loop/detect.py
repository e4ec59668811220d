"""Run a detector over pictures on disk."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import DataLoader
from tqdm import tqdm

from conf.errors import UserError
from training.data.dataset import DetectionDataset, Item, collate
from training.data.detections import Detections
from training.data.truth import LabelledImage
from training.errors import OnError
from training.loop.data import loader_count
from training.loop.loader_errors import plain_loader_errors
from training.loop.results import scaled, to_detections
from training.loop.stream import Stream
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
    """What the detector finds in each picture, in its own pixels; labels are not looked at.

    One that remembers does so over frames of a video that follow one another in `images`.
    """
    detector = detector.to(device).eval()
    stream = Stream(detector)
    found: dict[str, Detections] = {}
    with tqdm(total=len(images), unit="picture", desc="detecting", disable=None) as progress:
        for pictures, items in _read(images, detector.config.input, batch_size, device, on_error):
            predictions = stream(pictures, [bool(item["first"]) for item in items])
            for prediction, item in zip(predictions, items, strict=True):
                found[item["id"]] = to_detections(prediction, item["scale"])
            progress.update(len(items))
    return found


def batches(
    images: Sequence[LabelledImage],
    size: tuple[int, int],
    batch_size: int,
    device: torch.device,
    on_error: OnError = "raise",
) -> Iterator[Tensor]:
    """The pictures, (B, 3, H, W) in 0..1 each, as unfolding and adapting BatchNorm take them."""
    return (pictures for pictures, _ in _read(images, size, batch_size, device, on_error))


def adapt(
    detector: Detector,
    images: Sequence[LabelledImage],
    batch_size: int,
    device: torch.device,
    on_error: OnError = "raise",
) -> None:
    """Take BatchNorm's statistics anew from the pictures; their labels are not looked at."""
    adapt_batch_norms(
        detector.to(device), batches(images, detector.config.input, batch_size, device, on_error)
    )


def _read(
    images: Sequence[LabelledImage],
    size: tuple[int, int],
    batch_size: int,
    device: torch.device,
    on_error: OnError,
) -> Iterator[tuple[Tensor, list[Item]]]:
    """Batches of pictures as a detector takes them, with their items."""
    dataset = DetectionDataset(images, size, on_error=on_error)
    with plain_loader_errors():
        for pictures, items in DataLoader(
            dataset, batch_size, num_workers=loader_count("auto"), collate_fn=collate
        ):
            yield scaled(pictures.to(device)), items
