"""TrainingData: the loaders of a run; a resumed run goes on behind the last batch that was trained."""

from collections.abc import Mapping
from typing import Any

from lightning.pytorch import LightningDataModule
from torch.utils.data import DataLoader, Dataset

from conf.errors import UserError
from training.cores import usable_cores
from training.data.dataset import collate
from training.data.mixing import MixedBatches

_LOG_EVERY = 10  # steps
_READ_AHEAD = 4  # batches that each loading process prepares


class TrainingData(LightningDataModule):
    """train: the pictures of all sources; batches: the order they are drawn in; validation: sets by name."""

    def __init__(
        self,
        train: Dataset[Any],
        batches: MixedBatches,
        validation: Mapping[str, Dataset[Any]],
        batch_size: int,
        loaders: int,
    ) -> None:
        super().__init__()
        self._train, self._batches = train, batches
        self._validation, self._batch_size, self._loaders = validation, batch_size, loaders

    @property
    def validates(self) -> bool:
        """Whether there is a set to validate on."""
        return bool(self._validation)

    def setup(self, stage: str) -> None:
        """Deal the batches out once the number of processes is known, and log each epoch at least once."""
        assert self.trainer is not None
        self._batches.deal(self.trainer.global_rank, self.trainer.world_size)
        self.trainer.log_every_n_steps = min(_LOG_EVERY, len(self._batches))  # type: ignore[attr-defined]

    def train_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self._train, batch_sampler=self._batches, **self._reading())

    def val_dataloader(self) -> list[DataLoader[Any]]:
        return [
            DataLoader(dataset, batch_size=self._batch_size, **self._reading())
            for dataset in self._validation.values()
        ]

    def state_dict(self) -> dict[str, int]:
        """How far training has come. Every batch is a step: no gradients are accumulated over batches."""
        assert self.trainer is not None
        epoch, batch = divmod(self.trainer.global_step, len(self._batches))
        return {"epoch": epoch, "batch": batch, "processes": self.trainer.world_size}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Raises UserError where other batches were trained: of another number of processes."""
        assert self.trainer is not None
        before, now = state_dict.get("processes", 1), self.trainer.world_size
        if before != now:
            raise UserError(
                f"this run was trained by {before} processes, each with its own part of a batch, and now "
                f"there are {now}: give trainer.devices={before}, or choose another folder with out=FOLDER"
            )
        self._batches.seek(state_dict["epoch"], state_dict["batch"])

    def _reading(self) -> dict[str, Any]:
        extra = {"persistent_workers": True, "prefetch_factor": _READ_AHEAD} if self._loaders else {}
        return {"num_workers": self._loaders, "collate_fn": collate, **extra}


def loader_count(wanted: int | str) -> int:
    """Reading processes: as many as there are cores but one, at most 8, unless a number is `wanted`."""
    if wanted != "auto":
        return int(wanted)
    return max(1, min(usable_cores() - 1, 8))
