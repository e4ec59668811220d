"""Backbone weights from files and caches: what loads, what stays at random, and what is refused how."""

import urllib.error

import pytest
import torch
from msgspec.structs import replace
from scenes import BACKBONES, SHAPES, SIZE, small, target
from torch import nn
from torchvision.models import mobilenet_v2

from conf.errors import UserError
from training.models import weights as weights_module
from training.models.backbones import classifier
from training.models.build import build_detector
from training.models.padding import SamePadConv2d, use_tensorflow_padding
from training.models.settings import ModelConfig


def config(backbone, path, **options):
    options = {"head": "ssdlite", "input": SIZE, "anchors": SHAPES} | options
    return ModelConfig(backbone=backbone, weights=str(path), **options)


def trained(backbone, **options):
    """A classifier whose BatchNorm has seen something."""
    network = classifier(backbone, **options)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.5, 0.5)
            layer.running_var.uniform_(0.5, 2)
    return network.eval()


def saved(network, path, rename=lambda key: key):
    torch.save({rename(key): value for key, value in network.state_dict().items()}, path)
    return path


def keras_key(key):
    """Our keys of V1 as Keras' MobileNet has them."""
    _, block, *rest = key.split(".")
    if block == "0":
        return f"conv1{'_bn' if rest[0] == '1' else ''}.{rest[1]}"
    part, norm, what = rest
    return f"{('dw', 'pw')[int(part)]}{block}{'_bn' if norm == '1' else ''}.{what}"


@pytest.mark.parametrize("backbone", BACKBONES)
def test_a_file_gives_the_backbone_its_features(backbone, tmp_path):
    network = trained(backbone, width_mult=0.25)
    path = saved(network, tmp_path / "weights.pth")
    detector = build_detector(
        config(backbone, path, width_mult=0.25, keep_last_conv=backbone == "mobilenet_v2")
    )
    images = torch.rand(1, 3, *SIZE)
    expected = network.features(detector.normalise(images))
    current = detector.eval().normalise(images)
    for stage in detector.backbone:
        current = stage(current)
    assert torch.allclose(current, expected)
    assert detector.loaded.at_random == ()
    assert "at random" not in str(detector.loaded)


def test_keras_weights_bring_their_padding_and_normalisation(tmp_path):
    network = trained("mobilenet_v1")
    state = {
        key: value
        for key, value in network.state_dict().items()
        if not key.startswith(("features.13.1", "cl"))
    }
    path = tmp_path / "keras.pth"
    torch.save({keras_key(key): value for key, value in state.items()}, path)
    detector = build_detector(config("mobilenet_v1", path)).eval()
    assert detector.config.padding == "tensorflow" and detector.config.normalisation == "half"
    assert detector.normalise(torch.ones(1, 3, 1, 1)).unique().tolist() == [1]
    assert all(key.startswith("features.13.1.") for key in detector.loaded.at_random)
    assert "at random: 5, from features.13.1.0.weight" in str(detector.loaded)
    use_tensorflow_padding(network)
    images = torch.rand(1, 3, *SIZE)
    assert torch.allclose(detector.backbone[0](images), network.features[:12](images))


def test_timm_weights_keep_their_function(tmp_path):
    timm = pytest.importorskip("timm")
    theirs = timm.create_model("mobilenetv1_100", pretrained=False).eval()
    theirs.bn1.running_var.uniform_(1e-4, 2e-3)  # as small as epsilon, which differs
    path = saved(theirs, tmp_path / "timm.pth")
    detector = build_detector(config("mobilenet_v1", path)).eval()
    assert detector.loaded.at_random == () and detector.loaded.normalisation == "half"
    images = torch.rand(1, 3, *SIZE)
    ours = detector.backbone[1](detector.backbone[0](images))
    assert torch.allclose(ours, theirs.forward_features(images), rtol=1e-3, atol=1e-4)


def test_the_reduced_tail_stays_at_random(tmp_path):
    path = saved(trained("mobilenet_v3_large", width_mult=0.25), tmp_path / "full.pth")
    detector = build_detector(config("mobilenet_v3_large", path, width_mult=0.25, reduced_tail=True))
    blocks = {int(key.split(".")[1]) for key in detector.loaded.at_random}
    assert min(blocks) == 13 and 16 in blocks
    assert "features.13.block.0.0.weight" in detector.loaded.keys


@pytest.mark.parametrize(
    ("backbone", "options", "message"),
    [
        (
            "mobilenet_v2",
            {"width_mult": 0.5},
            r"'features.0.0.weight' is \(8, 3, 3, 3\), the network's is \(16",
        ),
        (
            "mobilenet_v3_large",
            {"width_mult": 0.25},
            r"weights=.*pth: not of mobilenet_v3_large.*'features\.",
        ),
        (
            "mobilenet_v1",
            {"width_mult": 0.25},
            r"not of mobilenet_v1.*'features\.1\.conv.*the network has none",
        ),
    ],
)
def test_weights_of_another_model_are_refused_by_key(backbone, options, message, tmp_path):
    path = saved(trained("mobilenet_v2", width_mult=0.25), tmp_path / "v2.pth")
    with pytest.raises(UserError, match=message):
        build_detector(config(backbone, path, **options))


