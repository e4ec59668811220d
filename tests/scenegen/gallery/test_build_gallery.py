"""The gallery's files: they hold the dataset's records unchanged, and bad input ends in one clear message."""

import base64
import gzip
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from conf.errors import RunError, UserError
from randomizers.spec import SceneSpec
from scenegen.dataset.records import CATEGORIES, FrameRecord
from scenegen.dataset.specs import read_specs
from scenegen.dataset.store import FrameStore
from scenegen.gallery.__main__ import main
from scenegen.gallery.build import build_gallery
from scenegen.gallery.contact_sheet import BOX, draw_contact_sheet, pick_frames
from scenegen.gallery.kitti_reference import load_reference

MakeDataset = Callable[..., Path]
FRAMES = [0, 1, 2, 3, 99, 100, 1234]


def read_blocks(script: Path) -> dict[str, bytes]:
    """The blocks of a script, as the page inflates them; fails where a line holds anything else."""
    blocks = {}
    for line in script.read_text(encoding="ascii").splitlines():
        match = re.fullmatch(r'receive\("([a-z0-9/]+)", "([A-Za-z0-9+/=]+)"\);', line)
        assert match, line[:80]
        blocks[match[1]] = gzip.decompress(base64.b64decode(match[2]))
    return blocks


def read_all(folder: Path) -> dict[str, bytes]:
    return {name: text for path in sorted(folder.rglob("*.js")) for name, text in read_blocks(path).items()}


def test_records_and_specs_come_through_unchanged(make_dataset: MakeDataset) -> None:
    root = make_dataset(FRAMES)
    data = build_gallery(root).parent / "data"
    blocks = read_all(data / "records")
    assert list(blocks) == ["records/000/0", "records/000/1", "records/001/2"]
    records = [r for text in blocks.values() for r in msgspec.json.decode(text, type=list[FrameRecord])]
    assert records == [FrameStore(root).read(frame) for frame in FRAMES]
    specs = [
        s
        for text in read_all(data / "specs").values()
        for s in msgspec.json.decode(text, type=list[SceneSpec])
    ]
    assert specs == list(read_specs(root))
    assert len(specs) == len(FRAMES)


def test_facets_have_a_row_for_every_frame_and_a_value_for_every_car(make_dataset: MakeDataset) -> None:
    root = make_dataset(FRAMES)
    blocks = read_blocks(build_gallery(root).parent / "data" / "facets.js")
    facets = [json.loads(text) for text in blocks.values()]
    records = [FrameStore(root).read(frame) for frame in FRAMES]
    cars = [car for record in records for car in record.annotations]
    joined = {key: [value for block in facets for value in block[key]] for key in facets[0]}
    assert joined["frame"] == FRAMES
    assert joined["cars"] == [len(record.annotations) for record in records]
    assert joined["style"] == [car.style for car in cars]
    assert joined["asked"] == [1 - car.iscrowd for car in cars]
    assert joined["height"] == pytest.approx([car.bbox[3] if car.bbox else 0 for car in cars], abs=0.05)


def test_the_page_is_the_same_every_time_and_replaces_the_old_one(make_dataset: MakeDataset) -> None:
    root = make_dataset(FRAMES)
    page = build_gallery(root)
    before = {path.relative_to(root): path.read_bytes() for path in page.parent.rglob("*") if path.is_file()}
    (page.parent / "stale.js").write_text("")
    build_gallery(root)
    after = {path.relative_to(root): path.read_bytes() for path in page.parent.rglob("*") if path.is_file()}
    assert after == before
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []


