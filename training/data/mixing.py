"""The order in which pictures are drawn: real and synthetic by share, split over processes, resumable."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import isclose

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from conf.errors import UserError
from training.data.chance import Draw

Order = NDArray[np.int64]


class MixedBatches(Sampler[list[Draw]]):
    """Batches of draws from one or several sources, for DataLoader's `batch_sampler`.

    The dataset holds the sources one after the other: `sizes` are their numbers of pictures. Without `shares`
    an epoch shows every picture of all of them once. With `shares`, one per source and 1 in all, each source
    gives its part of every stretch of the epoch, and an epoch is one pass through the *first* source: for
    fine-tuning with replay, sizes (real, synthetic) with shares (0.7, 0.3) show every real picture once and 3
    synthetic ones to every 7 real. `length` sets the pictures per epoch instead. Each source is walked in a
    random order, all of it before any picture comes again, on from where the last epoch ended.

    `rank` of `world_size` processes takes its part of each batch, `batch_size` pictures per process. The last
    batch of an epoch is smaller, and dealt evenly; where that would leave a process without a picture, it
    joins the batch before. So all processes have the same number of batches, and together draw what one would
    with `world_size` times the batch.

    Everything follows from (seed, epoch, batch). Each iteration is the next epoch; `seek` goes to any point.
    What is trained lags behind what is drawn, by the workers' prefetching: a resumed run must `seek` the
    batch behind the last that it trained, not behind the last that was drawn.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        batch_size: int,
        *,
        shares: Sequence[float] | None = None,
        length: int | None = None,
        seed: int = 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        if shares is None:
            sizes, shares = [sum(sizes)], [1.0]
        _check(sizes, shares, batch_size, length)
        self.sizes = list(sizes)
        self.batch_size, self.seed = batch_size, seed
        self.counts = _counts(sizes, shares, length)
        """pictures of each source in an epoch"""
        self.deal(rank, world_size)
        self._next = (0, 0)

    def __len__(self) -> int:
        """Batches in an epoch, the same for every process."""
        pictures, step = sum(self.counts), self.batch_size * self.world_size
        full, rest = divmod(pictures, step)
        return full + int(rest >= self.world_size or not full)

    def deal(self, rank: int, world_size: int) -> None:
        """Give this process its part, of so many processes."""
        if sum(self.counts) < world_size:
            raise UserError(f"{sum(self.counts)} pictures per epoch are too few for {world_size} processes")
        self.rank, self.world_size = rank, world_size

    def seek(self, epoch: int, batch: int = 0) -> None:
        """Let the next iteration be the rest of `epoch` from its batch number `batch` on."""
        self._next = (epoch, batch)

    def __iter__(self) -> Iterator[list[Draw]]:
        epoch, start = self._next
        self._next = (epoch + 1, 0)
        order = self.draws(epoch)
        for batch in range(start, len(self)):
            yield self._own(order, batch)

    def _own(self, order: list[Draw], batch: int) -> list[Draw]:
        """This process's part of a batch."""
        step = self.batch_size * self.world_size
        last = batch == len(self) - 1
        chunk = order[batch * step :] if last else order[batch * step : (batch + 1) * step]
        bounds = [len(chunk) * rank // self.world_size for rank in (self.rank, self.rank + 1)]
        return chunk[bounds[0] : bounds[1]]

    def draws(self, epoch: int) -> list[Draw]:
        """All draws of an epoch, of all processes, in order."""
        found: list[tuple[float, int, int]] = []
        for source, count in enumerate(self.counts):
            places = (np.arange(count) + 0.5) / max(count, 1)  # evenly over the epoch
            indices, turns = self._walk(source, epoch * count, count)
            found += zip(places.tolist(), indices.tolist(), turns.tolist(), strict=True)
        return [Draw(index, turn) for _, index, turn in sorted(found, key=lambda entry: entry[0])]

    def _walk(self, source: int, start: int, count: int) -> tuple[Order, Order]:
        """A source's draws from number `start` on: places in the dataset and turns, (count,) each."""
        size = self.sizes[source]
        number = np.arange(start, start + count)
        turns = number // max(size, 1)
        indices = np.empty(count, np.int64)
        for turn in np.unique(turns).tolist():
            own = turns == turn
            indices[own] = _permutation(self.seed, source, turn, size)[number[own] % size]
        return indices + sum(self.sizes[:source]), turns


def _counts(sizes: Sequence[int], shares: Sequence[float], length: int | None) -> list[int]:
    """Pictures of each source in an epoch."""
    total = round(sizes[0] / shares[0]) if length is None else length
    bounds = np.round(np.cumsum(shares) * total).astype(int).tolist()
    return np.diff([0, *bounds]).tolist()


@lru_cache(maxsize=16)
def _permutation(seed: int, source: int, turn: int, size: int) -> Order:
    """The order of a source's pictures in its pass number `turn`.

    From PCG64's raw words, which NumPy keeps as they are for ever, unlike its shuffles.
    """
    words = np.random.PCG64([seed, source, turn]).random_raw(size)
    return np.argsort(words, kind="stable")


def _check(sizes: Sequence[int], shares: Sequence[float], batch_size: int, length: int | None) -> None:
    if len(sizes) != len(shares):
        raise UserError(f"{len(shares)} shares for {len(sizes)} datasets: give one for each")
    if not isclose(sum(shares), 1, abs_tol=1e-6) or min(shares) < 0:
        raise UserError(
            f"the shares {', '.join(f'{share:g}' for share in shares)} must be positive and add up to 1"
        )
    if not shares[0] and length is None:
        raise UserError("the first dataset's share is 0, so an epoch has no end: set its length")
    if any(share and not size for size, share in zip(sizes, shares, strict=True)):
        raise UserError("a dataset without pictures has a share")
    if batch_size < 1 or (length is not None and length < 1):
        raise UserError("a batch and an epoch must hold at least one picture")
