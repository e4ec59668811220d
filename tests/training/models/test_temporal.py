"""Detectors that remember: plain at the start, alike in clips and in streams, forgetting at cuts, cheap."""

import pytest
import torch
from scenes import BACKBONES, SIZE, learn, picture, small, target
from torch import nn
from torchvision.ops import box_iou

from training.models.costs import detector_cost
from training.models.settings import ModelConfig
from training.models.temporal import BottleneckLSTM
from training.models.temporal_ssd import TemporalSSD

CELLS = ("merge", "shift", "lstm")
WITH_SHORTCUTS = BACKBONES[1:]
FIRST = [True, False, False, True, False, True]  # clips of 3, 2 and 1 frames
LEFT, RIGHT = [6.0, 12.0, 38.0, 40.0], [56.0, 20.0, 92.0, 52.0]


def remembering(temporal: str, backbone: str = "mobilenet_v2", **options) -> TemporalSSD:
    """In eval mode, with a memory at random that has something to say."""
    detector = small("ssdlite", backbone, temporal=temporal, bn_momentum=1.0, **options)
    for parameter in detector.cell.parameters():
        parameter.data += 0.2 * torch.randn_like(parameter)
    detector.features(torch.rand(8, 3, *SIZE))  # which gives BatchNorm its statistics
    return detector.eval()


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("temporal", ["merge", "lstm"])
def test_starts_as_the_plain_network(temporal, backbone):
    detector = small("ssd", backbone, temporal=temporal).eval()
    plain = small("ssd", backbone).eval()
    lacking = plain.load_state_dict(detector.state_dict(), strict=False)
    assert not lacking.missing_keys and all(key.startswith("cell.") for key in lacking.unexpected_keys)
    images = torch.rand(4, 3, *SIZE)
    with torch.no_grad():
        ours, _ = detector.stream(images, None, [True, False, False, False])
        torch.testing.assert_close(ours, plain.features(images))


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("temporal", CELLS)
@torch.no_grad()
def test_clips_in_one_batch_give_what_streaming_gives(temporal, backbone):
    detector = remembering(temporal, backbone).double()
    images = torch.rand(len(FIRST), 3, *SIZE).double()
    together, end = detector.stream(images, None, FIRST)
    state, alone = None, []
    for image, first in zip(images.split(1), FIRST, strict=True):
        maps, state = detector.stream(image, None if first else state, [False])
        alone.append(maps)
    for level, maps in enumerate(together):
        torch.testing.assert_close(maps, torch.cat([each[level] for each in alone]))
    torch.testing.assert_close(end, state)
    stills = detector.features(images)[0]
    torch.testing.assert_close(together[0][[0, 3, 5]], stills[[0, 3, 5]])
    assert (together[0][1] - stills[1]).abs().max() > 0.1  # it does remember


@pytest.mark.parametrize("temporal", CELLS)
@torch.no_grad()
def test_steps_of_any_length_and_a_reset(temporal):
    detector = remembering(temporal)
    images = torch.rand(5, 3, *SIZE)
    whole, _ = detector.step(images)
    start, state = detector.step(images[:2])
    rest, after = detector.step(images[2:], state)
    for ours, wanted in zip([*start, *rest], whole, strict=True):
        torch.testing.assert_close(ours["scores"], wanted["scores"])
    again, _ = detector.step(images[:1], after, [True])
    torch.testing.assert_close(again[0]["scores"], whole[0]["scores"])


@pytest.mark.parametrize("temporal", CELLS)
@torch.no_grad()
def test_a_long_drive_blows_nothing_up(temporal):
    detector = remembering(temporal)
    state, sizes = None, []
    for _ in range(200):
        maps, state = detector.stream(torch.rand(1, 3, *SIZE), state, [False])
        sizes.append(max(state.abs().max().item(), *(each.abs().max().item() for each in maps)))
    assert max(sizes[8:]) < 3 * max(sizes[:8])  # clips in training have eight frames