def test_the_page_names_both_sides_and_draws_every_chart(make_dataset: MakeDataset) -> None:
    root = make_dataset(FRAMES)
    cars = [car for frame in FRAMES for car in FrameStore(root).read(frame).annotations]
    html = build_gallery(root).read_text(encoding="utf-8")
    assert f"this dataset, {sum(not car.iscrowd for car in cars)} cars" in html
    assert f"{load_reference().summary.cars:,} cars in" in html
    for title in (
        "height",
        "width",
        "Cars per image",
        "Depth",
        "View",
        "Orientation",
        "Occlusion",
        "Truncation",
    ):
        assert re.search(rf"<h3>[^<]*{title}</h3>", html), title
    assert "nan" not in html.lower().split("<main>")[1]


def test_histograms_count_cars_alone_and_other_road_users_are_named(make_dataset: MakeDataset) -> None:
    root = make_dataset(FRAMES, style=lambda i: ("sedan", "bus", "pedestrian")[i % 3])
    users = [user for frame in FRAMES for user in FrameStore(root).read(frame).annotations]
    asked = [user for user in users if not user.iscrowd]
    cars = sum(user.category_id == 1 for user in asked)
    assert 0 < cars < len(asked)
    page = build_gallery(root)
    html = page.read_text(encoding="utf-8")
    assert f"this dataset, {cars} cars" in html
    assert f"<b>{len(asked) - cars}</b> other road users" in html
    blocks = read_blocks(page.parent / "data" / "facets.js").values()
    assert [name for text in blocks for name in json.loads(text)["category"]] == [
        CATEGORIES[user.category_id] for user in users
    ]


def test_a_dataset_without_a_single_car_has_a_gallery_too(make_dataset: MakeDataset) -> None:
    html = build_gallery(make_dataset([5], cars=lambda frame: 0)).read_text(encoding="utf-8")
    assert "nothing to count here" in html


def test_names_are_escaped(make_dataset: MakeDataset) -> None:
    root = make_dataset([1])
    hostile = root.rename(root.with_name("<script>alert(1)<⧸script>"))
    html = build_gallery(hostile).read_text(encoding="utf-8")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_what_is_no_dataset_ends_with_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="no dataset here"):
        build_gallery(tmp_path / "missing")
    assert main([str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}: no dataset here")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_frame_is_named_and_the_old_gallery_stays(
    make_dataset: MakeDataset, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_dataset(FRAMES)
    page = build_gallery(root)
    FrameStore(root).record_path(2).write_text("{}")
    assert main([str(root)]) == 1
    assert "000000002.json" in capsys.readouterr().err
    assert page.exists()
    assert not (root / ".gallery.tmp").exists()


def test_an_unreadable_picture_is_named_and_a_missing_one_is_a_plain_field(make_dataset: MakeDataset) -> None:
    root = make_dataset([0, 1])
    (root / "images/000/000000001.jpg").unlink()
    build_gallery(root)
    (root / "images/000/000000001.jpg").write_bytes(b"no picture")
    with pytest.raises(RunError, match=r"000000001\.jpg: the picture cannot be read"):
        build_gallery(root)


def test_the_contact_sheet_shows_frames_from_first_to_last_with_their_boxes(
    make_dataset: MakeDataset,
) -> None:
    root = make_dataset(list(range(5)))
    records = [FrameStore(root).read(frame) for frame in range(5)]
    sheet = draw_contact_sheet(root, records, "title")
    color = tuple(bytes.fromhex(BOX[1:]))
    drawn = sum(count for count, value in sheet.getcolors(2**24) if value == color)
    asked = [car for record in records for car in record.annotations if not car.iscrowd]
    assert drawn > 50 * len(asked) > 0
    build_gallery(root)
    with Image.open(root / "gallery" / "contact_sheet.png") as image:
        assert image.size == sheet.size


@pytest.mark.parametrize("n", [1, 23, 24, 25, 1000])
def test_the_sheets_frames_are_spread_evenly(n: int) -> None:
    picked = pick_frames(range(n))
    assert picked[0] == 0 and picked[-1] == n - 1
    assert len(set(picked)) == len(picked) == min(n, 24)
    gaps = {b - a for a, b in itertools.pairwise(picked)}
    assert not gaps or max(gaps) - min(gaps) <= 1
