"""Runs with a teacher: what they keep, that they go on after a stop, and how mistakes are answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import yaml
from checkpoints import lively, small_config, write_checkpoint
from written import annotation, write_coco, write_kitti, write_picture

from conf.errors import UserError
from training import finetune, pretrain
from training.loop.module import DetectionModule

CAR = "Car 0.00 0 -1.57 10.00 8.00 60.00 56.00 1.50 1.60 3.70 3.00 1.70 4.00 -1.20"
QUICK = [
    "trainer.max_epochs=2", "trainer.batch_size=4", "trainer.accelerator=cpu", "trainer.loaders=0",
    "trainer.checkpoint_every=1", "augmentation=off",
]  # fmt: skip
SMALL = [
    "model=ssdlite_mobilenet_v3_small", "model.width_mult=0.25", "model.weights=none",
    "model.input=[64,96]",
]  # fmt: skip


@pytest.fixture(scope="module")
def teacher(tmp_path_factory) -> Path:
    """Another SSDLite, of another input."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("teacher") / "best.ckpt"
    return write_checkpoint(path, lively(small_config(backbone="mobilenet_v2", input=(96, 128))))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> Path:
    cars = [annotation(number, number, bbox=[10.0, 5.0, 60.0, 48.0]) for number in range(8)]
    return write_coco(tmp_path_factory.mktemp("rendered"), cars, images=8)


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("unlabelled")
    for number in range(3):
        write_picture(folder / f"{number}.jpg", level=60 + 50 * number)
    return folder


@pytest.fixture(autouse=True, scope="module")
def no_kitti_around() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KITTI_ROOT", raising=False)
        yield


def taught(rendered: Path, out: Path, *further: str) -> dict[str, torch.Tensor]:
    """The last weights of a pretraining."""
    arguments = [f"data.root={rendered}", "data.held_out=0", f"out={out}", *SMALL, *QUICK, *further]
    assert pretrain.main(arguments) == 0
    return torch.load(out / "last.ckpt", weights_only=True)["state_dict"]


@pytest.fixture(scope="module")
def settings(teacher, unlabelled) -> list[str]:
    return [f"distill.teacher={teacher}", f"distill.unlabelled={unlabelled}", "distill.share=0.5"]


@pytest.fixture(scope="module")
def whole(rendered, settings, tmp_path_factory) -> tuple[Path, dict[str, torch.Tensor]]:
    """A run that is not disturbed: its folder and weights."""
    out = tmp_path_factory.mktemp("whole")
    return out, taught(rendered, out, *settings)


@pytest.fixture(scope="module")
def alone(rendered, tmp_path_factory) -> dict[str, torch.Tensor]:
    """The weights of a run without a teacher."""
    return taught(rendered, tmp_path_factory.mktemp("alone"))


def test_a_run_names_its_teacher_and_keeps_nothing_of_it(whole, alone, teacher):
    out, weights = whole
    assert weights.keys() == alone.keys()
    assert any(not torch.equal(weights[name], alone[name]) for name in alone)
    assert yaml.safe_load((out / "config.yaml").read_text())["distill"]["teacher"] == str(teacher)
    steps = torch.load(out / "last.ckpt", weights_only=True)["global_step"]
    assert steps == 2 * 4  # an epoch is still all 8 labelled pictures, half of each batch of 4


def test_without_weight_a_run_is_the_one_without_a_teacher(alone, teacher, rendered, tmp_path):
    weighed = taught(rendered, tmp_path, f"distill.teacher={teacher}", "distill.weight=0")
    assert all(torch.equal(weighed[name], alone[name]) for name in alone)


def test_a_killed_run_goes_on_with_its_teacher_as_if_nothing_had_been(
    whole, rendered, settings, tmp_path, monkeypatch
):
    class Killed(Exception):
        pass

    def kill(module: DetectionModule, *_: object) -> None:
        if module.global_step == 3:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(DetectionModule, "on_train_batch_end", kill)
        with pytest.raises(Killed):
            taught(rendered, tmp_path, *settings)
    resumed = taught(rendered, tmp_path, *settings)
    assert all(torch.equal(resumed[name], value) for name, value in whole[1].items())


def test_a_run_does_not_go_on_with_another_teacher(whole, rendered, settings, teacher, tmp_path):
    other = tmp_path / "other.ckpt"
    other.write_bytes(teacher.read_bytes())
    with pytest.raises(UserError, match=r"distill.teacher is .*best.ckpt there and .*other.ckpt here"):
        taught(rendered, whole[0], *settings[1:], f"distill.teacher={other}")


def test_finetuning_mixes_all_three_kinds_of_pictures(teacher, rendered, settings, tmp_path, capsys):
    real = write_kitti(tmp_path / "real", {f"{number:06d}": [CAR] for number in range(6)})
    out = tmp_path / "run"
    finetune.main(
        [f"kitti.root={real}", "split=all", "selection=0", "replay.share=0.5", f"replay.root={rendered}",
         f"out={out}", *SMALL, *QUICK, *settings]
    )  # fmt: skip
    assert "unlabelled: 3 pictures\n" in capsys.readouterr().out
    steps = torch.load(out / "last.ckpt", weights_only=True)["global_step"]
    assert steps == 2 * 6  # a quarter of each batch of 4 is real


@pytest.mark.parametrize("main", [pretrain.main, finetune.main])
def test_mistakes_are_answered_before_anything_is_done(main, teacher, tmp_path):
    with pytest.raises(UserError, match=r"distill.teacher=none.ckpt: there is no such file"):
        main(["distill.teacher=none.ckpt"])
    with pytest.raises(UserError, match=r"unlabelled=pictures needs a teacher"):
        main(["distill.unlabelled=pictures"])
    with pytest.raises(UserError, match=r"distill.share"):
        main([f"distill.teacher={teacher}", "distill.share=1"])


@pytest.mark.parametrize(
    ("further", "told"),
    [
        ([*SMALL, "distill.unlabelled=nowhere"], r"nowhere: no picture in this folder"),
        ([*SMALL, "distill.unlabelled=.", "distill.share=0"], r"distill.share is 0"),
        (["model=faster_rcnn_c4_mobilenet_v3_small", *SMALL[1:]], r"a student is an ssd or ssdlite"),
    ],
)
def test_what_cannot_be_taught_leaves_no_folder(further, told, teacher, rendered, tmp_path):
    out = tmp_path / "run"
    given = [f"data.root={rendered}", "data.held_out=0", f"out={out}", f"distill.teacher={teacher}"]
    with pytest.raises(UserError, match=told):
        pretrain.main([*given, *further])
    assert not out.exists()
