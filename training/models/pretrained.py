"""From a ModelConfig to the blocks of its backbone, with the weights that it names."""

from dataclasses import replace
from typing import NamedTuple

import msgspec
from torch import nn

from training.models.backbones import classifier, trunk
from training.models.padding import use_tensorflow_padding
from training.models.settings import SEGMENTATION_HEADS, ModelConfig
from training.models.weights import Loaded, load_weights


class Pretrained(NamedTuple):
    """A backbone to build on."""

    features: nn.Sequential
    loaded: Loaded
    config: ModelConfig  # with padding and normalisation settled


def pretrained(config: ModelConfig) -> Pretrained:
    """The backbone of `config`. Raises UserError where its weights cannot be had or do not fit."""
    network = classifier(
        config.backbone,
        config.width_mult,
        config.reduced_tail,
        reduced_expansion=config.head in SEGMENTATION_HEADS,
    )
    loaded = load_weights(network, config)
    loaded = replace(
        loaded,
        padding=loaded.padding if config.padding == "auto" else config.padding,
        normalisation=loaded.normalisation if config.normalisation == "auto" else config.normalisation,
    )
    if loaded.padding == "tensorflow":
        use_tensorflow_padding(network)
    settled = msgspec.structs.replace(config, padding=loaded.padding, normalisation=loaded.normalisation)
    return Pretrained(trunk(config.backbone, network, config.keep_last_conv), loaded, settled)
