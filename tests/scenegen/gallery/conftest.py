"""A small drawn dataset: ellipses for cars, whose masks, boxes and cuboids agree with each other."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pycocotools import mask as coco_mask

from assets.library import NOTHING
from randomizers.recipe import sample_scene
from scenegen.compose import compose
from scenegen.config import RenderConfig
from scenegen.dataset.records import CAR_CATEGORY, CATEGORIES, Annotation, Cuboid, FrameRecord, Rle
from scenegen.dataset.specs import write_specs
from scenegen.dataset.store import FrameStore, frame_name
from scenegen.labels.cuboid import cuboid

WIDTH, HEIGHT, FOCAL = 320, 107, 190.0
STYLES = ("sedan", "suv", "hatchback", "van")
CATEGORY_IDS = {name: id for id, name in CATEGORIES.items()}


def place_car(x: float, z: float, heading_deg: float) -> Cuboid:
    """A car on the ground, 1.65 m below a level camera. Axes: camera x right, y down; car x forward, z up."""
    c, s = math.cos(math.radians(heading_deg)), math.sin(math.radians(heading_deg))
    car_to_camera = np.array([[c, -s, 0, x], [0, 0, -1, 1.65], [s, c, 0, z], [0, 0, 0, 1.0]])
    return cuboid(car_to_camera, np.eye(4), length=4.2, width=1.7, height=1.5)


def annotate_ellipse(track_id: int, style: str, solid: Cuboid, image: ImageDraw.ImageDraw) -> Annotation:
    """The annotation of a road user drawn as the ellipse in its cuboid's outline; a car by default."""
    corners = np.array(solid.corners)
    u = FOCAL * corners[:, 0] / corners[:, 2] + WIDTH / 2
    v = FOCAL * corners[:, 1] / corners[:, 2] + HEIGHT / 2
    outline = (float(u.min()), float(v.min()), float(u.max()), float(v.max()))
    image.ellipse(outline, fill=(120, 60 + 40 * track_id % 180, 90))
    mask = Image.new("1", (WIDTH, HEIGHT))
    ImageDraw.Draw(mask).ellipse(outline, fill=1)
    pixels = np.asfortranarray(np.array(mask), np.uint8)
    rle = coco_mask.encode(pixels)
    box = tuple(float(value) for value in coco_mask.toBbox(rle)) if pixels.any() else None
    full = (outline[0], outline[1], outline[2] - outline[0], outline[3] - outline[1])
    return Annotation(
        category_id=CATEGORY_IDS.get(style, CAR_CATEGORY),
        bbox=box,
        bbox_visible=box,
        bbox_full=full,
        segmentation=Rle(size=(HEIGHT, WIDTH), counts=rle["counts"].decode()) if box else None,
        area=int(pixels.sum()),
        visibility=1.0 if box else 0.0,
        truncation=max(0.0, round(1 - box[2] * box[3] / (full[2] * full[3]), 2)) if box else 1.0,
        occlusion_level=(track_id % 3) if box else 3,
        cuboid=solid,
        iscrowd=int(box is None or box[3] < 10),
        ignore_reason=None if box and box[3] >= 10 else ("height" if box else "hidden"),
        track_id=track_id,
        model_id=f"parametric-{track_id}",
        style=style,
    )


def draw_frame(root: Path, frame: int, cars: int, style: Callable[[int], str]) -> None:
    """Draw and commit one frame with the given number of cars, the farthest first."""
    random = np.random.default_rng(frame)
    picture = Image.new("RGB", (WIDTH, HEIGHT), (150, 175, 200))
    image = ImageDraw.Draw(picture)
    image.rectangle((0, HEIGHT / 2, WIDTH, HEIGHT), fill=(95, 96, 98))
    depths = sorted(random.uniform(5.0, 45.0, cars), reverse=True)
    annotations = tuple(
        annotate_ellipse(
            i, style(i), place_car(random.uniform(-0.7, 0.7) * z, z, random.uniform(-180, 180)), image
        )
        for i, z in enumerate(depths)
    )
    name = f"{frame_name(frame)}.jpg"
    record = FrameRecord(
        frame=frame,
        file_name=name,
        width=WIDTH,
        height=HEIGHT,
        K=((FOCAL, 0.0, WIDTH / 2), (0.0, FOCAL, HEIGHT / 2), (0.0, 0.0, 1.0)),
        camera_pose=tuple(tuple(row) for row in np.eye(4).tolist()),
        seed=0,
        video_id=frame,
        frame_in_video=0,
        recipe="paper" if frame % 3 == 0 else "structured",
        spec_sha256="0" * 64,
        sha256={"images": "0" * 64},
        annotations=annotations,
    )
    path = root / "images" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
    FrameStore(root).commit(record, {})


@pytest.fixture(scope="session")
def config() -> RenderConfig:
    return compose(["n=1"])


@pytest.fixture
def make_dataset(tmp_path: Path, config: RenderConfig) -> Callable[..., Path]:
    """A function that draws a dataset of the given frames and returns its folder."""

    def make(
        frames: list[int],
        cars: Callable[[int], int] = lambda frame: frame % 6,
        style: Callable[[int], str] = lambda i: STYLES[i % len(STYLES)],
    ) -> Path:
        root = tmp_path / "dataset"
        for frame in frames:
            draw_frame(root, frame, cars(frame), style)
        write_specs(
            root, (sample_scene(config.randomizer, 0, frame, 1, WIDTH, HEIGHT, NOTHING) for frame in frames)
        )
        return root

    return make
