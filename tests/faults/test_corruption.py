"""Files damaged by hand: what the same command says or mends; `verify repair=true` mends the rest."""

import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles import COMMAND
from drill import TIMES, Drill
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from test_job import composed

from conf.errors import RunError, UserError
from scenegen import job as jobs
from scenegen import verify

RECORD, PICTURE, IDS = "frames/000/000000002.json", "images/000/000000002.jpg", "instances/000/000000002.png"
SPECS, COCO = "specs/000.jsonl.zst", "annotations/instances.json"

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda data: data[: len(data) // 2],
    "zeros": lambda data: bytes(len(data)),
    "garbage": lambda data: random.Random(0).randbytes(len(data)),
}
SAYS = {  # file → what the same command says to it, and nothing where it mends or does not look at it
    RECORD: "{path} is not a frame's record: .* Delete it and give the same command again",
    PICTURE: "{path}: the picture cannot be read .* `python -m scenegen.verify DATASET repair=true`",
    IDS: "",
    SPECS: "",
    COCO: "",
    "dataset.json": "",
    "config.yaml": "",
}
NOT_LOOKED_AT = {IDS}


@pytest.fixture
def dataset(drill, out) -> Path:
    """A copy of the undisturbed one."""
    shutil.copytree(drill.folder, out)
    return out


@pytest.fixture(autouse=True)
def doubles(monkeypatch) -> None:
    """Repairs render with doubles as well."""
    monkeypatch.setattr("scenegen.launchers.local.worker_command", lambda: list(COMMAND))


def again(drill: Drill, out: Path) -> int:
    """The same command, in this process. Raises UserError or RunError."""
    return jobs.run(replace(composed(drill.overrides), out=str(out)), COMMAND)


def check_mended(drill: Drill, out: Path) -> None:
    """verify mends what there is to mend, and the same command what verify does not look at."""
    assert verify.main([str(out), "repair=true"]) == 0
    assert again(drill, out) == 0
    drill.check_whole(out)


@pytest.mark.parametrize("damage", ["cut short", "zeros"])
@pytest.mark.parametrize("name", SAYS)
def test_a_damaged_file(drill, dataset, name, damage):
    path = dataset / name
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    if SAYS[name]:
        with pytest.raises(RunError, match=SAYS[name].format(path=path)):
            again(drill, dataset)
    else:
        assert again(drill, dataset) == 0
    if SAYS[name] or name in NOT_LOOKED_AT:
        check_mended(drill, dataset)
    else:
        drill.check_whole(dataset)


def test_a_byte_changed_in_a_picture(drill, dataset):
    data = bytearray((dataset / PICTURE).read_bytes())
    data[-9] ^= 1
    (dataset / PICTURE).write_bytes(data)
    assert [problem.frame for problem in verify.verify(dataset, verify.read_config(dataset))] == [2]
    check_mended(drill, dataset)


def test_a_record_of_another_frame(drill, dataset):
    shutil.copy(dataset / "frames/000/000000003.json", dataset / RECORD)
    with pytest.raises(RunError, match=rf"{dataset / RECORD} holds the record of frame 3\. Delete it"):
        again(drill, dataset)
    check_mended(drill, dataset)


def test_what_killed_writers_leave(drill, dataset):
    """Half a picture and half a record beside the whole ones, a picture without a record, half a gallery."""
    for name in (RECORD, PICTURE, SPECS, COCO, "config.yaml"):
        path = dataset / name
        path.with_name(f".{path.name}.12345.tmp").write_bytes(path.read_bytes()[:50])
    (dataset / RECORD).unlink()
    (dataset / ".gallery.tmp" / "data").mkdir(parents=True)
    shutil.rmtree(dataset / "gallery")
    assert again(drill, dataset) == 0
    drill.check_whole(dataset)


def test_config_yaml_damaged_before_there_was_a_dataset_json(drill, dataset):
    """Nothing tells whose the frames are: they stay until the user says so."""
    (dataset / "dataset.json").unlink()
    path = dataset / "config.yaml"
    path.write_bytes(b"\0" * 99)
    with pytest.raises(UserError, match=rf"(?s){path} is not YAML: .* delete that file"):
        again(drill, dataset)
    with pytest.raises(UserError, match=rf"(?s){path} is not the config .* writes it anew"):
        verify.main([str(dataset)])
    (dataset / "config.yaml").unlink()
    assert again(drill, dataset) == 0
    drill.check_whole(dataset)


@settings(max_examples=3 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_file_damaged_in_any_way(drill, data):
    """But config.yaml, which repairs are made by."""
    name = data.draw(st.sampled_from(sorted(drill.files.keys() - {"config.yaml"})), label="file")
    way = data.draw(st.sampled_from(["lost", "cut at", *DAMAGE]), label="way")
    whole = (drill.folder / name).read_bytes()
    with tempfile.TemporaryDirectory() as parent:
        out = Path(parent) / "data"
        shutil.copytree(drill.folder, out)
        if way == "lost":
            (out / name).unlink()
        elif way == "cut at":
            (out / name).write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1), label="byte")])
        else:
            (out / name).write_bytes(DAMAGE[way](whole))
        check_mended(drill, out)


@settings(max_examples=3 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_config_yaml_cut_at_any_byte(drill, data):
    whole = (drill.folder / "config.yaml").read_bytes()
    at = data.draw(st.integers(0, whole.index(b"held_out:")), label="byte")
    with tempfile.TemporaryDirectory() as parent:
        out = Path(parent) / "data"
        shutil.copytree(drill.folder, out)
        (out / "config.yaml").write_bytes(whole[:at])
        assert again(drill, out) == 0
        drill.check_whole(out)
