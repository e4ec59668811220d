"""AdaBN: BatchNorm's statistics become those of other pictures, and nothing else changes."""

import pytest
import torch
from msgspec.structs import replace

from training.models.build import build_detector
from training.models.norms import adapt_batch_norms, batch_norms
from training.models.settings import ModelConfig

CONFIG = ModelConfig(backbone="mobilenet_v3_small", width_mult=0.25, input=(64, 128), weights="none")


def test_the_statistics_are_the_plain_mean_over_the_batches():
    detector = build_detector(CONFIG).eval()
    batches = [torch.rand(2, 3, 64, 128) * level for level in (0.2, 0.5, 1.0)]
    first = next(batch_norms(detector))
    seen: list[torch.Tensor] = []
    hook = first.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].detach()))
    weights = {name: value.clone() for name, value in detector.named_parameters()}
    adapt_batch_norms(detector, batches)
    hook.remove()
    means = torch.stack([values.mean(dim=(0, 2, 3)) for values in seen])
    variances = torch.stack([values.var(dim=(0, 2, 3)) for values in seen])
    assert len(seen) == 3
    torch.testing.assert_close(first.running_mean, means.mean(dim=0))
    torch.testing.assert_close(first.running_var, variances.mean(dim=0))
    assert all(torch.equal(value, weights[name]) for name, value in detector.named_parameters())


@pytest.mark.parametrize("freeze", ["none", "batchnorm"])
@pytest.mark.parametrize("training", [True, False])
def test_modes_and_momenta_are_afterwards_what_they_were(freeze, training):
    detector = build_detector(replace(CONFIG, freeze=freeze)).train(training)
    before = [(layer.training, layer.momentum) for layer in batch_norms(detector)]
    adapt_batch_norms(detector, [torch.rand(2, 3, 64, 128)])
    assert detector.training == training
    assert [(layer.training, layer.momentum) for layer in batch_norms(detector)] == before


def test_without_pictures_there_is_nothing_to_adapt_to():
    with pytest.raises(ValueError, match="no images"):
        adapt_batch_norms(build_detector(CONFIG), [])
