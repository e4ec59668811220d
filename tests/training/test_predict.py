"""The prediction command: pictures of all kinds, folders and videos, and what is written about them."""

import json
import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from checkpoints import lively, scene, small_config, write_checkpoint
from PIL import Image
from pycocotools.coco import COCO
from written import labelled

from conf.errors import UserError
from training import predict
from training.data.stills import Stills, read_rgb
from training.data.video import Video
from training.loop.checkpoint import load_detector
from training.loop.detect import detect

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    return write_checkpoint(tmp_path_factory.mktemp("run") / "best.ckpt", lively(small_config()))


def write_scene(path: Path, seed: int = 0, size: tuple[int, int] = (60, 100)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = (scene(size, seed).permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def run(checkpoint: Path, source: Path, out: Path, *arguments: str) -> tuple[dict, list[dict]]:
    """images.json and results.json of the command."""
    given = [f"checkpoint={checkpoint}", f"source={source}", f"out={out}", "accelerator=cpu", *arguments]
    assert predict.main(given) == 0
    return json.loads((out / "images.json").read_text()), json.loads((out / "results.json").read_text())


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_folder_gives_overlays_of_the_same_names_and_results_that_coco_reads(checkpoint, tmp_path):
    source, out = tmp_path / "source", tmp_path / "new" / "out"
    for seed, name in enumerate(["b/car.png", "a/car.png", "a/car.JPG", "street.bmp"]):
        write_scene(source / name, seed, (60 + seed, 100))
    (source / "notes.txt").write_text("no picture")
    write_scene(source / "a.png.d" / "deep.png", 9)
    images, _ = run(checkpoint, source, out, "batch_size=2", "threshold=0.3")
    names = ["a/car.JPG", "a/car.png", "a.png.d/deep.png", "b/car.png", "street.bmp"]
    assert sorted(entry["file_name"] for entry in images["images"]) == sorted(names)
    expected = [f"overlays/{name}" for name in [*names[:4], "street.bmp.png"]]
    assert files(out) == sorted([*expected, "images.json", "results.json"])
    assert files(out.parent) == [f"out/{name}" for name in files(out)]  # nothing is left beside it
    truth = COCO(out / "images.json")
    found = truth.loadRes(str(out / "results.json"))
    for entry in images["images"]:
        drawn = np.asarray(Image.open(out / "overlays" / entry["file_name"].replace(".bmp", ".bmp.png")))
        assert drawn.shape == (entry["height"], entry["width"], 3)
        boxes = np.array([each["bbox"] for each in found.imgToAnns[entry["id"]]])
        assert (boxes[:, 0] + boxes[:, 2] <= entry["width"] + 1e-3).all()
        assert (boxes[:, 1] + boxes[:, 3] <= entry["height"] + 1e-3).all()


def test_the_boxes_are_those_of_evaluation_and_drawn_from_the_threshold_on(checkpoint, tmp_path):
    picture = write_scene(tmp_path / "000123.png", 4)
    _, results = run(checkpoint, picture, tmp_path / "none", "threshold=1")
    wanted = detect(load_detector(checkpoint), [labelled("000123", path=picture)], 1, torch.device("cpu"))[
        "000123"
    ]
    assert {each["image_id"] for each in results} == {123}
    assert [each["score"] for each in results] == pytest.approx(wanted.scores.tolist(), abs=1e-6)
    x, y, w, h = np.array([each["bbox"] for each in results]).T
    np.testing.assert_allclose(np.stack((x, y, x + w, y + h), axis=1), wanted.boxes, atol=2e-3)
    plain = np.asarray(Image.open(picture))
    np.testing.assert_array_equal(Image.open(tmp_path / "none" / "overlays" / "000123.png"), plain)
    run(checkpoint, picture, tmp_path / "all", "threshold=0")
    assert (np.asarray(Image.open(tmp_path / "all" / "overlays" / "000123.png")) != plain).any()


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["000003.png", "000011.png"], [3, 11]),
        (["0001/000003.png", "0002/000003.png"], [0, 1]),
        (["12.png", "car.png"], [0, 1]),
    ],
)
def test_pictures_keep_the_numbers_that_they_are_named_by(tmp_path, names, ids):
    for name in names:
        write_scene(tmp_path / name)
    shown = list(Stills(tmp_path, "raise").read())
    assert [each.name for each in shown] == names
    assert [each.id for each in shown] == ids


