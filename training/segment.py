"""What the commands do for a segmenter: train, go on training, measure, draw and export it."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from msgspec.structs import replace
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader

from conf.errors import UserError
from training.commands import facts_of, prepare
from training.data.dataset import collate
from training.data.labelmaps import Dataset, SegmentedImage, part, read_segmented
from training.data.mixing import MixedBatches
from training.data.segmentation import SegmentationDataset, WholePictures, whole
from training.data.semantics import ClassSet, classes_of
from training.data.settings import Augmentation
from training.data.splits import spread, subset
from training.data.stills import Stills
from training.data.video import Video
from training.errors import OnError
from training.loop.checkpoint import load_segmenter
from training.loop.data import TrainingData, loader_count
from training.loop.detect import device_of
from training.loop.fit import fit
from training.loop.loader_errors import plain_loader_errors
from training.loop.results import scaled
from training.loop.segment import SegmentationModule, batch_of, most_likely, segment
from training.loop.train import UNFOLD_BATCHES
from training.metrics.miou import confusion, score
from training.models.segmentation.build import build_segmenter
from training.models.segmentation.costs import segmenter_cost
from training.models.segmentation.segmenter import Segmenter
from training.processes import is_first
from training.report.files import write_atomic
from training.report.segmentation import Example, Measured, overlay, table, write_segmentation
from training.runs import open_run
from training.settings import EvaluateConfig, ExportConfig, FinetuneConfig, PredictConfig, PretrainConfig

Images = Sequence[SegmentedImage]

EXAMPLES = 8  # pictures of a page
HELD = "held out"

# Keys of the commands that say something of boxes, cars or KITTI alone.
_OF_DETECTORS = (
    "kitti", "distill", "trainer.clip_length", "augmentation.box_jitter", "augmentation.iou_crop",
    "augmentation.mosaic",
)  # fmt: skip
_ONLY_OF_DETECTORS = {
    "pretrain": (*_OF_DETECTORS, "split"),
    "finetune": (*_OF_DETECTORS, "split", "selection", "n_real", "replay", "adapt"),
    "evaluate": ("detections", "category", "kitti", "adapt", "trident_fast"),
    "predict": ("threshold", "trident_fast"),
    "export": ("trident_fast",),
}


def pretrain(config: PretrainConfig, arguments: Sequence[str]) -> int:
    """Train a segmenter from its backbone's weights."""
    _refuse("pretrain", arguments)
    _check_augmentation(config.augmentation, config.model.short_side)
    dataset = _read(config.data.root, config.model.classes, config.on_error)
    train, held = _sides(dataset, config.data.held_out, config.seed, config.on_error)
    train = subset(train, config.data.limit, seed=config.seed) if config.data.limit else train
    out = Path(config.out)
    open_run(out, config)
    prepare(config.seed)
    segmenter = build_segmenter(config.model)
    print(segmenter.loaded)
    return _train(segmenter, train, held, dataset.classes, config, out)


def finetune(config: FinetuneConfig, arguments: Sequence[str], given_of_model: Sequence[str]) -> int:
    """Go on from a segmenter's checkpoint with the pictures of `data.root`.

    given_of_model: the keys of the model to be set, or to agree with; the others are the checkpoint's.
    """
    _refuse("finetune", arguments)
    if not config.checkpoint:
        raise UserError("data.root needs a segmenter's checkpoint; pretrain.py trains a new one")
    prepare(config.seed)
    segmenter = load_segmenter(Path(config.checkpoint), config.model, given_of_model).train()
    path = Path(config.checkpoint)
    config = replace(config, model=segmenter.config)  # for config.yaml: what is trained
    _check_augmentation(config.augmentation, config.model.short_side)
    dataset = _read(str(config.data.root), segmenter.config.classes, config.on_error)
    train, held = _sides(dataset, config.data.held_out, config.seed, config.on_error)
    out = Path(config.out) if config.out else path.parent / "finetuned"
    open_run(out, config)
    print(f"segmenter: {segmenter.config.name} of {config.checkpoint}")
    return _train(segmenter, train, held, dataset.classes, config, out)


