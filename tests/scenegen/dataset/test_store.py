"""FrameStore: a frame is committed as a whole or not at all, whatever happens while it is written."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from frames import annotation, record, rectangle

from conf.errors import RunError
from scenegen.dataset import files as files_module
from scenegen.dataset.files import atomic_file, write_atomic
from scenegen.dataset.store import FrameStore, frame_name


def everything_in(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("frame", "name"),
    [(0, "000/000000000"), (999, "000/000000999"), (1000, "001/000001000"), (1234567, "1234/001234567")],
)
def test_a_thousand_frames_to_a_folder(frame, name):
    assert frame_name(frame) == name


def test_a_committed_frame_reads_back(tmp_path):
    store = FrameStore(tmp_path)
    frame = record(1005, annotation(rectangle(3, 4, 50, 20)), annotation(track_id=1))
    store.commit(frame, {"images/001/000001005.jpg": b"picture"})
    assert store.read(1005) == frame
    assert (tmp_path / "images/001/000001005.jpg").read_bytes() == b"picture"
    assert everything_in(tmp_path) == ["frames/001/000001005.json", "images/001/000001005.jpg"]


def test_committed_lists_frames_alone_and_in_order(tmp_path):
    store = FrameStore(tmp_path)
    assert store.committed() == []
    for frame in (1000000, 2000, 7, 999):
        store.commit(record(frame), {})
    for stray in (".000000008.json.77.tmp", "000000009.json~", "8.json", "000001234.json", "notes.txt"):
        (tmp_path / "frames/000" / stray).write_bytes(b"")
    (tmp_path / "frames/.DS_Store").write_bytes(b"")
    assert store.committed() == [7, 999, 2000, 1000000]


def test_a_frame_whose_files_cannot_all_be_written_is_not_committed(tmp_path, monkeypatch):
    store = FrameStore(tmp_path)
    written = []

    def fail_on_third(path, data):
        written.append(path.name)
        if len(written) == 3:
            raise RunError("the disk is full")
        write_atomic(path, data)

    monkeypatch.setattr("scenegen.dataset.store.write_atomic", fail_on_third)
    with pytest.raises(RunError):
        store.commit(record(0), {"images/a.jpg": b"a", "instances/a.png": b"b", "depth/a.png": b"c"})
    assert written == ["a.jpg", "a.png", "a.png"]  # the record's turn never came
    assert store.committed() == []


def test_the_record_is_written_last(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(
        "scenegen.dataset.store.write_atomic", lambda path, data: order.append(path.parts[-3])
    )
    FrameStore(tmp_path).commit(record(0), {"images/000/0.jpg": b"", "depth/000/0.png": b""})
    assert order == ["images", "depth", "frames"]


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "out=FOLDER"),
        (errno.EIO, "same command again"),
    ],
)
def test_a_disk_that_refuses_leaves_what_was_there(tmp_path, monkeypatch, number, advice):
    path = tmp_path / "images/000/000000000.jpg"
    write_atomic(path, b"before")

    def refuse(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files_module.os, "fsync", refuse)
    with pytest.raises(RunError, match=advice) as raised:
        write_atomic(path, b"after")
    assert str(path) in str(raised.value)
    assert path.read_bytes() == b"before"
    assert everything_in(tmp_path) == ["images/000/000000000.jpg"]


def test_a_really_full_disk(tmp_path):
    """The temporary file is led to /dev/full, which refuses every write with ENOSPC."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    path = tmp_path / "000000000.jpg"
    (tmp_path / f".{path.name}.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(RunError, match="disk is full"):
        write_atomic(path, b"x" * 100_000)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_named(tmp_path):
    (tmp_path / "images").write_bytes(b"a file, not a folder")
    with pytest.raises(RunError, match=r"images/000/0\.jpg"):
        FrameStore(tmp_path).commit(record(0), {"images/000/0.jpg": b""})


def test_an_exception_while_streaming_leaves_what_was_there(tmp_path):
    path = tmp_path / "instances.json"
    write_atomic(path, b"before")
    with pytest.raises(KeyboardInterrupt), atomic_file(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"before"
    assert everything_in(tmp_path) == ["instances.json"]


KILLED = """
import os, signal, sys
from scenegen.dataset import store
root = sys.argv[1]
def write(path, data, real=store.write_atomic):
    real(path, data)
    if path.suffix == ".png":
        path.with_name(".000000003.png.1.tmp").write_bytes(b"ha")  # as if the next file were half written
        os.kill(os.getpid(), signal.SIGKILL)
store.write_atomic = write
from frames import record
store.FrameStore(root).commit(record(2), {"images/000/000000002.jpg": b"a"})
store.FrameStore(root).commit(record(3), {"images/000/000000003.jpg": b"a", "depth/000/000000003.png": b"b"})
"""


def test_kill_9_between_files_leaves_no_committed_frame(tmp_path):
    search = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[3])])
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env=os.environ | {"PYTHONPATH": search}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    store = FrameStore(tmp_path)
    assert store.committed() == [2]
    assert store.remove_temporaries() == 1
    assert everything_in(tmp_path) == [
        "depth/000/000000003.png",
        "frames/000/000000002.json",
        "images/000/000000002.jpg",
        "images/000/000000003.jpg",
    ]
    store.commit(record(3), {"images/000/000000003.jpg": b"A", "depth/000/000000003.png": b"B"})
    assert store.committed() == [2, 3]
    assert (tmp_path / "images/000/000000003.jpg").read_bytes() == b"A"


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"frame": "x"}', b"\xff\xfe", b'{"frame": 4, "file_name": "a.jpg"}']
)
def test_a_corrupt_record_is_named(tmp_path, data):
    store = FrameStore(tmp_path)
    write_atomic(store.record_path(4), data)
    with pytest.raises(RunError, match=r"frames/000/000000004.json is not a frame's record"):
        store.read(4)