def test_half_a_file_is_refused_by_the_key_it_lacks(tmp_path):
    state = trained("mobilenet_v2", width_mult=0.25).state_dict()
    torch.save({key: value for key, value in state.items() if ".7." not in key}, tmp_path / "half.pth")
    with pytest.raises(UserError, match=r"it lacks 'features\.7\."):
        build_detector(config("mobilenet_v2", tmp_path / "half.pth", width_mult=0.25))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "not a state dict"),
        (b"PK\x03\x04 cut off", "not a state dict"),
        ({}, "no state"),
    ],
)
def test_unreadable_files_are_refused(content, message, tmp_path):
    path = tmp_path / "weights.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(UserError, match=message):
        build_detector(config("mobilenet_v2", path))


def test_without_a_network_the_error_says_how_to_get_the_file(monkeypatch):
    def unreachable(*_args, **_kwargs):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(weights_module.torch.hub, "load_state_dict_from_url", unreachable)
    monkeypatch.setattr("torchvision.models._api.load_state_dict_from_url", unreachable)
    with pytest.raises(
        UserError, match=r"https://.*mobilenet_v2-.*fetch it.*weights=PATH/mobilenet_v2-.*\.pth"
    ):
        build_detector(config("mobilenet_v2", "imagenet"))
    with pytest.raises(UserError, match="width_mult=1"):
        build_detector(config("mobilenet_v2", "imagenet", width_mult=0.5))


def test_the_settled_config_builds_the_same_network_without_the_file(tmp_path):
    path = tmp_path / "keras.pth"
    state = {
        key: value for key, value in trained("mobilenet_v1").state_dict().items() if "classifier" not in key
    }
    torch.save({keras_key(key): value for key, value in state.items()}, path)
    detector = build_detector(config("mobilenet_v1", path)).eval()
    again = build_detector(replace(detector.config, weights="none")).eval()
    again.load_state_dict(detector.state_dict())
    images = torch.rand(1, 3, *SIZE)
    assert torch.equal(again.heads(images)["cls_logits"], detector.heads(images)["cls_logits"])


def folded_file(path):
    """MobileNet V2 as 8-bit models have it: BatchNorm adds its bias, and nothing else."""
    network = mobilenet_v2(width_mult=0.25)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.bias, -0.2, 0.2)
        elif isinstance(layer, nn.Conv2d):
            layer.weight.data *= 1.5
    return saved(network, path)


def test_folded_statistics_are_frozen_until_they_are_restored(tmp_path):
    detector = build_detector(config("mobilenet_v2", folded_file(tmp_path / "folded.pth"), width_mult=0.25))
    norm, new = detector.backbone[0][0][1], detector.head.regression_head.module_list[0][0][1]
    assert "folded" in str(detector.loaded) and detector.config.padding == "tensorflow"
    assert not norm.training and new.training
    images = torch.rand(4, 3, *SIZE)
    before = detector.eval().heads(images)["cls_logits"]
    detector.train().unfold([images[:2], images[2:]])
    assert norm.training and not detector.folded
    after = detector.eval().heads(images)["cls_logits"]
    assert torch.allclose(before, after, atol=1e-4)
    inputs = detector.backbone[0][0][0](detector.normalise(images))
    assert torch.allclose(norm.running_mean, inputs.mean(dim=(0, 2, 3)), atol=1e-4)
    assert torch.allclose(norm.running_var, inputs.var(dim=(0, 2, 3), unbiased=False), rtol=1e-3)


def test_tensorflow_padding_puts_the_odd_pixel_after():
    conv = nn.Sequential(nn.Conv2d(1, 1, 3, stride=2, padding=1, bias=False))
    conv[0].weight.data.fill_(1)
    use_tensorflow_padding(conv)
    image = torch.arange(16.0).view(1, 1, 4, 4)
    assert isinstance(conv[0], SamePadConv2d)
    assert conv(image).tolist() == [[[[45, 39], [66, 50]]]]
    assert conv(torch.ones(1, 1, 5, 5)).tolist() == [[[[4, 6, 4], [6, 9, 6], [4, 6, 4]]]]


@pytest.mark.parametrize("head", ["ssdlite", "faster_rcnn_c4", "faster_rcnn_fpn"])
def test_a_frozen_backbone_does_not_move(head):
    detector = small(head, freeze="backbone")
    before = {key: value.clone() for key, value in detector.backbone.state_dict().items() if "fpn" not in key}
    optimizer = torch.optim.SGD([p for p in detector.parameters() if p.requires_grad], lr=0.1)
    sum(detector(torch.rand(2, 3, *SIZE), [target([[5, 6, 50, 40]]), target()]).values()).backward()
    optimizer.step()
    assert all(torch.equal(value, detector.backbone.state_dict()[key]) for key, value in before.items())
    assert optimizer.param_groups[0]["params"]
