"""A job: which frames are still to do, workers to do them, and what follows from the committed ones."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from assets import panoramas
from assets.library import Library, Split
from assets.textures import photos
from conf.errors import UserError
from scenegen.config import AssetsConfig, RenderConfig
from scenegen.dataset.coco import Counts
from scenegen.dataset.info import check_same, write_config
from scenegen.dataset.specs import write_specs
from scenegen.dataset.store import FrameStore, frame_name, record_file
from scenegen.finish import finish, pictures_needed, specs
from scenegen.launchers.local import Outcome, run_local
from scenegen.launchers.ray import run_ray
from scenegen.launchers.slurm import run_slurm
from scenegen.models.library import car_models
from scenegen.progress import Progress, duration
from scenegen.workplace import Workplace, workplace

_FAILURES_SHOWN = 10
_LAUNCHERS = {"local": run_local, "ray": run_ray, "slurm": run_slurm}

Catalogue = Callable[[Path, Split, float], tuple[str, ...]]


def run(config: RenderConfig, command: Sequence[str] | None = None) -> int:
    """Do the job and say what came of it. Returns the exit code: 1 if a frame was given up, else 0.

    command: starts a worker; see `run_local`. Raises UserError or RunError; what is committed stays valid.
    """
    with workplace(config.out) as place, _hint_at_resuming(config, place):
        store = FrameStore(place.root)
        if store.committed() or (place.root / "specs").exists():  # else nothing there is of any config yet
            check_same(place.root, config)
        write_config(place.root, config)
        place.publish()
        if config.specs_only:
            write_specs(place.root, specs(config, _library(config), wanted(config)))
            place.publish()
            print(f"{len(wanted(config))} specs in {config.out}/specs")
            return 0
        return _complete(place, config, missing(config, store), len(wanted(config)), command)


def repair(
    config: RenderConfig, frames: Sequence[int], files: Sequence[str], command: Sequence[str] | None = None
) -> int:
    """Render these frames again, committed or not, and make anew what is made of frames. As `run` else.

    files: relative to the dataset's root; deleted first, since they are damaged. So are the frames' records:
    whatever happens then, the same frames are missing and no longer wrong.
    """
    with workplace(config.out) as place:
        place.discard([*map(record_file, frames), *files])
        return _complete(place, config, frames, len(frames), command)


def _complete(
    place: Workplace, config: RenderConfig, frames: Sequence[int], total: int, command: Sequence[str] | None
) -> int:
    """Render these frames of `total`, make what is made of all that are committed, and say so."""
    library = _library(config)
    outcomes, seconds = _render(config, library, frames, total, command, place.root / "logs")
    place.fetch()
    store = FrameStore(place.root)
    store.remove_temporaries()
    place.fetch(pictures_needed(config, store.committed()))
    counts = finish(place.root, config, library, outcomes)
    place.publish()
    _summarize(config, outcomes, seconds, counts)
    return 1 if any(outcome.error for outcome in outcomes) else 0


def wanted(config: RenderConfig) -> list[int]:
    """The frames that the command asks for, committed or not, in ascending order."""
    if config.only is not None:
        return sorted(set(config.only))
    return list(range(config.start, config.start + config.n))


def missing(config: RenderConfig, store: FrameStore) -> list[int]:
    """The wanted frames that are not committed, or whose .blend is asked for and not there."""
    committed = set(store.committed())
    return [frame for frame in wanted(config) if frame not in committed or _lacks_blend(config, store, frame)]


def _lacks_blend(config: RenderConfig, store: FrameStore, frame: int) -> bool:
    return config.save_blend and not (store.root / "blend" / f"{frame_name(frame)}.blend").exists()


def _library(config: RenderConfig) -> Library:
    """The user's own material that the config names."""
    return Library(
        photos=_listed("textures", config.assets.textures, photos.catalogue, config.assets),
        panoramas=_listed("panoramas", config.assets.panoramas, panoramas.catalogue, config.assets),
        models=car_models(config.assets),
    )


def _listed(key: str, folder: str | None, catalogue: Catalogue, assets: AssetsConfig) -> tuple[str, ...]:
    """What a folder holds of the split asked for; nothing without a folder."""
    if folder is None:
        return ()
    try:
        return catalogue(Path(folder), assets.split, assets.held_out)
    except (ValueError, OSError) as error:
        raise UserError(f"assets.{key}={folder}: {error}") from error


def _render(
    config: RenderConfig,
    library: Library,
    frames: Sequence[int],
    total: int,
    command: Sequence[str] | None,
    logs: Path,
) -> tuple[list[Outcome], float]:
    """Render these frames of `total`. Returns what became of each, and the seconds it took."""
    outcomes: list[Outcome] = []
    with (
        Progress(total, before=total - len(frames)) as progress,
        closing(_LAUNCHERS[config.launcher.name](config, library, frames, command, logs)) as arriving,
    ):
        for outcome in arriving:
            outcomes.append(outcome)
            progress.frame(failed=bool(outcome.error))
    return outcomes, progress.seconds


@contextmanager
def _hint_at_resuming(config: RenderConfig, place: Workplace) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        place.fetch()
        total = len(wanted(config))
        committed = total - len(missing(config, FrameStore(place.root)))
        print(
            f"interrupted: {committed} of {total} frames are committed; the same command resumes",
            file=sys.stderr,
        )
        raise


def _summarize(config: RenderConfig, outcomes: Sequence[Outcome], seconds: float, counts: Counts) -> None:
    failures = [outcome for outcome in outcomes if outcome.error]
    new = len(outcomes) - len(failures)
    pace = f" in {duration(seconds)}, {seconds / new:.2f} s/frame" if new else ""
    print(f"{config.out}: {counts.images} frames ({new} new{pace}), {_tally(counts)}")
    if config.gallery and counts.images:
        print(f"gallery: {config.out.rstrip('/')}/gallery/index.html")
    for failure in failures[:_FAILURES_SHOWN]:
        print(f"frame {failure.frame} failed: {failure.error}", file=sys.stderr)
    if failures:
        print(
            f"{len(failures)} frames failed (see failures in {config.out.rstrip('/')}/dataset.json); "
            "the same command tries them again",
            file=sys.stderr,
        )


def _tally(counts: Counts) -> str:
    cars = counts.categories["car"]
    others = counts.annotations - cars
    return f"{cars} cars" + (f", {others} other road users" if others else "")
