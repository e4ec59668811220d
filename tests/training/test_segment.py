"""The commands for a segmenter, from the user's side, on a few made-up streets."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
import yaml
from html_page import Page
from labelled_pixels import write_ade20k, write_carousel, write_cityscapes
from lightning.pytorch import Callback
from PIL import Image

from conf.compose import Command
from conf.errors import UserError
from training import evaluate, export, finetune, predict, pretrain, segment
from training.settings import PretrainConfig

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "model=lraspp_mobilenet_v3_small",
    "model.width_mult=0.25",
    "model.weights=none",
    "model.input=[64,128]",
    "data.held_out=0.4",
]
QUICK = [
    "trainer.max_epochs=2",
    "trainer.batch_size=3",
    "trainer.accelerator=cpu",
    "trainer.loaders=0",
    "augmentation=off",
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Path:
    return write_carousel(tmp_path_factory.mktemp("rendered"), clips=5)


@pytest.fixture(scope="module")
def trained(rendered, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "trained"
    assert pretrain.main([f"data.root={rendered}", f"out={out}", *SMALL, *QUICK]) == 0
    return out


def test_training_leaves_checkpoints_settings_and_a_report(trained):
    names = {path.name for path in trained.iterdir()}
    assert {"best.ckpt", "last.ckpt", "report.html", "figures.json", "config.yaml"} <= names
    assert yaml.safe_load((trained / "config.yaml").read_text())["model"]["head"] == "lraspp"
    figures = json.loads((trained / "figures.json").read_text())["sets"]["held out"]
    assert 0 <= figures["miou"] <= 1 and figures["iou"]["train"] is None
    page = Page((trained / "report.html").read_text())
    assert page.tags["img"] >= 3 and "mean IoU" in page.words
    assert all(address.startswith(("#", "data:")) for address in page.addresses)


def test_the_same_command_again_trains_no_further_and_another_is_refused(trained, rendered):
    again = [f"data.root={rendered}", f"out={trained}", *SMALL, *QUICK]
    steps = torch.load(trained / "last.ckpt", weights_only=True)["global_step"]
    assert pretrain.main(again) == 0
    assert torch.load(trained / "last.ckpt", weights_only=True)["global_step"] == steps
    with pytest.raises(UserError, match="output_stride is 16 there and 32 here"):
        pretrain.main([*again, "model.output_stride=32"])


class Killed(Exception):
    pass


class KillAt(Callback):
    def on_train_batch_end(self, trainer, *_):
        if trainer.global_step == 3:
            raise Killed


def test_a_killed_training_goes_on_as_if_nothing_had_been(trained, rendered, tmp_path, monkeypatch):
    arguments = [f"data.root={rendered}", f"out={tmp_path}", *SMALL, *QUICK, "trainer.checkpoint_every=1"]
    fit = segment.fit
    monkeypatch.setattr(segment, "fit", lambda *given: fit(*given, [KillAt()]))
    with pytest.raises(Killed):
        pretrain.main(arguments)
    monkeypatch.setattr(segment, "fit", fit)
    pretrain.main(arguments)
    whole, resumed = (
        torch.load(run / "last.ckpt", weights_only=True)["state_dict"] for run in (trained, tmp_path)
    )
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_it_is_measured_on_the_clips_that_were_held_out(trained, rendered, tmp_path, capsys):
    arguments = [f"checkpoint={trained / 'best.ckpt'}", f"data.root={rendered}", "latency=false"]
    assert evaluate.main([*arguments, "data.held_out=0.4", f"out={tmp_path / 'val'}"]) == 0
    assert "mean IoU" in capsys.readouterr().out
    held = json.loads((tmp_path / "val" / "figures.json").read_text())["sets"]["val"]
    during = json.loads((trained / "figures.json").read_text())["sets"]["held out"]
    assert held == during
    evaluate.main([*arguments, "split=all", f"out={tmp_path / 'all'}"])
    assert json.loads((tmp_path / "all" / "figures.json").read_text())["sets"]["all"]["images"] == 10


def test_finetuning_goes_on_with_cityscapes(trained, tmp_path):
    root, out = write_cityscapes(tmp_path / "cityscapes"), tmp_path / "finetuned"
    finetune.main(
        [f"checkpoint={trained / 'best.ckpt'}", f"data.root={root}", f"out={out}",
         "model=lraspp_mobilenet_v3_small", "model.short_side=64",
         "augmentation=segmentation", "trainer.max_epochs=1", "trainer.accelerator=cpu", "trainer.loaders=0"]
    )  # fmt: skip
    told = yaml.safe_load((out / "config.yaml").read_text())["model"]
    assert (told["short_side"], told["width_mult"]) == (64, 0.25)
    evaluate.main([f"checkpoint={out / 'last.ckpt'}", f"data.root={root}", "latency=false"])
    figures = json.loads((out / "evaluation_val" / "figures.json").read_text())["sets"]["val"]
    assert figures["images"] == 1 and figures["pixels"]["road"] == 30 * 128


def test_ade20k_needs_a_model_of_its_classes(tmp_path):
    root = write_ade20k(tmp_path / "ade")
    with pytest.raises(UserError, match=r"has 150 classes, the model 19: .*model.classes=150"):
        pretrain.main([f"data.root={root}", f"out={tmp_path / 'a'}", *SMALL, *QUICK])
    arguments = [*SMALL, *QUICK, "model.classes=150"]
    assert pretrain.main([f"data.root={root}", f"out={tmp_path / 'b'}", *arguments]) == 0


def test_predictions_are_drawn_over_pictures_of_any_size(trained, tmp_path):
    source = tmp_path / "street.png"
    Image.fromarray(np.full((50, 90, 3), 30, np.uint8)).save(source)
    out = tmp_path / "drawn"
    assert predict.main([f"checkpoint={trained / 'best.ckpt'}", f"source={source}", f"out={out}"]) == 0
    with Image.open(out / "overlays" / "street.png") as drawn:
        assert drawn.size == (90, 50) and drawn.getpixel((0, 0)) != (30, 30, 30)


def test_an_exported_segmenter_gives_logits(trained, tmp_path):
    out = tmp_path / "network.onnx"
    assert export.main([f"checkpoint={trained / 'best.ckpt'}", f"out={out}"]) == 0
    assert b"site-packages" not in out.read_bytes()
    session = onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"images": np.zeros((3, 3, 64, 128), np.float32)})
    assert logits.shape == (3, 19, 64, 128)
    told = json.loads(session.get_modelmeta().custom_metadata_map["carousel_segmenter"])
    assert told["input"] == [64, 128] and told["classes"][0] == "road"


@pytest.mark.parametrize(
    ("main", "argument"),
    [
        (pretrain.main, "kitti.root=/data/kitti"),
        (pretrain.main, "augmentation.box_jitter=0.1"),
        (finetune.main, "n_real=10"),
        (finetune.main, "replay.share=0.3"),
        (evaluate.main, "adapt=train"),
    ],
)
def test_keys_of_detectors_are_refused(main, argument, trained, rendered, tmp_path):
    start = [f"data.root={rendered}", f"out={tmp_path / 'x'}"]
    start += [*SMALL, *QUICK] if main is pretrain.main else [f"checkpoint={trained / 'best.ckpt'}"]
    given = [argument, "replay.root=x"] if argument.startswith("replay") else [argument]
    with pytest.raises(UserError, match=f"{argument.partition('=')[0]} is for detectors"):
        main([*start, *given])


def test_augmentation_of_boxes_is_refused(rendered, tmp_path):
    arguments = [f"data.root={rendered}", f"out={tmp_path}", *SMALL]
    with pytest.raises(UserError, match=r"augmentation.iou_crop=0.3: it needs boxes"):
        pretrain.main([*arguments, "augmentation=strong"])
    with pytest.raises(UserError, match=r"augmentation.crop=0.3: .*choose augmentation=segmentation"):
        pretrain.main([*arguments, "model.short_side=64"])


def test_a_segmenter_on_kitti_and_a_detector_on_pixels_are_told_apart(trained, rendered, tmp_path):
    with pytest.raises(UserError, match=r"data.root needs a segmenter's checkpoint"):
        finetune.main([f"data.root={rendered}"])
    foreign = tmp_path / "detector.ckpt"
    torch.save({"state_dict": {}, "detector": {}}, foreign)
    with pytest.raises(UserError, match=r"detector.ckpt: of a detector"):
        finetune.main([f"checkpoint={foreign}", f"data.root={rendered}"])


def test_a_users_mistake_ends_in_one_message_and_exit_code_2(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "training" / "pretrain.py", "model=lraspp_mobilenet_v3_large",
         "model.backbone=mobilenet_v1", f"data.root={tmp_path}"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("error: model: reduced_tail")


@pytest.mark.parametrize(
    ("trainer", "steps", "batch", "decay"),
    [
        ("cityscapes_80k", 80_000, 8, 5e-4),
        ("cityscapes_320k", 320_000, 16, 1e-4),
        ("ade20k_160k", 160_000, 16, 5e-4),
    ],
)
def test_schedules_are_mmsegmentations(trainer, steps, batch, decay):
    config = Command("pretrain", PretrainConfig).compose(
        ["model=fcn_mobilenet_v2", f"trainer={trainer}", "augmentation=segmentation", "model.short_side=1024"]
    )
    told = config.trainer
    assert (told.max_steps, told.batch_size, told.weight_decay) == (steps, batch, decay)
    assert (told.optimizer, told.learning_rate, told.schedule) == ("sgd", 0.01, "poly")
    assert told.final_rate * told.learning_rate == pytest.approx(1e-4)
    assert config.augmentation.resize == 1 and config.augmentation.class_share == 0.75
