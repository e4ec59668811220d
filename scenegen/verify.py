"""`python -m scenegen.verify DATASET`: is a dataset whole, and does all in it agree? Mends it if asked to."""

import argparse
import filecmp
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conf.errors import RunError, UserError
from conf.exits import exit_code
from conf.reading import NOT_JSON, read_yaml
from scenegen.config import RenderConfig
from scenegen.dataset.checks import Problem, check_frame
from scenegen.dataset.coco import Counts, coco_path, write_coco
from scenegen.dataset.info import config_hash
from scenegen.dataset.specs import shard_path, spec_hashes
from scenegen.dataset.store import FRAMES_PER_FOLDER, FrameStore, image_file
from scenegen.finish import coco_info, licenses
from scenegen.job import repair, wanted
from scenegen.launchers.local import cores
from scenegen.workplace import snapshot

SHOWN = 20  # problems


def main(arguments: Sequence[str]) -> int:
    """The command. Returns its exit code: 1 where something is wrong that was not mended."""
    parser = argparse.ArgumentParser(
        prog="python -m scenegen.verify", description="Check a dataset that scenegen/render.py wrote."
    )
    parser.add_argument("dataset", help="its folder, or the URL of one in an object store")
    parser.add_argument(
        "repair", nargs="?", choices=["repair=true", "repair=false"], default="repair=false",
        help="render again what is wrong or missing, and write anew what is made of the frames",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    config, problems = examine(given.dataset)
    if not problems:
        return 0
    if given.repair == "repair=false":
        return 1
    code = mend(config, problems)
    return code or (1 if examine(given.dataset)[1] else 0)


def examine(dataset: str) -> tuple[RenderConfig, list[Problem]]:
    """Verify a dataset and say what is wrong with it. The problems' paths are relative to its root."""
    with snapshot(dataset) as root:
        config = replace(read_config(root), out=dataset)
        problems = [p._replace(path=p.path.relative_to(root)) for p in verify(root, config)]
        if not problems:
            print(f"{dataset}: {len(FrameStore(root).committed())} frames, nothing wrong")
    tell(dataset, problems)
    return config, problems


def read_config(root: Path) -> RenderConfig:
    """The config of a dataset. Raises UserError where it is none."""
    path = root / "config.yaml"
    if not path.is_file():
        raise UserError(f"there is no {path}; is {root} a dataset's folder?")
    try:
        return msgspec.convert(read_yaml(path), RenderConfig)
    except (UserError, msgspec.ValidationError, RecursionError) as error:
        raise UserError(
            f"{path} is not the config of a dataset of this version: {error}. Where it is "
            "damaged, the render command that made the dataset, given again, writes it anew"
        ) from error


def verify(root: Path, config: RenderConfig) -> list[Problem]:
    """All that is wrong with the frames of a dataset or, where nothing is, with what is made of them."""
    store = FrameStore(root)
    frames = store.committed()
    problems = [*_missing(store, config, frames), *_strays(store, frames)]
    shards = [list(shard) for _, shard in groupby(frames, lambda frame: frame // FRAMES_PER_FOLDER)]
    with ProcessPoolExecutor(max(1, min(cores(), len(shards)))) as pool:
        for found in pool.map(check_shard, *zip(*((root, config, shard) for shard in shards), strict=True)):
            problems += found
    if not problems:  # else these cannot agree with the frames
        problems += _merged(store, config, frames)
    return problems


def check_shard(root: Path, config: RenderConfig, frames: Sequence[int]) -> list[Problem]:
    """What is wrong with some frames whose specs are in one file, and with that file."""
    problems = [problem for frame in frames for problem in check_frame(root, config, frame)]
    damaged = {problem.frame for problem in problems}
    path = shard_path(root, frames[0])
    try:
        specs = dict(spec_hashes(path))
    except RunError as error:
        return [*problems, Problem(path, str(error))]
    store = FrameStore(root)
    for frame in (frame for frame in frames if frame not in damaged):
        if frame not in specs:
            problems.append(Problem(path, f"lacks the spec of frame {frame}"))
        elif specs[frame] != store.read(frame).spec_sha256:
            problems.append(Problem(path, f"has another spec of frame {frame} than its record", frame))
    return problems


def _missing(store: FrameStore, config: RenderConfig, frames: Sequence[int]) -> Iterator[Problem]:
    """Frames that the last command asked for."""
    there = set(frames)
    for frame in wanted(config):
        if frame not in there:
            yield Problem(store.record_path(frame), "is missing: the frame was not rendered", frame)


def _strays(store: FrameStore, frames: Sequence[int]) -> Iterator[Problem]:
    """Pictures without a record: of frames whose rendering was ended."""
    there = set(frames)
    for path in sorted((store.root / "images").glob("*/*.jpg")):
        if path.stem.isdigit() and int(path.stem) not in there:
            frame = int(path.stem)
            if path == store.root / image_file("images", frame):
                yield Problem(path, "belongs to no committed frame", frame)


def _merged(store: FrameStore, config: RenderConfig, frames: Sequence[int]) -> Iterator[Problem]:
    """Compare the COCO file with the one that the frames give, and dataset.json."""
    path = coco_path(store.root)
    with tempfile.TemporaryDirectory(prefix="carousel-") as folder:
        again = Path(folder) / path.name
        segmentation = config.annotations.segmentation
        counts = write_coco(store, frames, coco_info(config), licenses(config), segmentation, again)
        if not path.is_file():
            yield Problem(path, "is missing")
        elif not filecmp.cmp(path, again, shallow=False):
            yield Problem(path, "is not what the frames give")
    yield from _info(store.root / "dataset.json", config, frames, counts)


def _info(path: Path, config: RenderConfig, frames: Sequence[int], counts: Counts) -> Iterator[Problem]:
    """Compare dataset.json with the frames and their config."""
    try:
        told = msgspec.json.decode(path.read_bytes(), type=_Info)
    except (OSError, *NOT_JSON) as error:
        yield Problem(path, f"cannot be read: {error}")
        return
    if told.config_sha256 != config_hash(config):
        yield Problem(path, "is of another config than config.yaml")
    if told.counts != counts:
        yield Problem(path, "its counts are not those of the frames")
    if told.failures.keys() & set(frames):
        yield Problem(path, "calls frames failed that are committed")


class _Info(msgspec.Struct):
    """What dataset.json says that can be checked."""

    config_sha256: str
    counts: Counts
    failures: dict[int, str]


def tell(dataset: str, problems: Sequence[Problem]) -> None:
    """Name the problems, the first of many."""
    for problem in problems[:SHOWN]:
        print(f"{dataset.rstrip('/')}/{problem}")
    if len(problems) > SHOWN:
        print(f"… and {len(problems) - SHOWN} more")
    if problems:
        print(
            f"{dataset}: {len(problems)} problems; `python -m scenegen.verify {dataset} repair=true` renders "
            f"{len(_frames(problems))} frames again and writes what is made of them"
        )


def mend(config: RenderConfig, problems: Sequence[Problem]) -> int:
    """Render what is wrong or missing. Returns the exit code of the job."""
    shards = [str(problem.path) for problem in problems if problem.path.parent.name == "specs"]
    return repair(config, _frames(problems), shards)  # lines of a shard that is wrong would stay


def _frames(problems: Sequence[Problem]) -> list[int]:
    """Those to be rendered again."""
    return sorted({problem.frame for problem in problems if problem.frame is not None})


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