def test_a_record_under_another_frames_name_is_named(tmp_path):
    store = FrameStore(tmp_path)
    store.commit(record(4), {})
    store.record_path(4).rename(store.record_path(5))
    with pytest.raises(RunError, match="holds the record of frame 4"):
        store.read(5)


def test_a_missing_record_is_named(tmp_path):
    with pytest.raises(RunError, match=r"000000005\.json: No such file"):
        FrameStore(tmp_path).read(5)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"file_name": "../../../etc/passwd"}, "names the picture '../../../etc/passwd', not its own"),
        ({"file_name": "/etc/passwd"}, "names the picture '/etc/passwd', not its own"),
        ({"width": 2**40}, "width"),
        ({"K": [[1e999, 0, 0]]}, "out of range"),
    ],
)
def test_a_record_that_means_harm_is_named(tmp_path, change, told):
    store = FrameStore(tmp_path)
    store.commit(record(0), {})
    path = store.record_path(0)
    text = json.dumps(json.loads(path.read_bytes()) | change).replace("Infinity", "1e999")
    path.write_text(text)
    with pytest.raises(RunError, match=rf"000000000\.json .*{told}"):
        store.read(0)


@pytest.mark.parametrize(
    "rle",
    [
        {"size": [60_000, 60_000], "counts": "0"},  # gigabytes, once decoded
        {"counts": "0o"},  # pycocotools reads on beyond the last character, and writes what it finds
        {"counts": "0\0"},
        {"counts": "é"},
        {"counts": "PPPPPPPP0"},
    ],
)
def test_run_lengths_that_would_break_what_decodes_them_are_named(tmp_path, rle):
    store = FrameStore(tmp_path)
    store.commit(record(0, annotation(rectangle(3, 4, 50, 20))), {})
    path = store.record_path(0)
    content = json.loads(path.read_bytes())
    content["annotations"][0]["segmentation"] |= rle
    path.write_text(json.dumps(content))
    with pytest.raises(RunError, match=r"000000000\.json is not a frame's record"):
        store.read(0)
