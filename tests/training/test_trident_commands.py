"""Branches in the commands: what a checkpoint of three branches can be used as, and what is refused."""

import onnxruntime
import pytest
import torch
from checkpoints import lively, scene, small_config, write_checkpoint

from conf.errors import UserError
from training import export
from training.loop.checkpoint import load_detector

RANGES = ((0.0, 0.4), (0.3, 0.6), (0.5, 1.0))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    config = small_config(trident=True, trident_ranges=RANGES)
    return write_checkpoint(tmp_path_factory.mktemp("trident") / "best.ckpt", lively(config))


def test_the_middle_branch_is_exported_and_three_are_refused(checkpoint, tmp_path):
    out = tmp_path / "fast.onnx"
    with pytest.raises(UserError, match="trident_fast=true exports the middle one"):
        export.main([f"checkpoint={checkpoint}", f"out={out}"])
    assert not out.exists()
    export.main([f"checkpoint={checkpoint}", f"out={out}", "trident_fast=true"])
    fast = load_detector(checkpoint, trident_fast=True)
    images = scene(fast.config.input, 1)[None]
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["cls_logits"], {"images": images.numpy()})
    with torch.no_grad():
        wanted = fast.heads(images)["cls_logits"]
        assert not torch.allclose(
            load_detector(checkpoint).heads(images)["cls_logits"][:1], wanted, atol=1e-2
        )
    torch.testing.assert_close(torch.from_numpy(logits), wanted, rtol=1e-3, atol=1e-3)


def test_branches_stay_as_they_were_trained_unless_others_are_given(checkpoint):
    wanted = small_config()
    assert load_detector(checkpoint, wanted).config.trident_ranges == RANGES
    wanted = small_config(trident=True, trident_fast=True, trident_ranges="coco")
    given = ["trident", "trident_fast", "trident_ranges"]
    config = load_detector(checkpoint, wanted, given).config
    assert config.trident_fast and config.trident_ranges == "coco"
    with pytest.raises(UserError, match="with trident=True, not False"):
        load_detector(checkpoint, small_config(), ["trident"])


def test_a_plain_checkpoint_has_no_middle_branch(tmp_path):
    plain = write_checkpoint(tmp_path / "best.ckpt", lively(small_config()))
    with pytest.raises(UserError, match=r"trident_fast=true: .*without branches; leave it out"):
        load_detector(plain, trident_fast=True)
