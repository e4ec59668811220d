"""Tests of training: not collected where torch isn't installed, and run on one core, with a seed."""

from importlib.util import find_spec

import pytest

collect_ignore_glob = [] if find_spec("torch") else ["*"]


@pytest.fixture(autouse=True, scope="session")
def one_core() -> None:
    """Networks of the tests' size gain nothing from a second, and waiting for a busy one costs."""
    import torch  # here, so that this file loads without it

    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def seeded() -> None:
    """So that a failure comes back."""
    import torch

    torch.manual_seed(0)
