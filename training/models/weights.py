"""ImageNet weights of backbones: from torchvision or timm, or from a file, checked key by key."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torchvision.models import MobileNet_V2_Weights, MobileNet_V3_Large_Weights, MobileNet_V3_Small_Weights

from conf.errors import UserError
from training.models.foreign import Source, State, recognised
from training.models.norms import folded
from training.models.settings import BackboneName, ModelConfig, Normalisation, Padding

T = TypeVar("T")

TORCHVISION = {
    "mobilenet_v2": MobileNet_V2_Weights.IMAGENET1K_V1,
    "mobilenet_v3_large": MobileNet_V3_Large_Weights.IMAGENET1K_V1,
    "mobilenet_v3_small": MobileNet_V3_Small_Weights.IMAGENET1K_V1,
}
TIMM_V1 = "mobilenetv1_100.ra4_e3600_r224_in1k"
TIMM_V1_URL = f"https://huggingface.co/timm/{TIMM_V1}/resolve/main/model.safetensors"

# Blocks that `reduced_tail` halves: pretrained weights, which are of full width, do not fit from here on.
REDUCED_FROM = {"mobilenet_v2": 14, "mobilenet_v3_large": 13, "mobilenet_v3_small": 9}


@dataclass(frozen=True)
class Loaded:
    """What a backbone starts from."""

    source: str  # "imagenet", "none" or the file
    keys: tuple[str, ...] = ()  # tensors that were loaded
    at_random: tuple[str, ...] = ()  # tensors of `features` that were not
    padding: Padding = "pytorch"  # of strided convolutions, in the network that the weights come from
    normalisation: Normalisation = "imagenet"  # of its input
    folded: bool = False  # BatchNorm without statistics: see norms.unfold_batch_norms

    def __str__(self) -> str:
        if not self.keys:
            return "backbone: weights at random"
        text = f"backbone: {len(self.keys)} tensors from {self.source}"
        if self.at_random:
            text += f"; at random: {len(self.at_random)}, from {self.at_random[0]} to {self.at_random[-1]}"
        return text + ("; BatchNorm is folded, frozen until it has statistics" if self.folded else "")


def load_weights(network: nn.Module, config: ModelConfig) -> Loaded:
    """Load what `config.weights` names into a classifier of backbones.py.

    Raises UserError where a file cannot be had or read, or is of another model: it names the first such key.
    """
    if config.weights == "none":
        return Loaded("none", at_random=tuple(_features(network)))
    source = (
        _imagenet(config) if config.weights == "imagenet" else _file(Path(config.weights), config.backbone)
    )
    expected = _features(network)
    state = {key: value for key, value in source.state.items() if key.startswith("features.")}
    fitting = {key: value for key, value in state.items() if _fits(key, value, expected, config)}
    if not fitting:
        raise _other_model(config, "it holds no key 'features.0.0.weight'")
    at_random = tuple(
        key for key in expected if key not in fitting and not key.endswith("num_batches_tracked")
    )
    _check_missing(at_random, expected, config)
    network.load_state_dict(fitting, strict=False)
    return Loaded(
        config.weights, tuple(fitting), at_random, source.padding, source.normalisation, folded(fitting)
    )


def _features(network: nn.Module) -> State:
    return {key: value for key, value in network.state_dict().items() if key.startswith("features.")}


def _fits(key: str, value: Tensor, expected: State, config: ModelConfig) -> bool:
    """Whether a tensor has its place in the network; False in the reduced tail, an error elsewhere."""
    if key in expected and expected[key].shape == value.shape:
        return True
    if config.reduced_tail and _block(key) >= REDUCED_FROM[config.backbone]:
        return False
    wanted = f"the network's is {tuple(expected[key].shape)}" if key in expected else "the network has none"
    raise _other_model(config, f"{key!r} is {tuple(value.shape)}, {wanted}")


def _check_missing(missing: tuple[str, ...], expected: State, config: ModelConfig) -> None:
    """The last convolution may be absent, and the reduced tail; the rest makes no start without it."""
    last = _block(list(expected)[-1])
    for key in missing:
        optional = key.startswith(
            f"features.{last}.1." if config.backbone == "mobilenet_v1" else f"features.{last}."
        )
        reduced = config.reduced_tail and _block(key) >= REDUCED_FROM[config.backbone]
        if not (optional or reduced):
            raise _other_model(config, f"it lacks {key!r}")


def _block(key: str) -> int:
    """The number of a key's block, 0 where another model's key has none."""
    number = key.split(".")[1]
    return int(number) if number.isdigit() else 0


def _other_model(config: ModelConfig, reason: str) -> UserError:
    return UserError(
        f"weights={config.weights}: not of {config.backbone} at width_mult={config.width_mult:g}: {reason}; "
        "give the weights of this network, or weights=none"
    )


def _imagenet(config: ModelConfig) -> Source:
    """Published weights, from the cache of torchvision or timm, or downloaded by them."""
    if config.width_mult != 1:
        raise UserError(
            f"weights=imagenet: published weights of {config.backbone} are for width_mult=1, not "
            f"{config.width_mult:g}; use weights=none, or weights=FILE of a network of this width"
        )
    if config.backbone == "mobilenet_v1":
        return _timm_v1()
    weights = TORCHVISION[config.backbone]
    return Source(_download(lambda: weights.get_state_dict(progress=False, check_hash=True), weights.url))


def _timm_v1() -> Source:
    try:
        import timm
    except ImportError as error:
        raise UserError(
            f"weights=imagenet: mobilenet_v1's come with timm; pip install timm, or fetch {TIMM_V1_URL} and "
            "give weights=PATH/model.safetensors"
        ) from error
    network = _download(lambda: timm.create_model(TIMM_V1, pretrained=True), TIMM_V1_URL)
    return recognised(network.state_dict(), "mobilenet_v1")


def _download(fetch: Callable[[], T], url: str) -> T:
    try:
        return fetch()
    except OSError as error:  # no network, no such host, no room
        raise UserError(
            f"weights=imagenet: cannot fetch {url} ({error}); fetch it on a machine with a network and give "
            f"weights=PATH/{url.rsplit('/', 1)[-1]}, or use weights=none"
        ) from error


def _file(path: Path, backbone: BackboneName) -> Source:
    if not path.is_file():
        raise UserError(
            f"weights={path}: no such file; give a state dict's file, or weights=imagenet or none"
        )
    try:
        if path.suffix == ".safetensors":
            state = _safetensors(path)
        else:
            state = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        raise UserError(
            f"weights={path}: not a state dict that can be read ({_first_line(error)})"
        ) from error
    state = state.get("state_dict", state) if isinstance(state, dict) else {}
    if not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise UserError(f"weights={path}: holds no state dict (names and tensors)")
    return recognised(state, backbone)


def _safetensors(path: Path) -> dict[str, Any]:
    """Raises OSError, or ValueError where it is none."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except SafetensorError as error:  # derived from Exception alone
        raise ValueError(str(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
