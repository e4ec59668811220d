"""The sampler: every picture once, shares, processes, and going on from any point."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.errors import UserError
from training.data.chance import Draw
from training.data.mixing import MixedBatches

T = TypeVar("T")

sizes = st.integers(1, 60)
batches = st.integers(1, 9)
worlds = st.integers(1, 4)


def flat(lists: Iterable[Iterable[T]]) -> list[T]:
    return list(chain.from_iterable(lists))


def epochs(sampler: MixedBatches, count: int) -> list[list[list[Draw]]]:
    return [list(sampler) for _ in range(count)]


@given(sizes, sizes, batches, worlds, st.integers(0, 3))
def test_every_picture_once_per_epoch_over_all_processes(
    first: int, second: int, batch: int, world: int, seed: int
) -> None:
    if first + second < world:
        return
    ranks = [
        MixedBatches([first, second], batch, seed=seed, rank=rank, world_size=world) for rank in range(world)
    ]
    for epoch in range(3):
        drawn = [list(sampler) for sampler in ranks]
        assert {len(batches) for batches in drawn} == {len(ranks[0])}
        assert all(batches for batches in drawn)
        assert all(0 < len(some) <= batch + 1 for batches in drawn for some in batches)
        draws = flat(flat(drawn))
        assert sorted(draw.place for draw in draws) == list(range(first + second))
        assert {draw.turn for draw in draws} == {epoch}


@given(st.integers(8, 60), batches, st.integers(2, 4))
def test_processes_together_draw_what_one_would(size: int, batch: int, world: int) -> None:
    one = list(MixedBatches([size], batch * world))
    many = [list(MixedBatches([size], batch, rank=rank, world_size=world)) for rank in range(world)]
    for number, together in enumerate(zip(*many, strict=True)):
        if number < len(many[0]) - 1:
            assert flat(together) == one[number]
    assert flat(flat(zip(*many, strict=True))) == flat(one)


@given(sizes, sizes, batches, st.floats(0.1, 0.9), st.integers(0, 3), st.data())
def test_a_resumed_run_draws_what_the_first_would_have(
    first: int, second: int, batch: int, share: float, epoch: int, data: st.DataObject
) -> None:
    shares = [share, 1 - share]
    whole = epochs(MixedBatches([first, second], batch, shares=shares), epoch + 2)
    resumed = MixedBatches([first, second], batch, shares=shares)
    start = data.draw(st.integers(0, len(resumed) - 1))
    resumed.seek(epoch, start)
    assert epochs(resumed, 2) == [whole[epoch][start:], whole[epoch + 1]]


@given(sizes, batches, worlds, st.integers(0, 2), st.data())
def test_an_epoch_stopped_anywhere_shows_every_picture_once_over_all_processes(
    size: int, batch: int, world: int, epoch: int, data: st.DataObject
) -> None:
    if size < world:
        return

    def part(rank: int, start: int) -> list[list[Draw]]:
        sampler = MixedBatches([size], batch, rank=rank, world_size=world)
        sampler.seek(epoch, start)
        return list(sampler)

    stop = data.draw(st.integers(0, len(part(0, 0))))
    before = [part(rank, 0)[:stop] for rank in range(world)]
    after = [part(rank, stop) for rank in range(world)]
    assert {len(batches) for batches in after} == {len(part(0, 0)) - stop}
    draws = flat(flat(before)) + flat(flat(after))
    assert sorted(draw.place for draw in draws) == list(range(size))
    assert {draw.turn for draw in draws} == {epoch}


@given(st.integers(1, 200), st.integers(1, 200), st.floats(0.1, 0.9))
def test_an_epoch_is_one_pass_through_the_first_source(first: int, second: int, share: float) -> None:
    sampler = MixedBatches([first, second], 8, shares=[share, 1 - share])
    for _ in range(3):
        drawn = [draw for some in sampler for draw in some]
        real = [draw.place for draw in drawn if draw.place < first]
        assert sorted(real) == list(range(first))
        assert len(drawn) == round(first / share)


def test_shares_hold_in_every_stretch() -> None:
    sampler = MixedBatches([70, 1000], 20, shares=[0.7, 0.3])
    assert len(sampler) == 5
    for some in sampler:
        assert abs(sum(draw.place < 70 for draw in some) - 14) <= 1


def test_replay_walks_on_through_all_of_its_source_before_any_comes_again() -> None:
    sampler = MixedBatches([10, 25], 5, shares=[0.5, 0.5])
    drawn = [draw for _ in range(5) for some in sampler for draw in some if draw.place >= 10]
    assert sorted(draw.place for draw in drawn[:25]) == list(range(10, 35))
    assert [draw.turn for draw in drawn] == [0] * 25 + [1] * 25
    assert [draw.place for draw in drawn[:25]] != [draw.place for draw in drawn[25:]]


def test_a_small_source_comes_again_within_an_epoch_with_another_turn() -> None:
    drawn = [draw for some in MixedBatches([100, 3], 10, shares=[0.5, 0.5]) for draw in some]
    assert max(Counter(drawn).values()) == 1  # else augmentation would repeat itself
    assert set(Counter(draw.place for draw in drawn if draw.place >= 100).values()) <= {33, 34}


def test_seed_and_epoch_change_the_order() -> None:
    sampler = MixedBatches([50], 50)
    (first,), (second,) = epochs(sampler, 2)
    (other,) = MixedBatches([50], 50, seed=1)
    orders = [[draw.place for draw in some] for some in (first, second, other)]
    assert all(orders[a] != orders[b] for a, b in ((0, 1), (0, 2), (1, 2)))


def test_the_order_stays_what_it_is() -> None:
    """A recorded order: resuming a run must not depend on the version of NumPy."""
    (some,) = MixedBatches([8], 8, seed=3)
    assert [draw.place for draw in some] == [0, 4, 7, 1, 5, 6, 3, 2]


def test_wrong_settings() -> None:
    with pytest.raises(UserError, match="1 shares for 2 datasets"):
        MixedBatches([5, 5], 2, shares=[1.0])
    with pytest.raises(UserError, match="add up to 1"):
        MixedBatches([5, 5], 2, shares=[0.5, 0.6])
    with pytest.raises(UserError, match="without pictures"):
        MixedBatches([5, 0], 2, shares=[0.5, 0.5])
    with pytest.raises(UserError, match="share is 0"):
        MixedBatches([5, 5], 2, shares=[0.0, 1.0])
    with pytest.raises(UserError, match="too few for 4 processes"):
        MixedBatches([3], 2, world_size=4)
