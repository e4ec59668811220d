"""The commands from the user's side: what they write, what they say, and how they end."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import yaml
from written import annotation, write_coco, write_kitti

from conf.errors import RunError, UserError
from training import evaluate, finetune, pretrain
from training.data.mixing import MixedBatches
from training.settings import SyntheticConfig
from training.sources import synthetic

ROOT = Path(__file__).resolve().parents[2]
CAR = "Car 0.00 0 -1.57 10.00 8.00 60.00 56.00 1.50 1.60 3.70 3.00 1.70 4.00 -1.20"
SMALL = [
    "model=ssdlite_mobilenet_v3_small",
    "model.width_mult=0.25",
    "model.weights=none",
    "model.input=[64,128]",
]
QUICK = [
    "trainer.max_epochs=2",
    "trainer.batch_size=2",
    "trainer.accelerator=cpu",
    "augmentation=off",
]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures of four clips, a car in each."""
    cars = [annotation(number, number, bbox=[10.0, 5.0, 60.0, 48.0]) for number in range(8)]
    return write_coco(tmp_path_factory.mktemp("rendered"), cars, images=8)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve of KITTI's ids, of several drives, a car in each."""
    return write_kitti(tmp_path_factory.mktemp("real"), {f"{number:06d}": [CAR] for number in range(12)})


