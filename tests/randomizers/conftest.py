"""Configs by name, composed once."""

from collections.abc import Callable
from functools import lru_cache

import msgspec
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from conf.compose import CONF
from randomizers.config import RandomizerConfig


@lru_cache
def _load(name: str) -> RandomizerConfig:
    with initialize_config_dir(config_dir=str(CONF), version_base=None):
        composed = compose(overrides=[f"+randomizer={name}"])
    return msgspec.convert(OmegaConf.to_container(composed.randomizer), RandomizerConfig)


@pytest.fixture(scope="session")
def config() -> Callable[[str], RandomizerConfig]:
    """conf/randomizer/NAME.yaml as a RandomizerConfig."""
    return _load
