"""Checkpoints and weights that would run a program when unpickled: refused, and nothing of theirs is run."""

from pathlib import Path

import pytest
import torch
from checkpoints import small_config

from conf.errors import UserError
from training.loop.checkpoint import is_segmenter, load_detector, load_segmenter
from training.models.build import build_detector


class Evil:
    """Leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._mark,)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "ran"


def saved(path: Path, mark: Path) -> Path:
    """A whole checkpoint, but for what it holds besides."""
    config = small_config()
    state = {f"detector.{key}": value for key, value in build_detector(config).state_dict().items()}
    torch.save({"state_dict": state, "detector": {"name": config.name}, "evil": Evil(mark)}, path)
    return path


def test_unpickled_it_would_run(tmp_path: Path, mark: Path) -> None:
    torch.load(saved(tmp_path / "evil.ckpt", mark), weights_only=False)
    assert mark.exists()


@pytest.mark.parametrize("read", [load_detector, load_segmenter, is_segmenter])
def test_a_checkpoint_runs_nothing(tmp_path: Path, mark: Path, read: object) -> None:
    path = saved(tmp_path / "evil.ckpt", mark)
    with pytest.raises(UserError, match=r"checkpoint=.*evil\.ckpt: not a checkpoint that can be read"):
        read(path)  # type: ignore[operator]
    assert not mark.exists()


@pytest.mark.parametrize("name", ["evil.pth", "evil.pt", "evil.bin", "evil.safetensors"])
def test_weights_run_nothing(tmp_path: Path, mark: Path, name: str) -> None:
    path = saved(tmp_path / name, mark)
    with pytest.raises(UserError, match=rf"weights=.*{name}: not a state dict that can be read"):
        build_detector(small_config(weights=str(path)))
    assert not mark.exists()


CLAIMS = {
    "empty": b"",
    "no zip": b"PK\x03\x04" + bytes(60),
    "safetensors of exabytes": (2**62).to_bytes(8, "little") + b"{}",
    "a tensor larger than its file": (62).to_bytes(8, "little")
    + b'{"a":{"dtype":"F32","shape":[9999999999],"data_offsets":[0,4]}}',
}


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_weights_that_claim_what_is_not_there(tmp_path: Path, claim: str, suffix: str) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(CLAIMS[claim])
    with pytest.raises(UserError, match=rf"weights=.*bad\{suffix}: not a state dict that can be read"):
        build_detector(small_config(weights=str(path)))