LEVELS = np.array([[0, 60, 120], [180, 240, 255]], np.uint8)
COLOURS = np.stack((LEVELS, 255 - LEVELS, LEVELS // 2), axis=-1)


@pytest.mark.parametrize(
    ("mode", "picture", "expected"),
    [
        ("grey", Image.fromarray(LEVELS), LEVELS[..., None].repeat(3, -1)),
        ("16 bits", Image.fromarray(LEVELS * np.uint16(257)), LEVELS[..., None].repeat(3, -1)),
        ("one bit", Image.fromarray(LEVELS > 100), (LEVELS > 100)[..., None].repeat(3, -1) * 255),
        ("RGB", Image.fromarray(COLOURS), COLOURS),
        ("RGBA", Image.fromarray(np.dstack((COLOURS, LEVELS))), COLOURS),
        ("grey with alpha", Image.fromarray(LEVELS).convert("LA"), LEVELS[..., None].repeat(3, -1)),
        ("palette", Image.fromarray(COLOURS).quantize(6), COLOURS),
    ],
)
def test_whatever_the_colours_they_are_read_as_eight_bit_rgb(tmp_path, mode, picture, expected):
    picture.save(tmp_path / "picture.png", **({"transparency": b"\0\x80"} if mode == "palette" else {}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = read_rgb(tmp_path / "picture.png")
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, expected)


@pytest.mark.parametrize(
    ("orientation", "turned"), [(1, COLOURS), (3, COLOURS[::-1, ::-1]), (6, np.rot90(COLOURS, -1))]
)
def test_a_picture_is_turned_as_its_exif_says(tmp_path, orientation, turned):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(COLOURS).save(tmp_path / "phone.png", exif=exif)
    np.testing.assert_array_equal(read_rgb(tmp_path / "phone.png"), turned)


def test_a_tiff_of_floating_point_numbers_is_refused(tmp_path):
    Image.fromarray(LEVELS.astype(np.float32)).save(tmp_path / "depth.tif")
    with pytest.raises(UserError, match=r"depth.tif: a picture of floating-point numbers"):
        read_rgb(tmp_path / "depth.tif")


def cut_short(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:2000])
    return path


def spoilt(path: Path) -> Path:
    """With its end in place: only decoding finds it."""
    content = bytearray(path.read_bytes())
    content[2000:2400] = bytes(400)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("damage", [cut_short, spoilt])
def test_a_damaged_picture_is_named_or_left_out_where_that_is_asked_for(checkpoint, tmp_path, damage):
    source, out = tmp_path / "source", tmp_path / "out"
    broken = damage(write_scene(source / "b.png"))
    for name in "ac":
        write_scene(source / f"{name}.png")
    with pytest.raises(UserError, match=f"{broken}: the picture is damaged"):
        run(checkpoint, source, out)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
    with pytest.warns(UserWarning, match=f"left out: {broken}"):
        images, _ = run(checkpoint, source, out, "on_error=skip")
    assert [entry["file_name"] for entry in images["images"]] == ["a.png", "c.png"]


def write_video(path: Path, times: list[int], size: tuple[int, int] = (48, 64), rotation: int = 0) -> Path:
    """A black video with a white top left quarter; times in milliseconds."""
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[: size[0] // 2, : size[1] // 2] = 255
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", 30)
        stream.width, stream.height, stream.pix_fmt = size[1], size[0], "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        for time in times:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_video_comes_back_with_its_frames_at_their_times(checkpoint, tmp_path):
    times = [0, 40, 80, 200, 240]  # not at a steady rate
    source, out = write_video(tmp_path / "drive.avi.mov", times), tmp_path / "out"
    images, results = run(checkpoint, source, out, "batch_size=2", "threshold=1")
    assert files(out) == ["drive.avi.mp4", "images.json", "results.json"]
    assert [entry["time_s"] for entry in images["images"]] == [time / 1000 for time in times]
    assert [entry["id"] for entry in images["images"]] == list(range(5))
    assert {each["image_id"] for each in results} == set(range(5))
    before, after = (list(Video(path, "raise").read()) for path in (source, out / "drive.avi.mp4"))
    assert [float(each.time_s) for each in after] == pytest.approx([time / 1000 for time in times], abs=1e-3)
    assert all(np.abs(a.pixels - b.pixels.astype(int)).mean() < 6 for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (0, 0)), (90, (-1, 0)), (-90, (0, -1)), (180, (-1, -1))]
)
def test_a_phones_video_is_turned_as_it_was_held(tmp_path, rotation, corner):
    """By FFmpeg's convention the picture is to be turned so many degrees counter-clockwise."""
    path = write_video(tmp_path / "phone.mp4", [0, 40], rotation=rotation)
    pixels = next(Video(path, "raise").read()).pixels
    assert pixels.shape == ((64, 48, 3) if abs(rotation) == 90 else (48, 64, 3))
    white = {(y, x) for y in (0, -1) for x in (0, -1) if pixels[y, x].mean() > 128}
    assert white == {corner}


def test_a_video_of_an_odd_size_is_written_without_its_last_row_and_column(checkpoint, tmp_path):
    source = tmp_path / "odd.avi"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", 25)
        stream.width, stream.height, stream.pix_fmt = 65, 49, "bgr0"
        frame = av.VideoFrame.from_ndarray(np.full((49, 65, 3), 90, np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    images, _ = run(checkpoint, source, tmp_path / "out")
    assert (images["images"][0]["width"], images["images"][0]["height"]) == (65, 49)
    written = next(Video(tmp_path / "out" / "odd.mp4", "raise").read())
    assert written.pixels.shape == (48, 64, 3)


def test_what_cannot_be_used_is_refused_before_anything_is_written(checkpoint, tmp_path):
    full, empty = write_scene(tmp_path / "full" / "a.png").parent, tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "text.mp4").write_text("no video")
    before = files(tmp_path)
    for source, out, told in [
        (tmp_path / "none", "out", "there is no such picture, folder or video"),
        (empty, "out", "no picture in it"),
        (tmp_path / "text.mp4", "out", "neither a picture, by its name, nor a video"),
        (full, "full", "is there already"),
        (full, "text.mp4", "is there already"),
        (full, "full/out", "lies in source="),
    ]:
        with pytest.raises(UserError, match=told):
            run(checkpoint, source, tmp_path / out)
    assert files(tmp_path) == before
    run(checkpoint, full, empty)  # an empty folder may be filled
    assert "results.json" in files(empty)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["checkpoint=none.ckpt", "source=docs"], "checkpoint=none.ckpt: there is no such file"),
        (["checkpoint=README.md", "source=nowhere"], "source=nowhere: there is no such"),
        (["checkpoint=README.md", "source={picture}"], "checkpoint=README.md: not a checkpoint"),
        (["checkpoint=README.md"], "source is not set"),
    ],
)
def test_a_users_mistake_ends_in_one_message_and_exit_code_2(tmp_path, arguments, told):
    picture = write_scene(tmp_path / "a.png")
    given = [text.format(picture=picture) for text in arguments]
    done = subprocess.run(
        [sys.executable, "training/predict.py", *given, f"out={tmp_path / 'out'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {told}")
    assert done.stderr.count("\n") == 1
    assert files(tmp_path) == ["a.png"]
