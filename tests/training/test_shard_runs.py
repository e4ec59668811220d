"""Training from shards is training from the folder they were exported from, bit for bit."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import torch
import yaml
from labelled_pixels import write_carousel
from sharded import write_shards

from conf.errors import UserError
from training import evaluate, pretrain

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "model.width_mult=0.25",
    "model.weights=none",
    "model.input=[64,128]",
    "data.held_out=0.3",
    "trainer.max_epochs=2",
    "trainer.batch_size=2",
    "trainer.accelerator=cpu",
    "trainer.loaders=1",
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight frames of the real job, whose workers draw none of Blender's, with shards of two sizes."""
    out = tmp_path_factory.mktemp("exported")
    overrides = [
        f"out={out}", "n=8", "start=996", "export=[webdataset]", "workers=1", "gallery=false",
        "renderer.width=128", "renderer.height=64", "annotations.min_height_px=0",
    ]  # fmt: skip
    tell = [sys.executable, ROOT / "scenegen" / "render.py", "--cfg", *overrides]
    config = yaml.safe_load(subprocess.run(tell, check=True, capture_output=True).stdout)
    command = [sys.executable, ROOT / "tests" / "scenegen" / "doubles.py", msgspec.json.encode(config)]
    subprocess.run(command, check=True, capture_output=True)
    return out


def trained(root: Path, out: Path, *arguments: str) -> tuple[str, dict[str, torch.Tensor]]:
    """What a training logs, and its weights."""
    assert pretrain.main([f"data.root={root}", f"out={out}", *SMALL, *arguments]) == 0
    weights = torch.load(out / "last.ckpt", weights_only=True)["current_model_state"]
    return (out / "csv" / "version_0" / "metrics.csv").read_text(), weights


def assert_same(one: tuple[str, dict[str, torch.Tensor]], other: tuple[str, dict[str, torch.Tensor]]) -> None:
    assert one[0] == other[0] and "train/loss" in one[0]
    assert one[1].keys() == other[1].keys()
    assert all(torch.equal(one[1][name], other[1][name]) for name in one[1])


def test_a_detector_is_the_same_from_shards(exported, tmp_path, monkeypatch):
    monkeypatch.delenv("KITTI_ROOT", raising=False)
    model = "model=ssdlite_mobilenet_v3_small"
    folder = trained(exported, tmp_path / "folder", model)
    shards = trained(exported / "shards", tmp_path / "shards", model)
    assert_same(shards, folder)
    checkpoint = f"checkpoint={tmp_path / 'shards' / 'last.ckpt'}"
    for root, out in ((exported, "a"), (exported / "shards", "b")):
        evaluate.main(
            [checkpoint, f"data.root={root}", "split=all", "latency=false", f"out={tmp_path / out}"]
        )
    a, b = ((tmp_path / name / "results.json").read_bytes() for name in "ab")
    assert a == b


def test_a_segmenter_is_the_same_from_shards(tmp_path):
    folder = write_carousel(tmp_path / "folder")
    root = write_shards(tmp_path / "shards", folder)
    model = "model=lraspp_mobilenet_v3_small"
    assert_same(trained(root, tmp_path / "a", model), trained(folder, tmp_path / "b", model))


def test_a_segmenter_needs_labels_of_pixels_in_the_shards(exported, tmp_path):
    with pytest.raises(UserError, match=r"000000996.json: no labels of pixels; render with outputs="):
        trained(exported / "shards", tmp_path, "model=lraspp_mobilenet_v3_small")
