"""build_gallery: a dataset folder's browsable gallery, in one pass over its frames."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader

from conf.errors import UserError
from randomizers.spec import to_json
from scenegen.dataset.files import write_error
from scenegen.dataset.records import CAR_CATEGORY, FrameRecord
from scenegen.dataset.specs import read_specs
from scenegen.dataset.store import FrameStore
from scenegen.gallery import charts, shards
from scenegen.gallery.contact_sheet import draw_contact_sheet, pick_frames
from scenegen.gallery.kitti_reference import load_reference
from scenegen.gallery.statistics import CarFigures, Statistics, Summary

PAGE = Path(__file__).with_name("page")
STATIC = ("style.css", "data.js", "geometry.js", "overlay.js", "filters.js", "viewer.js", "app.js")


@dataclass
class Overview:
    """What the page says of the dataset as a whole, gathered frame by frame."""

    statistics: Statistics
    recipes: dict[str, int]
    sizes: dict[tuple[int, int], int]
    ignored: int = 0  # cars
    others: int = 0  # road users that are not cars and that a detector is asked for

    def add(self, record: FrameRecord) -> None:
        """Count one frame."""
        self.statistics.add_image(_figures(record))
        self.recipes[record.recipe] = self.recipes.get(record.recipe, 0) + 1
        size = (record.width, record.height)
        self.sizes[size] = self.sizes.get(size, 0) + 1
        cars = [user for user in record.annotations if user.category_id == CAR_CATEGORY]
        self.ignored += sum(car.iscrowd for car in cars)
        self.others += sum(not user.iscrowd for user in record.annotations) - sum(
            not car.iscrowd for car in cars
        )


def build_gallery(root: Path) -> Path:
    """Write ROOT/gallery/, in place of any that is there, and return the path of its index.html.

    Memory does not grow with the number of frames beyond their indices.

    Raises UserError where `root` is no dataset, RunError where a file of it is damaged or the disk refuses.
    """
    frames = FrameStore(root).committed()
    if not frames:
        raise UserError(
            f"{root}: no dataset here (no committed frame under frames/); render one with out={root}"
        )
    new, final = root / ".gallery.tmp", root / "gallery"
    try:
        shutil.rmtree(new, ignore_errors=True)
        overview = _write_data(root, frames, new)
        _write_contact_sheet(root, frames, new)
        _write_page(root, overview, new)
        shutil.rmtree(final, ignore_errors=True)
        new.rename(final)
    except OSError as error:
        raise write_error(final, error) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return final / "index.html"


def _write_data(root: Path, frames: Sequence[int], folder: Path) -> Overview:
    """Write data/: facets.js, and records and specs in chunks."""
    store = FrameStore(root)
    overview = Overview(Statistics(), {}, {})
    data = folder / "data"
    data.mkdir(parents=True)
    with (data / "facets.js").open("wb") as facets:
        for name, chunk in itertools.groupby(frames, shards.chunk_name):
            records = [store.read(frame) for frame in chunk]
            for record in records:
                overview.add(record)
            shards.write_chunk(data, "records", name, map(msgspec.json.encode, records))
            facets.write(shards.block(f"facets/{name}", shards.facets(records)))
    for name, specs in itertools.groupby(read_specs(root), lambda spec: shards.chunk_name(spec.frame)):
        shards.write_chunk(data, "specs", name, map(to_json, specs))
    return overview


def _figures(record: FrameRecord) -> Iterator[CarFigures]:
    """The cars that a detector is asked for, which are what KITTI labels as Car rather than DontCare."""
    for car in record.annotations:
        if car.category_id == CAR_CATEGORY and car.bbox is not None and not car.iscrowd:
            yield CarFigures(
                height_px=car.bbox[3],
                width_px=car.bbox[2],
                occlusion=car.occlusion_level,
                truncation=car.truncation,
                alpha=car.cuboid.alpha,
                depth_m=car.cuboid.location[2],
            )


def _write_contact_sheet(root: Path, frames: Sequence[int], folder: Path) -> None:
    store = FrameStore(root)
    records = [store.read(frame) for frame in pick_frames(frames)]
    title = f"{root.resolve().name} · {len(records)} of {len(frames):,} frames"
    draw_contact_sheet(root, records, title).save(folder / "contact_sheet.png")


def _write_page(root: Path, overview: Overview, folder: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    summary, reference = overview.statistics.summary(), load_reference()
    page = environment.get_template("index.html.j2").render(
        title=root.resolve().name,
        facts=_facts(overview, summary),
        summary=summary,
        ignored=overview.ignored,
        others=overview.others,
        reference=reference,
        charts=[charts.make_chart(key, summary, reference.summary) for key in charts.AXES],
        plot=(charts.WIDTH, charts.HEIGHT),
        scripts=[name for name in STATIC if name.endswith(".js")],
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    for name in STATIC:
        shutil.copyfile(PAGE / name, folder / name)


def _facts(overview: Overview, summary: Summary) -> list[str]:
    """The line under the title: sizes and recipes with their shares, the commonest first."""

    def listing(counts: dict[str, int]) -> str:
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if len(ordered) == 1:
            return ordered[0][0]
        return ", ".join(f"{name} {count / summary.images:.0%}" for name, count in ordered)

    sizes = {f"{width} × {height}": count for (width, height), count in overview.sizes.items()}
    return [listing(sizes), listing(overview.recipes)]
