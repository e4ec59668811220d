"""Reading what a run's logger wrote, whole or torn."""

from pathlib import Path

import pytest

from conf.errors import UserError
from training.report.history import read_history


def run(folder: Path, *starts: str | bytes) -> Path:
    for number, text in enumerate(starts):
        path = folder / f"csv/version_{number}/metrics.csv"
        path.parent.mkdir(parents=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_columns_become_series(tmp_path: Path) -> None:
    text = "epoch,real/ap,step,train/loss\n0,,9,3.5\n0,,19,2.5\n0,0.25,19,\n"
    history = read_history(run(tmp_path, text))
    assert sorted(history) == ["real/ap", "train/loss"]
    assert history["train/loss"].steps.tolist() == [9, 19]
    assert history["train/loss"].values.tolist() == [3.5, 2.5]
    assert history["real/ap"].values.tolist() == [0.25]


def test_a_resumed_run_goes_on_where_it_was_taken_up(tmp_path: Path) -> None:
    starts = ["step,train/loss\n9,3\n19,2\n29,7\n", "step,train/loss,lr-SGD\n19,2.5,\n29,1.5,0.1\n"]
    history = read_history(run(tmp_path, *starts))
    assert history["train/loss"].steps.tolist() == [9, 19, 29]
    assert history["train/loss"].values.tolist() == [3, 2.5, 1.5]
    assert history["lr-SGD"].values.tolist() == [0.1]


def test_the_eleventh_start_is_the_last(tmp_path: Path) -> None:
    loss = read_history(run(tmp_path, *(f"step,train/loss\n9,{number}\n" for number in range(11))))
    assert loss["train/loss"].values.tolist() == [10]


def test_torn_rows_are_passed_over(tmp_path: Path) -> None:
    history = read_history(run(tmp_path, "step,train/loss\n9,3\n,5\n19,nan\nx,1\n29,1,8,8\n39"))
    assert history["train/loss"].steps.tolist() == [9, 29]


def test_a_run_without_log_has_no_history(tmp_path: Path) -> None:
    assert read_history(tmp_path) == {}
    assert read_history(run(tmp_path, "")) == {}


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"metrics\.csv"):
        read_history(run(tmp_path, b"step,\xff\xfe\x00\n"))
