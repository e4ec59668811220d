"""A disk that fills at any moment, and folders that must not be written: one message, and nothing is lost."""

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drill import TIMES, contents
from test_job import tries

from scenegen.dataset.store import FrameStore

PAGE = 4096  # bytes: a block of a tmpfs
ROOMY = "remount,size=64M,nr_inodes=9999"

Mount = Callable[..., None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """mount(8), where it is allowed; unmounted afterwards."""
    mounted: list[str] = []

    def mount(*arguments: str | Path) -> None:
        if not shutil.which("mount"):
            pytest.skip("no mount here")
        done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
        mounted.append(str(arguments[-1]))

    yield mount
    for place in reversed(list(dict.fromkeys(mounted))):
        subprocess.run(["umount", "--lazy", place], check=True)


def needs(root: Path) -> dict[str, int]:
    """What a dataset takes of a tmpfs at least, by the names of its limits."""
    files = [root / name for name in contents(root)]
    folders = {parent for file in files for parent in file.relative_to(root).parents}
    pages = sum(-(-file.stat().st_size // PAGE) for file in files)
    return {"nr_blocks": pages, "nr_inodes": len(files) + len(folders)}


@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("limit", ["nr_blocks", "nr_inodes"])
def test_a_disk_that_fills(drill, out, tmp_path, mount, blows, limit, number):
    share = (number + random.Random(f"{limit} {number}").random()) / TIMES
    out.mkdir()
    room = max(1, int(share * needs(drill.folder)[limit]))  # 0 would be no limit
    mount("-t", "tmpfs", "-o", f"{limit}={room}", "tmpfs", out)
    done = drill.run(out, NOTES=str(tmp_path))
    assert done.returncode == 1
    told = re.search(
        rf"(?m)^error: cannot write {out}/?(\S*): No space left on device\. .* free some", done.stderr
    )
    assert told, done.stderr
    assert not (tmp_path / "tries").exists() or len(set(tries(tmp_path))) == len(tries(tmp_path))
    blows[f"full disk ({limit})", told[1].partition("/")[0]] += 1
    mount("-o", ROOMY, out)
    drill.check_sound(out, NOTES=str(tmp_path))


@pytest.mark.parametrize("folder", ["", "logs", "images", "annotations"])
def test_a_folder_that_is_read_only(drill, out, tmp_path, mount, folder):
    shutil.copytree(drill.folder, out)
    FrameStore(out).record_path(5).unlink()
    (out / "specs" / "000.jsonl.zst").unlink()
    if folder:
        (out / folder / ".left.1.tmp").touch()
    mount("--bind", out / folder, out / folder)
    mount("-o", "remount,bind,ro", out / folder)
    done = drill.run(out, NOTES=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: cannot write {out / folder}")
    assert "Read-only file system. The disk is read-only: make it writable" in done.stderr
    mount("-o", "remount,bind,rw", out / folder)
    drill.check_sound(out, NOTES=str(tmp_path))
