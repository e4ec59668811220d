"""Types and bounds of the settings of training's commands: conf/pretrain.yaml, finetune.yaml and so on."""

from typing import Annotated, Literal

from msgspec import Meta

from training.data.settings import Augmentation
from training.errors import OnError
from training.models.settings import ModelConfig, Settings

Count = Annotated[int, Meta(ge=1)]
NonNegative = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
PartShare = Annotated[float, Meta(ge=0, lt=1)]
Accelerator = Literal["auto", "cpu", "gpu"]
Seeds = Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1)]


class TrainerConfig(Settings):
    """conf/trainer: how long and how training goes."""

    name: str
    max_epochs: Count
    max_steps: Count | None  # where training ends, if before max_epochs
    batch_size: Count  # pictures per process
    clip_length: Count | None  # frames of a video drawn together; None: 8 for a temporal model, else 1
    optimizer: Literal["adamw", "sgd", "rmsprop"]
    learning_rate: Positive
    weight_decay: NonNegative
    warmup_steps: Annotated[int, Meta(ge=0)]
    schedule: Literal["cosine", "poly", "exponential"]  # how the learning rate falls to final_rate
    final_rate: Share  # of the learning rate, at the end
    clip_norm: NonNegative  # of the gradients; 0: off
    ema_decay: PartShare  # of the averaged weights; 0: off
    patience: Annotated[int, Meta(ge=0)]  # validations without gain before stopping; 0: never
    validate_every: Count  # epochs
    checkpoint_every: Count  # steps
    precision: Literal["auto", "32", "16-mixed", "bf16-mixed"]
    accelerator: Accelerator
    devices: Literal["auto"] | Count
    loaders: Literal["auto"] | Annotated[int, Meta(ge=0)]  # processes that read and augment pictures

    def __post_init__(self) -> None:
        if self.schedule == "exponential" and not self.final_rate:
            raise ValueError("schedule=exponential never reaches final_rate=0: give one above 0")


class SyntheticConfig(Settings):
    """data: rendered pictures, or anyone's in COCO format, or Virtual KITTI 2."""

    root: str
    held_out: PartShare  # of the clips, for validation
    limit: Count | None  # the first pictures of a fixed order


class FolderConfig(Settings):
    """data, where it is given: pictures instead of KITTI's."""

    root: str | None
    held_out: PartShare  # of the clips: what it was in training


class ReplayConfig(Settings):
    """replay: synthetic pictures among the real ones of fine-tuning."""

    share: PartShare  # of every batch; 0: none
    root: str | None


class DistillConfig(Settings):
    """distill: a larger detector's detections teach beside the labels."""

    teacher: str | None  # its checkpoint; null: labels alone
    weight: Share  # of the teacher's loss, where there are labels too
    unlabelled: str | None  # a folder of pictures that the teacher alone labels
    share: PartShare  # of every batch that is unlabelled

    def __post_init__(self) -> None:
        if self.unlabelled is not None and self.teacher is None:
            raise ValueError(f"unlabelled={self.unlabelled} needs a teacher: give distill.teacher=CHECKPOINT")


class KittiConfig(Settings):
    """kitti: the real pictures."""

    root: str | None  # null: $KITTI_ROOT where it is set
    tracking: tuple[str, ...]  # sequences that are added to the object set's pictures


class PretrainConfig(Settings):
    """conf/pretrain.yaml."""

    randomizer: str
    out: str
    seed: int
    render: bool
    on_error: OnError
    data: SyntheticConfig
    kitti: KittiConfig
    split: str  # KITTI's pictures that choose the checkpoint
    model: ModelConfig
    augmentation: Augmentation
    trainer: TrainerConfig
    distill: DistillConfig


class FinetuneConfig(Settings):
    """conf/finetune.yaml."""

    checkpoint: str | None  # null: from `model`
    out: str | None
    seed: int
    on_error: OnError
    data: FolderConfig
    kitti: KittiConfig
    split: str
    selection: PartShare  # of the split's drives: they choose the checkpoint
    n_real: Count | None  # train on so many of the others
    replay: ReplayConfig
    adapt: bool
    model: ModelConfig
    augmentation: Augmentation
    trainer: TrainerConfig
    distill: DistillConfig


class EvaluateConfig(Settings):
    """conf/evaluate.yaml."""

    checkpoint: str | None
    detections: str | None
    category: Annotated[int, Meta(ge=0)]  # of cars in COCO results
    out: str | None
    seed: int
    on_error: OnError
    data: FolderConfig
    kitti: KittiConfig
    split: str
    adapt: str | None  # the split whose pictures, without labels, BatchNorm is adapted to
    trident_fast: bool | None
    latency: bool
    batch_size: Count
    accelerator: Accelerator


class PredictConfig(Settings):
    """conf/predict.yaml."""

    checkpoint: str
    source: str
    out: str
    threshold: Share
    trident_fast: bool | None
    on_error: OnError
    batch_size: Count
    accelerator: Accelerator


class ExportConfig(Settings):
    """conf/export.yaml."""

    checkpoint: str
    format: Literal["onnx"]
    out: str | None
    dynamic_batch: bool
    trident_fast: bool | None


class StudyConfig(Settings):
    """conf/study: which arms, along which axis, how often."""

    name: str
    title: str
    baseline: str | None
    arms: tuple[str, ...]
    axis: str
    points: dict[str, tuple[str, ...]]
    seeds: Seeds
    n: Count
    choose: Literal["real", "last"]
    common: tuple[str, ...]


class AblateConfig(Settings):
    """conf/ablate.yaml."""

    study: StudyConfig
    arms: Annotated[tuple[str, ...], Meta(min_length=1)]
    seeds: Seeds
    n: Count
    out: str
    store: str
    kitti: KittiConfig
    train: str
    test: str
    cars: tuple[str, ...]
    vkitti: str | None
    dry_run: bool
