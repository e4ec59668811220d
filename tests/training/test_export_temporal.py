"""Exported networks that remember: frame by frame as in PyTorch, and forgetting at a cut."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from checkpoints import lively, scene, small_config, write_checkpoint

from conf.errors import RunError
from training import export
from training.decode import NEXT_STATE, STATE, OnnxDetector
from training.loop.checkpoint import load_detector
from training.models import onnx_export, onnx_file
from training.models.temporal_ssd import TemporalSSD

FRAMES = 5


def remembering(temporal: str) -> TemporalSSD:
    """A detector whose memory has something to say."""
    detector = lively(small_config(temporal=temporal, backbone="mobilenet_v2"))
    assert isinstance(detector, TemporalSSD)
    for parameter in detector.cell.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return detector


@pytest.fixture(scope="module", params=["merge", "shift", "lstm"])
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[TemporalSSD, Path]:
    torch.manual_seed(0)
    checkpoint = write_checkpoint(
        tmp_path_factory.mktemp("exported") / "best.ckpt", remembering(request.param)
    )
    assert export.main([f"checkpoint={checkpoint}"]) == 0
    detector = load_detector(checkpoint)
    assert isinstance(detector, TemporalSSD)
    return detector, checkpoint.with_suffix(".onnx")


def pictures(size: tuple[int, int]) -> list[np.ndarray]:
    frames = (scene(size, seed) for seed in range(FRAMES))
    return [(frame.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8) for frame in frames]


def test_frames_in_a_row_give_what_pytorch_gives(exported) -> None:
    detector, path = exported
    loaded, state = OnnxDetector(path), None
    for frame in pictures(detector.config.input):
        found = loaded(frame)
        with torch.inference_mode():
            (wanted,), state = detector.step(torch.from_numpy(frame).permute(2, 0, 1)[None] / 255, state)
        assert len(found.scores) > 5
        best = slice(0, 5)
        np.testing.assert_allclose(found.scores[best], wanted["scores"][best].numpy(), atol=1e-3)


def test_a_reset_gives_the_first_frames_result_again(exported) -> None:
    detector, path = exported
    loaded = OnnxDetector(path)
    one, two, *_ = pictures(detector.config.input)
    fresh = loaded(two)
    loaded.reset()
    loaded(one)
    after = loaded(two)
    loaded.reset()
    again = loaded(two)
    np.testing.assert_array_equal(fresh.scores, again.scores)
    assert not np.array_equal(fresh.scores, after.scores)


def test_the_file_names_its_state(exported) -> None:
    detector, path = exported
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [each.name for each in model.graph.input] == ["images", STATE]
    assert [each.name for each in model.graph.output] == ["cls_logits", "bbox_regression", NEXT_STATE]
    shape = [each.dim_value for each in model.graph.input[1].type.tensor_type.shape.dim]
    assert shape == list(detector.zero_state(torch.zeros(1, 3, *detector.config.input)).shape)


def test_a_memory_that_differs_from_pytorchs_is_not_written(monkeypatch, tmp_path) -> None:
    detector = remembering("merge")
    content = onnx_file.to_onnx(detector, dynamic_batch=True)
    assert onnx_file.check(content, detector, dynamic_batch=True) <= onnx_export.TOLERANCE
    with torch.no_grad():  # what the last frame adds: the first frame alone would not tell
        detector.cell.conv.weight[:, detector.cell.state_channels :] *= 1.5
    with pytest.raises(RunError, match="nothing was written"):
        onnx_file.check(content, detector, dynamic_batch=True)
