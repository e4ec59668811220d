"""The chance in one item: a stream of torch's global generator for each augmentation.

torchvision's transforms draw from the global generator. It is set anew before each augmentation, by a hash of
(seed, turn, place, name). So neither the order of the calls nor the number of worker processes has an effect,
a resumed run draws what an uninterrupted one would have, and switching one augmentation off leaves the draws
of all others as they were.

The frames of a clip share their first frame's streams, so that all are turned, cut and lit alike; but for
PER_FRAME, in which real frames differ too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import NamedTuple

import torch

PER_FRAME = frozenset({"noise", "box_jitter"})


class Draw(NamedTuple):
    """One use of one picture: its place in the dataset, and the passes over its source before this."""

    place: int
    turn: int
    clip: int | None = None
    """the place of the first frame of its clip; None of a picture that is drawn by itself"""


class Chance(NamedTuple):
    """The streams of one draw."""

    seed: int
    draw: Draw

    def start(self, name: str) -> None:
        """Sets torch's global generator to the beginning of the stream `name`."""
        place, turn, clip = self.draw
        text = f"{self.seed}/{turn}/{place if clip is None or name in PER_FRAME else clip}/{name}"
        digest = blake2b(text.encode(), digest_size=7).digest()
        torch.default_generator.manual_seed(int.from_bytes(digest, "big"))


@contextmanager
def generator_kept() -> Iterator[None]:
    """Afterwards torch's global generator stands where it stood before: dropout and the like need it too."""
    before = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(before)


def uniform(low: float, high: float) -> float:
    """A float in [low, high) from torch's global generator."""
    return low + (high - low) * float(torch.rand(()))