def evaluate(config: EvaluateConfig, arguments: Sequence[str]) -> int:
    """Measure a segmenter on a side of `data.root`."""
    _refuse("evaluate", arguments)
    path = Path(str(config.checkpoint))
    segmenter = load_segmenter(path)
    dataset = _read(str(config.data.root), segmenter.config.classes, config.on_error)
    images = part(dataset.images, config.split, config.data.held_out, config.seed, config.on_error)
    if not images:
        raise UserError(f"split={config.split} of {config.data.root} has no pictures")
    device = device_of(config.accelerator)
    measured = _measure(
        segmenter, config.split, images, dataset.classes, config.batch_size, device, config.on_error
    )
    print(table(measured))
    out = Path(config.out) if config.out else path.parent / f"evaluation_{Path(config.split).stem}"
    told = {"checkpoint": str(path), "data": str(config.data.root), "split": config.split}
    write_segmentation(out, str(out), [measured], told | _facts(segmenter, timed=config.latency))
    print(f"\nfigures: {out / 'figures.json'}\nreport: {out / 'report.html'}")
    return 0


def predict(
    config: PredictConfig, arguments: Sequence[str], checkpoint: Path, source: Stills | Video, out: Path
) -> int:
    """Draw the classes over the pictures of a source, into the folder `out`. Returns how many there were."""
    _refuse("predict", arguments)
    segmenter = load_segmenter(checkpoint).to(device_of(config.accelerator))
    model = segmenter.config
    classes, count = classes_of(model.classes), 0
    pictures = source.read()
    with source.saving(out) as save:
        while batch := list(islice(pictures, batch_of(model.short_side, config.batch_size))):
            inputs = [
                whole(torch.tensor(shown.pixels).permute(2, 0, 1), model.input, model.short_side)
                for shown in batch
            ]
            with torch.inference_mode():
                logits = segmenter(scaled(torch.stack(inputs).to(segmenter.mean.device)))
            for shown, each in zip(batch, logits, strict=True):
                labels = most_likely(each, shown.pixels.shape[:2])
                save(shown, overlay(Image.fromarray(shown.pixels), labels, classes))
            count += len(batch)
    return count


def export(config: ExportConfig, arguments: Sequence[str], checkpoint: Path, out: Path) -> int:
    """Write a segmenter's logits as ONNX."""
    from training.models.segmentation.onnx_file import check, to_onnx  # they may not be installed

    _refuse("export", arguments)
    segmenter = load_segmenter(checkpoint)
    names = classes_of(segmenter.config.classes).names
    content = to_onnx(segmenter, names, dynamic_batch=config.dynamic_batch)
    difference = check(content, segmenter, dynamic_batch=config.dynamic_batch)
    write_atomic(out, content)
    print(f"{out}: {len(content) / 1e6:.1f} MB, within {difference:.1e} of PyTorch's outputs")
    return 0


def _facts(segmenter: Segmenter, *, timed: bool) -> dict[str, str]:
    cost = segmenter_cost(segmenter.config)
    return facts_of(segmenter, cost, timed=timed) | {"output stride": str(segmenter.config.output_stride)}


def _train(
    segmenter: Segmenter,
    train: Images,
    held: Images,
    classes: ClassSet,
    config: PretrainConfig | FinetuneConfig,
    out: Path,
) -> int:
    """Train in the folder `out`, on from where a run there was left, and measure what comes of it."""
    print(f"train: {_counted(train)}" + (f"\n{HELD}: {_counted(held)}" if held else ""))
    model, trainer = segmenter.config, config.trainer
    if segmenter.folded:
        segmenter.unfold(_pieces(train, segmenter, trainer.batch_size, config.on_error))
    data = TrainingData(
        SegmentationDataset(
            train, model.input, config.augmentation,
            short_side=model.short_side, seed=config.seed, on_error=config.on_error,
        ),
        MixedBatches([len(train)], trainer.batch_size, seed=config.seed),
        {HELD: WholePictures(held, model.input, model.short_side, config.on_error)} if held else {},
        batch_of(model.short_side, trainer.batch_size),
        loader_count(trainer.loaders),
    )  # fmt: skip
    module = SegmentationModule(segmenter, trainer, [HELD] if held else [], config.seed)
    with plain_loader_errors():
        best = fit(module, data, trainer, out, f"{HELD}/miou" if held else None)
    return _report_run(best, held, classes, config, out)


