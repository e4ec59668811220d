"""A checkpoint whose writing is ended leaves the one before."""

from pathlib import Path

import pytest
import torch
from lightning.fabric.plugins import TorchCheckpointIO

from training.loop.whole import WholeCheckpoints


def test_writing_that_is_ended_half_way_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "last.ckpt"
    WholeCheckpoints().save_checkpoint({"step": 1}, path)

    def ended(_self, _checkpoint, where, _options=None):
        Path(where).write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TorchCheckpointIO, "save_checkpoint", ended)
        with pytest.raises(KeyboardInterrupt):
            WholeCheckpoints().save_checkpoint({"step": 2}, path)
    assert torch.load(path, weights_only=True) == {"step": 1}
    WholeCheckpoints().save_checkpoint({"step": 3}, path)
    assert torch.load(path, weights_only=True) == {"step": 3}
    assert list(tmp_path.iterdir()) == [path]
