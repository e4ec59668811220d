"""verify finds what is wrong with a dataset, whatever file it is in, and mends it to the same bytes."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from bombs import png
from doubles import COMMAND
from test_job import digests, job

from conf.errors import UserError
from scenegen import verify
from scenegen.dataset.store import FrameStore, image_file

FRAMES = 5
VICTIM = 2


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sound") / "data"
    assert job(out, f"n={FRAMES}", "clip_length=2").returncode == 0
    return out


@pytest.fixture
def dataset(sound, tmp_path, monkeypatch) -> Path:
    """A copy, which repairs render with doubles."""
    monkeypatch.setattr("scenegen.launchers.local.worker_command", lambda: list(COMMAND))
    shutil.copytree(sound, tmp_path / "data")
    return tmp_path / "data"


def change_record(root: Path, change) -> None:
    path = FrameStore(root).record_path(VICTIM)
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content))


def user(content: dict) -> dict:
    return content["annotations"][0]


def shifted(root: Path) -> None:
    """A mask one pixel off, all else as it was."""
    store = FrameStore(root)
    rle = store.read(VICTIM + 1).annotations[0].segmentation
    change_record(root, lambda content: user(content).update(segmentation=msgspec.to_builtins(rle)))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def record(root: Path) -> Path:
    return FrameStore(root).record_path(VICTIM)


def picture(root: Path, folder: str = "images") -> Path:
    return root / image_file(folder, VICTIM)


SABOTAGE = {
    "a record cut short": lambda root: truncate(record(root)),
    "a record of another frame": lambda root: shutil.copy(FrameStore(root).record_path(1), record(root)),
    "a lost record": lambda root: record(root).unlink(),
    "a picture cut short": lambda root: truncate(picture(root)),
    "a lost picture": lambda root: picture(root).unlink(),
    "a picture of another frame": lambda root: shutil.copy(root / image_file("images", 1), picture(root)),
    "no picture": lambda root: picture(root).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64)),
    "a bomb": lambda root: picture(root).write_bytes(png(60_000, 60_000)),
    "an id picture cut short": lambda root: truncate(picture(root, "instances")),
    "another size": lambda root: change_record(root, lambda content: content.update(width=65)),
    "another clip": lambda root: change_record(root, lambda content: content.update(video_id=7)),
    "a wrong area": lambda root: change_record(root, lambda content: user(content).update(area=3)),
    "a wrong box": lambda root: change_record(root, lambda c: user(c).update(bbox_visible=[0, 0, 9, 9])),
    "a box outside": lambda root: change_record(root, lambda c: user(c).update(bbox=[60, 4, 30, 9])),
    "a visibility above 1": lambda root: change_record(root, lambda c: user(c).update(visibility=1.5)),
    "a wrong level": lambda root: change_record(root, lambda c: user(c).update(occlusion_level=2)),
    "a wrong reason": lambda root: change_record(root, lambda c: user(c).update(ignore_reason="height")),
    "a crowd": lambda root: change_record(root, lambda c: user(c).update(iscrowd=1)),
    "a category": lambda root: change_record(root, lambda c: user(c).update(category_id=9)),
    "run lengths": lambda root: change_record(root, lambda c: user(c)["segmentation"].update(counts="xx~")),
    "another mask": shifted,
    "twice one track": lambda root: change_record(root, lambda c: c["annotations"].append(user(c))),
    "a checksum": lambda root: change_record(root, lambda c: c["sha256"].update(images="0" * 64)),
    "another spec": lambda root: change_record(root, lambda content: content.update(spec_sha256="0" * 64)),
    "specs cut short": lambda root: truncate(root / "specs" / "000.jsonl.zst"),
    "lost specs": lambda root: (root / "specs" / "000.jsonl.zst").unlink(),
    "COCO cut short": lambda root: truncate(root / "annotations" / "instances.json"),
    "lost COCO": lambda root: (root / "annotations" / "instances.json").unlink(),
    "another COCO": lambda root: (root / "annotations" / "instances.json").write_text("{}"),
    "lost counts": lambda root: (root / "dataset.json").unlink(),
    "other counts": lambda root: (root / "dataset.json").write_bytes(
        (root / "dataset.json").read_bytes().replace(b'"images": 5', b'"images": 6')
    ),
}


def test_a_sound_dataset_passes(sound, capsys):
    assert verify.main([str(sound)]) == 0
    assert "5 frames, nothing wrong" in capsys.readouterr().out


@pytest.mark.parametrize("kind", SABOTAGE)
def test_what_is_wrong_is_found_and_mended_to_the_same_bytes(dataset, sound, kind, capsys):
    SABOTAGE[kind](dataset)
    before = digests(dataset)
    assert verify.main([str(dataset)]) == 1, "it was not found"
    assert digests(dataset) == before, "looking changes nothing"
    assert verify.main([str(dataset), "repair=true"]) == 0, capsys.readouterr().out
    assert digests(dataset) == digests(sound)
    for name in ("annotations/instances.json", "specs/000.jsonl.zst", "config.yaml"):
        mended, whole = (root / name for root in (dataset, sound))
        if name != "config.yaml":
            assert mended.read_bytes() == whole.read_bytes()


def test_a_picture_of_a_frame_that_was_never_committed(dataset, sound):
    shutil.copy(dataset / image_file("images", 1), dataset / image_file("images", 77))
    problems = verify.verify(dataset, verify.read_config(dataset))
    assert [problem.frame for problem in problems] == [77]
    assert verify.main([str(dataset), "repair=true"]) == 0
    assert digests(sound).items() <= digests(dataset).items()
    assert 77 in FrameStore(dataset).committed()


@pytest.mark.parametrize("content", [None, "n: [", "n: 3"])
def test_a_folder_that_is_no_dataset(tmp_path, content):
    if content is not None:
        (tmp_path / "config.yaml").write_text(content)
    with pytest.raises(UserError, match=r"config\.yaml"):
        verify.main([str(tmp_path)])