def _report_run(
    checkpoint: Path, held: Images, classes: ClassSet, config: PretrainConfig | FinetuneConfig, run: Path
) -> int:
    """Measure the chosen checkpoint on the set that chose it; report.html in the folder `run`. Returns 0."""
    if not is_first():
        return 0
    segmenter, sets = load_segmenter(checkpoint), []
    if held:
        device, batch = device_of(config.trainer.accelerator), config.trainer.batch_size
        sets.append(_measure(segmenter, HELD, held, classes, batch, device, config.on_error))
        print(f"\n{HELD}, for validation; it is no test\n{table(sets[0])}")
    write_segmentation(run, str(run), sets, _facts(segmenter, timed=False))
    print(f"\nreport: {run / 'report.html'}\ncheckpoint: {checkpoint}")
    return 0


def _measure(
    segmenter: Segmenter,
    name: str,
    images: Images,
    classes: ClassSet,
    batch_size: int,
    device: torch.device,
    on_error: OnError,
) -> Measured:
    """Run the segmenter over the pictures; some of them, evenly spread, are kept for the page."""
    kept = {round(place) for place in np.linspace(0, len(images) - 1, EXAMPLES)}
    counts = np.zeros((len(classes), len(classes)), np.int64)
    examples = []
    found = segment(segmenter, images, batch_size, device, on_error)
    for number, (image, truth, predicted) in enumerate(found):
        counts += confusion(truth, predicted, len(classes))
        if number in kept:
            examples.append(Example(image.id, image.path, truth, predicted))
    return Measured(name, len(images), classes, score(counts), examples)


def _pieces(images: Images, segmenter: Segmenter, batch: int, on_error: OnError) -> Iterator[Tensor]:
    """Batches of pictures from all over the list, not augmented."""
    config = segmenter.config
    dataset = SegmentationDataset(
        spread(images, UNFOLD_BATCHES * batch), config.input, short_side=config.short_side, on_error=on_error
    )
    return (scaled(pictures) for pictures, _ in DataLoader(dataset, batch, collate_fn=collate))


def _read(root: str, classes: int, on_error: OnError) -> Dataset:
    """Raises UserError where the folder has other classes than the model."""
    dataset = read_segmented(root, on_error=on_error)
    if len(dataset.classes) != classes:
        raise UserError(
            f"data.root={root} has {len(dataset.classes)} classes, the model {classes}: "
            f"train one with model.classes={len(dataset.classes)}"
        )
    return dataset


def _sides(dataset: Dataset, held_out: float, seed: int, on_error: OnError) -> tuple[Images, Images]:
    """The pictures to train on, and those that choose the checkpoint."""
    train = part(dataset.images, "train", held_out, seed, on_error)
    return train, part(dataset.images, "val", held_out, seed, on_error)


def _counted(images: Images) -> str:
    groups = len({image.group or image.id for image in images})
    return f"{len(images)} pictures of {groups} clips or cities"


def _refuse(command: str, arguments: Sequence[str]) -> None:
    """Raises UserError where the command line sets a key that says nothing of a segmenter."""
    for argument in arguments:
        key = argument.partition("=")[0]
        if any(key == each or key.startswith(f"{each}.") for each in _ONLY_OF_DETECTORS[command]):
            raise UserError(f"{key} is for detectors, and this is a segmenter: leave it out")


def _check_augmentation(augmentation: Augmentation, short_side: int | None) -> None:
    """Raises UserError for what the chosen augmentation does to boxes, or to pictures that are stretched."""
    reasons = {"iou_crop": "it needs boxes", "mosaic": "it is for boxes"}
    if short_side is not None:
        reasons |= dict.fromkeys(("crop", "zoom_out"), "with model.short_side pieces are cut instead")
    for key, reason in reasons.items():
        if getattr(augmentation, key):
            raise UserError(
                f"augmentation.{key}={getattr(augmentation, key):g}: {reason}; set it to 0, or choose "
                "augmentation=segmentation"
            )
