"""What is made of the committed frames at the end of a job: specs, COCO, exports, dataset.json, gallery."""

import importlib.metadata
import logging
import platform
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec

from assets.library import Library
from conf.errors import RunError
from conf.reading import NOT_JSON
from randomizers.spec import SceneSpec
from scenegen.config import RenderConfig
from scenegen.dataset.coco import Counts, write_coco
from scenegen.dataset.info import config_hash, write_info
from scenegen.dataset.kitti import export_kitti
from scenegen.dataset.specs import shard_path, spec_hashes, spec_sha256, write_specs
from scenegen.dataset.store import FRAMES_PER_FOLDER, FrameStore, image_file
from scenegen.dataset.webdataset import export_webdataset
from scenegen.dataset.yolo import export_yolo
from scenegen.gallery.build import build_gallery
from scenegen.gallery.contact_sheet import pick_frames
from scenegen.launchers.local import Outcome
from scenegen.models.used import used_models
from scenegen.sampling import sample_frame

log = logging.getLogger(__name__)

_CHECKED_EVERY = 100  # of the frames whose specs are written already


def finish(root: Path, config: RenderConfig, library: Library, outcomes: Sequence[Outcome]) -> Counts:
    """Bring all that is derived from frames/ in the folder `root` up to date with the frames committed there.

    outcomes: of this run's frames. The files of `pictures_needed` must be there.
    Raises RunError where a record is of another spec than config, seed and index give, or the disk refuses.
    """
    store = FrameStore(root)
    frames = store.committed()
    write_specs(store.root, _new_specs(config, library, store, frames))
    counts = write_coco(store, frames, coco_info(config), licenses(config), config.annotations.segmentation)
    exports = {
        "kitti": export_kitti,
        "yolo": export_yolo,
        "webdataset": partial(export_webdataset, segmentation=config.annotations.segmentation),
    }
    for name in config.export:
        exports[name](store, frames)
    before = _Info.read(store.root)
    failures = before.failures | {outcome.frame: _reason(outcome) for outcome in outcomes if outcome.error}
    for frame in failures.keys() & set(frames):  # failed once, committed since
        del failures[frame]
    models = used_models(store, frames, library.models)
    versions = _versions(before, store, frames)
    write_info(store.root, config, counts, failures, versions, licenses(config), models)
    if config.gallery and frames:
        build_gallery(store.root)
    return counts


def pictures_needed(config: RenderConfig, frames: Sequence[int]) -> list[str]:
    """The frames' files, relative to the root, that are looked into when what is made of frames is made."""
    if "webdataset" in config.export:
        folders = ["images" if output == "rgb" else output for output in config.outputs]
        return [image_file(folder, frame) for frame in frames for folder in folders]
    return [image_file("images", frame) for frame in pick_frames(frames)] if config.gallery else []


def specs(config: RenderConfig, library: Library, frames: Iterable[int]) -> Iterator[SceneSpec]:
    """The SceneSpecs of some of the job's frames, without rendering them."""
    for frame in frames:
        yield sample_frame(config, library, frame)


def _new_specs(
    config: RenderConfig, library: Library, store: FrameStore, frames: Sequence[int]
) -> Iterator[SceneSpec]:
    """The committed frames' specs that are not written yet; some of the others are drawn again, as a check.

    Drawing a spec takes milliseconds, which over a million frames is more than an hour.
    """
    for shard, members in groupby(frames, key=lambda frame: frame // FRAMES_PER_FOLDER):
        path = shard_path(store.root, shard * FRAMES_PER_FOLDER)
        written = _written(path)
        for frame in members:
            recorded = store.read(frame).spec_sha256
            new = written.get(frame) != recorded
            if new or frame % _CHECKED_EVERY == 0:
                spec = _checked(sample_frame(config, library, frame), recorded, store)
                if new:
                    yield spec


def _written(path: Path) -> dict[int, str]:
    """Frame → `spec_sha256` of a file of specs. A damaged one is deleted: frames give all that it held."""
    try:
        return dict(spec_hashes(path))
    except RunError as error:
        log.warning("warning: %s It is written anew.", error)
        path.unlink()
        return {}


def _checked(spec: SceneSpec, recorded: str, store: FrameStore) -> SceneSpec:
    if spec_sha256(spec) != recorded:
        raise RunError(
            f"frame {spec.frame} in {store.root} is of another spec than config and seed give now: the "
            "program, the photos or the car models have changed since. Choose another folder with "
            f"out=FOLDER, or delete {store.record_path(spec.frame)} to render it anew"
        )
    return spec


class _Info(msgspec.Struct):
    """What an earlier run left in dataset.json and this one carries on."""

    failures: dict[int, str] = {}
    versions: dict[str, str] = {}

    @classmethod
    def read(cls, root: Path) -> "_Info":
        try:
            return msgspec.json.decode((root / "dataset.json").read_bytes(), type=cls)
        except (OSError, *NOT_JSON):
            return cls()  # it is written anew


def _reason(outcome: Outcome) -> str:
    return f"{outcome.error}\n{outcome.log}".rstrip()


def _versions(before: _Info, store: FrameStore, frames: Iterable[int]) -> dict[str, str]:
    """Of what made the frames; several Blenders where several runs used different ones."""
    blenders = {store.read(frame).blender for frame in frames}  # a run that was killed has told of none
    blenders |= set(before.versions.get("blender", "").split(", "))
    return {
        "carousel": importlib.metadata.version("carousel"),
        "python": platform.python_version(),
        "blender": ", ".join(sorted(blenders - {""})),
    }


def coco_info(config: RenderConfig) -> dict[str, Any]:
    """The `info` of a dataset's COCO file."""
    return {"description": "Cars rendered by Carousel", "config_sha256": config_hash(config)}


def licenses(config: RenderConfig) -> list[dict[str, Any]]:
    """Every picture carries licence 1: yours, or also those of the photos, panoramas and models in it."""
    assets = config.assets
    sources = {
        f"photos of {assets.textures} as textures": assets.textures,
        f"panoramas of {assets.panoramas}": assets.panoramas,
        f"car models of {', '.join(assets.cars)} (dataset.json lists them)": assets.cars,
    }
    named = [source for source, given in sources.items() if given]
    own = "Rendered from procedural models: no third party's rights"
    name = f"Rendered with {' and '.join(named)}: their licences apply" if named else own
    return [{"id": 1, "name": name, "url": ""}]