@pytest.fixture(scope="module")
def pretrained(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "pretrained"
    assert pretrain.main([f"data.root={rendered}", "data.held_out=0.3", f"out={out}", *SMALL, *QUICK]) == 0
    return out


@pytest.fixture(autouse=True, scope="module")
def no_kitti_around() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KITTI_ROOT", raising=False)
        yield


def test_a_pretraining_leaves_its_checkpoints_settings_and_report(pretrained):
    told = yaml.safe_load((pretrained / "config.yaml").read_text())
    assert told["model"]["backbone"] == "mobilenet_v3_small"
    assert "torch" in yaml.safe_load((pretrained / "versions.yaml").read_text())
    assert {"best.ckpt", "last.ckpt", "report.html"} <= {path.name for path in pretrained.iterdir()}
    assert list((pretrained / "tensorboard").iterdir())


def test_the_same_command_again_trains_no_further_and_another_is_refused(pretrained, rendered):
    steps = torch.load(pretrained / "last.ckpt", weights_only=True)["global_step"]
    again = [f"data.root={rendered}", "data.held_out=0.3", f"out={pretrained}", *SMALL, *QUICK]
    assert pretrain.main(again) == 0
    assert torch.load(pretrained / "last.ckpt", weights_only=True)["global_step"] == steps
    with pytest.raises(UserError, match="seed is 0 there and 1 here"):
        pretrain.main([*again, "seed=1"])


def test_real_pictures_choose_the_checkpoint_where_there_are_any(rendered, real, tmp_path, monkeypatch):
    monkeypatch.setenv("KITTI_ROOT", str(real))
    pretrain.main([f"data.root={rendered}", "split=all", f"out={tmp_path}", *SMALL, *QUICK])
    assert yaml.safe_load((tmp_path / "config.yaml").read_text())["kitti"]["root"] == str(real)
    callbacks = torch.load(tmp_path / "best.ckpt", weights_only=True)["callbacks"]
    assert any("'monitor': 'real/ap'" in name for name in callbacks)


@pytest.mark.slow
def test_finetuning_and_evaluation_go_on_from_the_checkpoint(pretrained, rendered, real, tmp_path, capsys):
    out = tmp_path / "finetuned"
    finetune.main(
        [
            f"checkpoint={pretrained / 'best.ckpt'}", f"kitti.root={real}", "split=all", "selection=0.4",
            "n_real=3", "replay.share=0.5", f"replay.root={rendered}", "adapt=true",
            "model.freeze=backbone", f"out={out}", *QUICK,
        ]
    )  # fmt: skip
    assert "3 pictures" in capsys.readouterr().out
    trained = yaml.safe_load((out / "config.yaml").read_text())["model"]
    assert (trained["width_mult"], trained["freeze"]) == (
        0.25,
        "backbone",
    )  # the checkpoint's, and the command's
    name = "detector.backbone.0.0.0.weight"
    before, after = (
        torch.load(run / "last.ckpt", weights_only=True)["state_dict"] for run in (pretrained, out)
    )
    assert not torch.equal(before[name], after[name]) or torch.equal(
        torch.load(pretrained / "best.ckpt", weights_only=True)["state_dict"][name], after[name]
    )

    measured = tmp_path / "measured"
    evaluate.main(
        [f"checkpoint={out / 'last.ckpt'}", f"kitti.root={real}", "split=all", f"out={measured}", "adapt=all"]
    )
    figures = json.loads((measured / "figures.json").read_text())
    assert figures["images"] == 12
    assert (measured / "report.html").stat().st_size > 10_000
    again = tmp_path / "again"
    for given in (measured / "detections", measured / "results.json"):
        evaluate.main([f"detections={given}", f"kitti.root={real}", "split=all", f"out={again}"])
        read = json.loads((again / "figures.json").read_text())
        assert read["paper"]["ap"] == pytest.approx(figures["paper"]["ap"], abs=1e-6)


def test_the_held_out_pictures_can_be_measured_again(pretrained, rendered, tmp_path):
    given = [f"checkpoint={pretrained / 'best.ckpt'}", f"data.root={rendered}", "latency=false"]
    assert evaluate.main([*given, "data.held_out=0.3", f"out={tmp_path / 'held'}"]) == 0
    assert evaluate.main([*given, "split=all", f"out={tmp_path / 'all'}"]) == 0
    held, everything = (
        json.loads((tmp_path / name / "figures.json").read_text())["images"] for name in ("held", "all")
    )
    _, kept_back = synthetic(SyntheticConfig(root=str(rendered), held_out=0.3, limit=None), seed=0)
    assert held == len(kept_back) > 0 and everything == 8
    with pytest.raises(UserError, match="instead of KITTI: leave one of them out"):
        evaluate.main([*given, "kitti.tracking=[0000]"])


def test_a_missing_dataset_is_answered_with_the_command_that_renders_it(tmp_path):
    with pytest.raises(UserError) as caught:
        pretrain.main(["randomizer=no_texture", f"data.root={tmp_path / 'none'}"])
    assert f"python scenegen/render.py randomizer=no_texture n=10000 out={tmp_path / 'none'}" in str(
        caught.value
    )


def test_a_dataset_whose_rendering_was_stopped_is_told_from_one_to_train_on(tmp_path):
    (tmp_path / "frames").mkdir()
    with pytest.raises(UserError, match="its rendering is not finished"):
        pretrain.main([f"data.root={tmp_path}"])


def test_a_checkpoint_of_another_model_is_refused(pretrained, real, tmp_path):
    with pytest.raises(
        UserError, match=r"best.ckpt: it is a .*backbone=mobilenet_v3_small, not mobilenet_v2"
    ):
        finetune.main(
            [f"checkpoint={pretrained / 'best.ckpt'}", f"kitti.root={real}", "split=all",
             "selection=0", "model=ssdlite_mobilenet_v2", f"out={tmp_path / 'x'}"]
        )  # fmt: skip
    assert not (tmp_path / "x").exists()
    torch.save({"state_dict": {}}, tmp_path / "foreign.pt")
    with pytest.raises(UserError, match=r"foreign.pt: not a checkpoint of pretrain.py"):
        evaluate.main([f"checkpoint={tmp_path / 'foreign.pt'}", f"kitti.root={real}", "split=all"])


def test_a_loss_that_is_no_number_stops_the_run_and_says_what_to_try(rendered, tmp_path):
    with pytest.raises(RunError, match=r"no number any more at step .*pictures 0.*learning_rate"):
        pretrain.main(
            [f"data.root={rendered}", f"out={tmp_path}", *SMALL, *QUICK, "trainer.learning_rate=1e30",
             "trainer.warmup_steps=0", "trainer.ema_decay=0"]
        )  # fmt: skip


@pytest.mark.parametrize("loaders", [0, 1])
def test_a_damaged_picture_is_named_wherever_it_is_read(rendered, tmp_path, loaders):
    root = write_coco(tmp_path / "data", [annotation(0, 0)], images=4)
    broken = root / "images" / "000" / "000000002.jpg"
    broken.write_bytes(broken.read_bytes()[:400])
    arguments = [
        f"data.root={root}", "data.held_out=0", f"out={tmp_path / 'run'}", *SMALL, *QUICK,
        f"trainer.loaders={loaders}",
    ]  # fmt: skip
    with pytest.raises(UserError) as caught:
        pretrain.main(arguments)
    assert str(caught.value).startswith(str(broken))
    assert "Traceback" not in str(caught.value)


def test_a_bad_label_stops_the_command_or_is_left_out_where_that_is_asked_for(pretrained, real, tmp_path):
    root = write_kitti(tmp_path / "kitti", {"000001": [CAR], "000002": [CAR.rpartition(" ")[0]]})
    arguments = [f"checkpoint={pretrained / 'best.ckpt'}", f"kitti.root={root}", "split=all", "latency=false"]
    with pytest.raises(UserError, match=r"000002.txt:1"):
        evaluate.main([*arguments, f"out={tmp_path / 'a'}"])
    with pytest.warns(UserWarning, match=r"left out: .*000002.txt:1"):
        evaluate.main([*arguments, f"out={tmp_path / 'b'}", "on_error=skip"])
    assert json.loads((tmp_path / "b" / "figures.json").read_text())["images"] == 1


def test_a_share_that_leaves_no_drive_to_choose_by_is_refused(real, tmp_path):
    with pytest.raises(UserError, match=r"selection=0.01 leaves 12 pictures to train on and 0 to choose"):
        finetune.main([f"kitti.root={real}", "split=all", "selection=0.01", f"out={tmp_path / 'x'}"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give either checkpoint=FILE of a run or detections=FOLDER_OR_JSON"),
        (["checkpoint=none.ckpt"], "kitti.root is not set"),
        (["checkpoint=none.ckpt", "kitti.root=/nowhere"], "/nowhere"),
    ],
)
def test_what_is_missing_is_said(arguments, told):
    with pytest.raises(UserError, match=told):
        evaluate.main(arguments)


@pytest.mark.parametrize("command", ["pretrain", "finetune", "evaluate"])
def test_help_is_given_by_each_command_as_a_script(command):
    done = _script(command, "--help")
    assert done.returncode == 0
    assert f"python training/{command}.py" in done.stdout
    assert "kitti.root" in done.stdout


def test_a_users_mistake_ends_in_one_message_and_exit_code_2(tmp_path):
    done = _script("pretrain", f"data.root={tmp_path / 'none'}")
    assert done.returncode == 2
    assert done.stderr.startswith("error: data.root=")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("torchrun", [False, True])
def test_two_processes_share_the_batches_and_one_tells(rendered, tmp_path, torchrun):
    given = [f"data.root={rendered}", "data.held_out=0.3", f"out={tmp_path}", *SMALL, *QUICK]
    done = _torchrun("pretrain", *given) if torchrun else _script("pretrain", *given, "trainer.devices=2")
    assert done.returncode == 0, done.stderr
    train, _ = synthetic(SyntheticConfig(root=str(rendered), held_out=0.3, limit=None), seed=0)
    steps = torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"]
    assert steps == 2 * -(-len(train) // 4)  # 2 epochs, 2 × 2 pictures at a time
    assert [done.stdout.count(word) for word in ("backbone:", "train:", "report:", "checkpoint:")] == [1] * 4
    assert "error" not in done.stderr and "Traceback" not in done.stderr
    assert len(list(tmp_path.glob("csv/*"))) == len(list(tmp_path.glob("tensorboard/events*"))) == 1


@pytest.mark.slow
def test_a_mistake_that_all_processes_make_is_said_once(rendered, tmp_path):
    done = _torchrun("pretrain", f"data.root={tmp_path / 'none'}", "render=true")
    assert done.returncode == 1  # torchrun's own
    assert done.stderr.count("error: data.root=") == 1
    assert "Render it first:" in done.stderr
    done = _torchrun(
        "pretrain", f"data.root={rendered}", f"out={tmp_path}", *SMALL, *QUICK, "trainer.devices=3"
    )
    assert done.stderr.count("error: trainer.devices=3, but torchrun has started 2 processes here") == 1


@pytest.mark.slow
@pytest.mark.parametrize("rank", [0, 1])
def test_a_mistake_of_one_process_is_said_once_and_ends_the_others(tmp_path, rank):
    root = write_coco(tmp_path / "data", [annotation(0, 0)], images=4)
    (first, *_), *_ = MixedBatches([4], 2, rank=rank, world_size=2)
    broken = root / "images" / "000" / f"{first.place:09d}.jpg"
    broken.write_bytes(broken.read_bytes()[:-300] + bytes(298) + b"\xff\xd9")  # whole at first sight
    broken.write_bytes(broken.read_bytes().replace(b"\xff\xda", b"\xff\xd9"))
    done = _script(
        "pretrain", f"data.root={root}", "data.held_out=0", f"out={tmp_path / 'run'}", *SMALL, *QUICK,
        "trainer.devices=2",
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.count(f"error: {broken}") == done.stderr.count("error: ") == 1
    assert "Traceback" not in done.stderr


def _script(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "training" / f"{command}.py", *arguments], capture_output=True, text=True
    )


def _torchrun(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In two processes."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    return subprocess.run(
        [*torchrun, ROOT / "training" / f"{command}.py", *arguments], capture_output=True, text=True
    )
