"""fit: trains in a run's folder, from where the run was left, and says which checkpoint is the best."""

from collections.abc import Sequence
from pathlib import Path

from lightning.pytorch import Callback, LightningDataModule, Trainer
from lightning.pytorch.callbacks import (
    EarlyStopping,
    EMAWeightAveraging,
    LearningRateMonitor,
    ModelCheckpoint,
)
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

from training.loop.module import DetectionModule
from training.settings import TrainerConfig

LAST, BEST = "last", "best"


def fit(
    module: DetectionModule,
    data: LightningDataModule,
    config: TrainerConfig,
    out: Path,
    monitor: str | None,
    extra: Sequence[Callback] = (),
) -> Path:
    """Train in the folder `out` and return the checkpoint to use.

    A run that was stopped goes on behind its last checkpoint, out/last.ckpt. monitor: the logged figure whose
    highest value marks the best epoch, out/best.ckpt; None: the last checkpoint is the one to use.
    """
    trainer = Trainer(
        default_root_dir=out,
        max_epochs=config.max_epochs,
        accelerator=config.accelerator,
        devices=config.devices,
        precision=_precision(config),
        gradient_clip_val=config.clip_norm or None,
        check_val_every_n_epoch=config.validate_every,
        callbacks=[*_callbacks(config, out, monitor), *extra],
        logger=[
            TensorBoardLogger(out, name="", version="tensorboard"),
            CSVLogger(out, name="", version="csv"),
        ],
        use_distributed_sampler=False,  # MixedBatches splits a batch over the processes itself
        num_sanity_val_steps=0,
        log_every_n_steps=10,
        enable_model_summary=False,
    )
    last = out / f"{LAST}.ckpt"
    trainer.fit(module, data, ckpt_path=str(last) if last.exists() else None, weights_only=True)
    best = out / f"{BEST}.ckpt"
    return best if monitor and best.exists() else last


def _callbacks(config: TrainerConfig, out: Path, monitor: str | None) -> list[Callback]:
    kept: list[Callback] = [
        LearningRateMonitor("step"),
        ModelCheckpoint(out, LAST, every_n_train_steps=config.checkpoint_every, enable_version_counter=False),
        ModelCheckpoint(out, LAST, save_on_train_epoch_end=True, enable_version_counter=False),
    ]
    if config.ema_decay:
        kept.append(EMAWeightAveraging(decay=config.ema_decay))
    if monitor:
        kept.append(
            ModelCheckpoint(out, BEST, monitor=monitor, mode="max", save_weights_only=True,
                            enable_version_counter=False)
        )  # fmt: skip
        if config.patience:
            kept.append(
                EarlyStopping(monitor, patience=config.patience, mode="max", check_on_train_epoch_end=False)
            )
    return kept


def _precision(config: TrainerConfig) -> str:
    """Half precision where a GPU has it."""
    if config.precision != "auto":
        return config.precision
    import torch

    if config.accelerator != "cpu" and torch.cuda.is_available():
        return "bf16-mixed" if torch.cuda.is_bf16_supported() else "16-mixed"
    return "32"