@torch.no_grad()
def test_an_lstm_begins_with_a_memory_as_large_as_what_it_sees():
    torch.manual_seed(0)
    cell = BottleneckLSTM(nn.Sequential(nn.Conv2d(96, 96, 1)))
    maps = torch.randn(8, 96, 12, 40)
    state = torch.zeros(1, cell.state_channels, 12, 40)
    _, state = cell(maps, state, [True] + [False] * 7, nn.Identity())
    assert 0.2 < state[:, cell.hidden :].std() < 2  # its output is added through weights that begin at zero


@pytest.mark.parametrize("temporal", CELLS)
def test_learns_from_the_frame_before(temporal):
    """The second frame of each clip is blank: where the car is, the first alone tells."""
    detector = small("ssdlite", temporal=temporal, bn_momentum=0.1)
    blank = 0.2 * torch.rand(3, *SIZE)
    clips = [(picture([LEFT]), LEFT), (picture([RIGHT]), RIGHT)]
    images = torch.stack([frame for shown, _ in clips for frame in (shown, blank)])
    targets = [target([box]) | {"first": torch.tensor(first)} for _, box in clips for first in (True, False)]
    learn(detector, lambda: detector(images, targets), rate=1e-2, steps=90)
    found, _ = detector.eval().step(images, None, [True, False, True, False])
    for one, (_, box) in zip(found[1::2], clips, strict=True):
        assert box_iou(torch.tensor([box]), one["boxes"][:1]).item() > 0.5


@pytest.mark.parametrize("temporal", CELLS)
def test_every_parameter_takes_part_even_of_stills(temporal):
    detector = small("ssdlite", temporal=temporal)
    sum(detector(torch.rand(2, 3, *SIZE), [target([LEFT]), target()]).values()).backward()
    assert all(parameter.grad is not None for parameter in detector.parameters())


@pytest.mark.parametrize("backbone", WITH_SHORTCUTS)
def test_costs_less_than_five_per_cent_and_shifting_nothing(backbone):
    plain = detector_cost(ModelConfig(backbone=backbone))
    for temporal in ("merge", "lstm"):
        cost = detector_cost(ModelConfig(backbone=backbone, temporal=temporal))
        assert 0 < cost.madds - plain.madds < 0.05 * plain.madds
    assert detector_cost(ModelConfig(backbone=backbone, temporal="shift")) == plain
    assert not list(small("ssdlite", backbone, temporal="shift").cell.parameters())


def test_the_merge_costs_a_pointwise_convolution():
    plain, merge = (detector_cost(ModelConfig(temporal=each)) for each in ("none", "merge"))
    assert merge.madds - plain.madds == 2 * 112 * 112 * 12 * 40  # V3-Large's bottleneck at 192 x 640
    assert merge.parameters - plain.parameters == 2 * 112 * 112


@pytest.mark.parametrize("backbone", WITH_SHORTCUTS)
def test_an_eighth_of_the_channels_is_shifted_before_every_shortcut(backbone):
    wanted = {"mobilenet_v2": [64] * 3 + [96] * 2, "mobilenet_v3_large": [80] * 3 + [112]}
    widths = wanted.get(backbone, [40, 40, 48])
    detector = small("ssdlite", backbone, temporal="shift", width_mult=1.0)
    assert [width for width in detector.cell.widths if width] == [width // 8 for width in widths]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"head": "faster_rcnn_fpn"}, "option of ssd and ssdlite, not of faster_rcnn_fpn"),
        ({"trident": True}, "trident"),
    ],
)
def test_what_makes_no_sense_is_refused(options, told):
    with pytest.raises(ValueError, match=told):
        ModelConfig(temporal="lstm", **options)


@pytest.mark.parametrize("temporal", CELLS)
def test_half_precision_trains_and_streams(temporal):
    detector = small("ssdlite", temporal=temporal)
    with torch.autocast("cpu", torch.bfloat16):
        losses = detector(
            torch.rand(2, 3, *SIZE),
            [target([LEFT]) | {"first": torch.tensor(True)}, target() | {"first": torch.tensor(False)}],
        )
        sum(losses.values()).backward()
        _, state = detector.eval().step(torch.rand(1, 3, *SIZE))
        found, _ = detector.step(torch.rand(1, 3, *SIZE), state)
    assert all(loss.isfinite() and loss.dtype == torch.float32 for loss in losses.values())
    assert found[0]["boxes"].dtype == torch.float32
