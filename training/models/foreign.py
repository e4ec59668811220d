"""State dicts of other people's MobileNets in our keys, and what their keys tell about the training."""

import re
from dataclasses import dataclass

from torch import Tensor

from training.models.mobilenet_v1 import BLOCKS, BN_EPS
from training.models.norms import folded
from training.models.settings import BackboneName, Normalisation, Padding

State = dict[str, Tensor]

TIMM_BN_EPS = 1e-5


@dataclass(frozen=True)
class Source:
    """A state dict in our keys, and how the network that it comes from pads and takes its input."""

    state: State
    padding: Padding = "pytorch"
    normalisation: Normalisation = "imagenet"


def recognised(state: State, backbone: BackboneName) -> Source:
    """The state dict in our keys. Who trained it shows in its keys, or in BatchNorm that was folded away."""
    if backbone == "mobilenet_v1" and "conv1.weight" in state:
        return Source({_from_keras(key): value for key, value in state.items()}, "tensorflow", "half")
    if backbone == "mobilenet_v1" and "conv_stem.weight" in state:
        return Source(_from_timm(state), normalisation="half")
    if folded(state):  # 8-bit TensorFlow Lite models have theirs folded
        return Source(state, "tensorflow", "half")
    return Source(state)


def _from_keras(key: str) -> str:
    """conv1, dw3, pw3_bn of Keras' MobileNet in our keys."""
    match = re.fullmatch(r"(conv|dw|pw)(\d+)(_bn)?\.(\w+)", key)
    if not match:
        return key
    layer, number, norm, what = match.groups()
    block = {"conv": "features.0", "dw": f"features.{number}.0", "pw": f"features.{number}.1"}[layer]
    return f"{block}.{1 if norm else 0}.{what}"


def _from_timm(state: State) -> State:
    """timm's MobileNet V1 in our keys and at our epsilon: variance + epsilon stays the same."""
    blocks = sorted({tuple(map(int, key.split(".")[1:3])) for key in state if key.startswith("blocks.")})
    if len(blocks) != len(BLOCKS):
        return state
    prefixes = {"conv_stem.": "features.0.0.", "bn1.": "features.0.1."}
    for number, (stage, index) in enumerate(blocks, start=1):
        for theirs, ours in (("conv_dw", "0.0"), ("bn1", "0.1"), ("conv_pw", "1.0"), ("bn2", "1.1")):
            prefixes[f"blocks.{stage}.{index}.{theirs}."] = f"features.{number}.{ours}."
    renamed = {}
    for key, value in state.items():
        prefix = next((each for each in prefixes if key.startswith(each)), "")
        shifted = value + (TIMM_BN_EPS - BN_EPS) if key.endswith("running_var") else value
        renamed[prefixes.get(prefix, "") + key.removeprefix(prefix)] = shifted
    return renamed
