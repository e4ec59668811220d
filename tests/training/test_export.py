"""The export command: its files run in ONNX Runtime as the detector does in PyTorch."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from checkpoints import lively, scene, small_config, write_checkpoint

from conf.errors import RunError, UserError
from training import export
from training.decode import OnnxDetector
from training.loop.checkpoint import load_detector
from training.models import onnx_file
from training.models.detector import Detector

ROOT = Path(__file__).resolve().parents[2]
EXPORTED = {
    "fixed batch": {"head": "ssd", "backbone": "mobilenet_v1", "padding": "tensorflow", "input": (63, 95)},
    "upright": {"backbone": "mobilenet_v2", "width_mult": 0.35, "input": (96, 64), "classes": 2},
    "V3": {"backbone": "mobilenet_v3_small", "reduced_tail": True, "normalisation": "half"},
}


@pytest.fixture(scope="module", params=EXPORTED)
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Detector, Path]:
    """A detector and the file that the command made of its checkpoint."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("exported")
    checkpoint = write_checkpoint(folder / "best.ckpt", lively(small_config(**EXPORTED[request.param])))
    dynamic = "false" if request.param == "fixed batch" else "true"
    assert export.main([f"checkpoint={checkpoint}", f"dynamic_batch={dynamic}"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["best.ckpt", "best.onnx"]
    return load_detector(checkpoint), folder / "best.onnx"


@pytest.mark.parametrize("seeds", [[50], [51, 52, 53]])
def test_the_raw_outputs_are_pytorchs(exported, seeds):
    detector, path = exported
    loaded = OnnxDetector(path)
    batch = loaded.session.get_inputs()[0].shape[0]
    if batch == 1 != len(seeds):
        pytest.skip("exported for one picture at a time")
    images = torch.stack([scene(detector.config.input, seed) for seed in seeds])
    logits, coded = loaded.session.run(["cls_logits", "bbox_regression"], {"images": images.numpy()})
    with torch.inference_mode():
        wanted = detector.heads(images)
    assert np.ptp(logits) > 1
    np.testing.assert_allclose(logits, wanted["cls_logits"].numpy(), rtol=0, atol=1e-4)
    np.testing.assert_allclose(coded, wanted["bbox_regression"].numpy(), rtol=0, atol=1e-4)


def test_the_file_alone_finds_what_the_detector_finds(exported):
    detector, path = exported
    height, width = detector.config.input
    picture = (scene((height, width), 60).permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
    found = OnnxDetector(path)(picture)
    with torch.inference_mode():
        wanted = detector(torch.from_numpy(picture).permute(2, 0, 1)[None] / 255)[0]
    assert len(found.boxes) > 5
    apart = np.abs(found.boxes[:, None] - wanted["boxes"].numpy()).max(axis=-1)
    assert (
        apart.min(axis=1) < 0.01
    ).mean() > 0.96  # two of the same score may change places, and be suppressed
    np.testing.assert_allclose(found.scores, wanted["scores"].numpy(), rtol=0, atol=1e-3)


def test_boxes_are_in_pixels_of_a_picture_of_another_size(exported):
    detector, path = exported
    height, width = detector.config.input
    picture = (scene((height, width), 61).permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    loaded = OnnxDetector(path)
    small, large = loaded(picture), loaded(picture.repeat(2, axis=0).repeat(3, axis=1))
    assert small.boxes[:, 2].max() <= width < large.boxes[:, 2].max() <= 3 * width
    assert height < large.boxes[:, 3].max() <= 2 * height


def test_what_the_file_says_of_itself(exported):
    detector, path = exported
    decoder = OnnxDetector(path).decoder
    assert decoder.input == detector.config.input
    assert decoder.nms_threshold == detector.config.nms_threshold
    assert len(decoder.class_names) == detector.config.classes
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [each.name for each in model.graph.input] == ["images"]
    assert [each.name for each in model.graph.output] == ["cls_logits", "bbox_regression"]
    for note in (b"site-packages", b"stack_trace", str(ROOT).encode()):  # of the machine that it was made on
        assert note not in path.read_bytes()


@pytest.fixture(scope="module")
def content() -> bytes:
    """An exported network, for one picture at a time."""
    torch.manual_seed(0)
    return onnx_file.to_onnx(lively(small_config()), dynamic_batch=False)


@pytest.mark.parametrize("change", [0.1, torch.nan])
def test_a_file_that_differs_from_pytorch_is_not_written(content, change, tmp_path, monkeypatch):
    detector = lively(small_config())
    assert onnx_file.check(content, detector, dynamic_batch=False) <= 1e-4
    with torch.no_grad():
        next(detector.head.classification_head.parameters()).view(-1)[0] += change
    checkpoint, out = write_checkpoint(tmp_path / "best.ckpt", detector), tmp_path / "out.onnx"
    out.write_text("before")
    monkeypatch.setattr(onnx_file, "to_onnx", lambda *_, **__: content)
    with pytest.raises(RunError, match=r"differ by .* nothing was written"):
        export.main([f"checkpoint={checkpoint}", f"out={out}", "dynamic_batch=false"])
    assert out.read_text() == "before"


def test_faster_rcnn_is_refused_with_what_can_be_exported(tmp_path):
    detector = lively(small_config(head="faster_rcnn_c4"))
    path = write_checkpoint(tmp_path / "best.ckpt", detector)
    with pytest.raises(UserError, match=r"faster_rcnn_c4 cannot be exported.*head=ssd and head=ssdlite can"):
        export.main([f"checkpoint={path}"])


def test_the_checkpoint_is_not_overwritten(tmp_path):
    checkpoint = tmp_path / "best.ckpt"
    checkpoint.write_text("before")
    with pytest.raises(UserError, match="give the file to write"):
        export.main([f"checkpoint={checkpoint}", f"out={checkpoint}"])


def test_a_file_of_others_is_told_from_ours(tmp_path):
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["x"], ["y"])],
        "other",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, tmp_path / "other.onnx")
    with pytest.raises(ValueError, match=r"other.onnx: no 'carousel_decoder'"):
        OnnxDetector(tmp_path / "other.onnx")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["checkpoint=none.ckpt"], "checkpoint=none.ckpt: there is no such file"),
        (["checkpoint=README.md"], "checkpoint=README.md: not a checkpoint that can be read"),
        (["checkpoint=README.md", "format=tflite"], "format=tflite"),
        (["checkpoint=README.md", "out=docs"], "out=docs: give the file to write"),
    ],
)
def test_a_users_mistake_ends_in_one_message_and_exit_code_2(arguments, told):
    done = subprocess.run(
        [sys.executable, "training/export.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {told}")
    assert done.stderr.count("\n") == 1
