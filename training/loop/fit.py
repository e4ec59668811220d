"""fit: trains in a run's folder, from where the run was left, and says which checkpoint is the best."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import (
    EarlyStopping,
    LearningRateMonitor,
    ModelCheckpoint,
    TQDMProgressBar,
    WeightAveraging,
)
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from torch import Tensor

from training.loop.data import TrainingData
from training.loop.together import ending_together, processes
from training.loop.whole import WholeCheckpoints
from training.settings import TrainerConfig

LAST, BEST = "last", "best"


def fit(
    module: LightningModule,
    data: TrainingData,
    config: TrainerConfig,
    out: Path,
    monitor: str | None,
    extra: Sequence[Callback] = (),
) -> Path:
    """Train in the folder `out` and return the checkpoint to use.

    A run that was stopped goes on behind its last checkpoint, out/last.ckpt. monitor: the logged figure whose
    highest value marks the best epoch, out/best.ckpt; None: the last checkpoint is the one to use.
    """
    devices, machines = processes(config.devices)
    trainer = Trainer(
        default_root_dir=out,
        max_epochs=config.max_epochs,
        max_steps=config.max_steps or -1,
        accelerator=config.accelerator,
        devices=devices,
        num_nodes=machines,
        precision=_precision(config),
        gradient_clip_val=config.clip_norm or None,
        check_val_every_n_epoch=config.validate_every,
        plugins=[WholeCheckpoints()],
        callbacks=[*_callbacks(config, out, monitor), *extra],
        logger=[
            TensorBoardLogger(out, name="", version="tensorboard"),
            CSVLogger(out, name="csv"),  # csv/version_N, another with each start: it would overwrite its own
        ],
        use_distributed_sampler=False,  # MixedBatches splits a batch over the processes itself
        num_sanity_val_steps=0,
        limit_val_batches=None if data.validates else 0,  # else it warns of empty loaders
        enable_model_summary=False,
    )
    last = out / f"{LAST}.ckpt"
    with ending_together(trainer):
        trainer.fit(module, data, ckpt_path=str(last) if last.exists() else None, weights_only=True)
    best = out / f"{BEST}.ckpt"
    return best if monitor and best.exists() else last


class _Progress(TQDMProgressBar):
    """Lightning's, without the logger's version."""

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        return {
            key: value for key, value in super().get_metrics(trainer, pl_module).items() if key != "v_num"
        }


def _callbacks(config: TrainerConfig, out: Path, monitor: str | None) -> list[Callback]:
    kept: list[Callback] = [
        _Progress(),
        LearningRateMonitor("step"),
        ModelCheckpoint(out, LAST, every_n_train_steps=config.checkpoint_every, enable_version_counter=False),
        ModelCheckpoint(out, LAST, save_on_train_epoch_end=True, enable_version_counter=False),
    ]
    if config.ema_decay:
        kept.append(WeightAveraging(avg_fn=partial(_averaged, config.ema_decay)))
    if monitor:
        # With the optimizer's state: Lightning leaves the averaged weights out of files of weights alone.
        kept.append(ModelCheckpoint(out, BEST, monitor=monitor, mode="max", enable_version_counter=False))
        if config.patience:
            kept.append(
                EarlyStopping(monitor, patience=config.patience, mode="max", check_on_train_epoch_end=False)
            )
    return kept


def _averaged(decay: float, average: Tensor, current: Tensor, steps: Tensor | int) -> Tensor:
    """The moving average one step on.

    A young average follows faster, as TensorFlow's ExponentialMovingAverage does with `num_updates`: else a
    short run's would still hold its first weights.
    """
    if not current.is_floating_point():  # counts and flags among the buffers
        return current
    count = float(steps)
    return average + (1 - min(decay, (1 + count) / (10 + count))) * (current - average)


def _precision(config: TrainerConfig) -> Literal["32", "16-mixed", "bf16-mixed"]:
    """Half precision where a GPU has it."""
    if config.precision != "auto":
        return config.precision
    import torch

    if config.accelerator != "cpu" and torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    return "32"
