"""The ablation command from the user's side, on miniature pictures."""

import csv
from pathlib import Path

import pytest
from written import annotation, write_coco, write_kitti, write_text

from conf.errors import UserError
from training import ablate

CAR = "Car 0.00 0 -1.57 10.00 8.00 60.00 56.00 1.50 1.60 3.70 3.00 1.70 4.00 -1.20"
SMALL = [
    "study=quick", "model.width_mult=0.25", "model.weights=none", "model.input=[64,128]", "finetune=none",
    "pretrain.trainer.max_epochs=1", "pretrain.trainer.batch_size=2", "pretrain.trainer.accelerator=cpu",
    "pretrain.trainer.loaders=0", "evaluate.accelerator=cpu", "seeds=[0]",
]  # fmt: skip


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """KITTI's ids of two splits, and a folder to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KITTI_ROOT", raising=False)
    kitti = write_kitti(tmp_path / "kitti", {f"{number:06d}": [CAR] for number in range(12)})
    write_text(tmp_path / "train.txt", *(f"{number:06d}" for number in (0, 2, 3, 4)))
    write_text(tmp_path / "test.txt", *(f"{number:06d}" for number in (6, 7, 8, 9, 10)))
    return [f"kitti.root={kitti}", "train=train.txt", "test=test.txt"]


@pytest.mark.slow
def test_arms_are_trained_measured_and_reported_and_one_that_fails_stops_no_other(given, tmp_path, capsys):
    cars = [annotation(number, number, bbox=[10.0, 5.0, 60.0, 48.0]) for number in range(8)]
    write_coco(tmp_path / "rendered", cars, images=8)
    write_text(tmp_path / "broken" / "Scene01" / "clone" / "bbox.txt", "no table")
    arguments = [*given, *SMALL, "arms=[full,no_augmentation,vkitti]", "vkitti=broken"]
    assert ablate.main([*arguments, "pretrain.data.root=rendered"]) == 1
    told = capsys.readouterr().out
    assert "synthetic: no augmentation: " in told
    assert "missing: pretrain vkitti, synthetic, seed 0: error: " in told
    report = tmp_path / "studies" / "quick" / "report"
    assert {"index.html", "report.md", "trials.csv"} <= {path.name for path in report.iterdir()}
    with (report / "trials.csv").open() as file:
        assert {row["arm"] for row in csv.DictReader(file)} == {"full", "no_augmentation"}
    done = {path: path.stat().st_mtime_ns for path in (tmp_path / "studies" / "steps").rglob("done.json")}
    assert len(done) == 4

    again = [argument for argument in arguments if not argument.startswith(("arms", "vkitti"))]
    assert ablate.main([*again, "arms=[full,no_augmentation]", "pretrain.data.root=rendered"]) == 0
    assert "4 of 4 steps are done already" in capsys.readouterr().out
    assert done == {
        path: path.stat().st_mtime_ns for path in (tmp_path / "studies" / "steps").rglob("done.json")
    }


def test_a_dry_run_tells_the_plan_and_writes_nothing(given, tmp_path, capsys):
    before = sorted(tmp_path.rglob("*"))
    assert ablate.main([*given, *SMALL, "arms=[full,no_texture]", "dry_run=true"]) == 0
    told = capsys.readouterr().out
    assert "2 arms" in told
    assert "render       2 steps, none done" in told
    assert "render no_texture: " in told and "pretrain full, synthetic, seed 0: " in told
    assert "to do: about" in told and "GB" in told
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("test=train.txt", r"train=train.txt and test=train.txt share "),
        ("test=none.txt", r"split=none.txt: neither train, val or all, nor a text file"),
        ("kitti.root=/nowhere", r"/nowhere"),
        ("n=0", r"n=0: .*1"),
        ("study=quik", r"study=quik: no such study \(did you mean quick\?\)"),
        ("pretrain.nothing=1", r"pretrain of full, synthetic, seed 0: nothing: no such key"),
        ("study.seeds=[3]", r"study.seeds=\[3\]: a study is a file of conf/study; arms, seeds, n"),
    ],
)
def test_a_wrong_command_is_refused_before_anything_is_written(given, argument, told, tmp_path):
    key = argument.partition("=")[0]
    kept = [each for each in [*given, *SMALL, "arms=[full]"] if each.partition("=")[0] != key]
    with pytest.raises(UserError, match=told):
        ablate.main([*kept, argument])
    assert not (tmp_path / "studies").exists()


def test_without_kitti_it_says_where_to_name_it(given):
    with pytest.raises(UserError, match=r"kitti.root is not set"):
        ablate.main(["study=quick"])


def test_help_tells_studies_and_keys(capsys):
    assert ablate.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert "study=NAME" in told and "real_images" in told and "dry_run=false" in told
