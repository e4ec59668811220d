"""The turntable sheet: every body style from six sides, in clay and in paint, as one picture.

    python -m assets.cars.sheet [--out cars.png] [--seed 0] [--styles sedan van …]

Blender renders the pictures in a process of its own: this package knows nothing of it.
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
from PIL import Image, ImageDraw, ImageFont

from assets.cars.params import CarParams, Style
from assets.cars.sample import sample_car
from assets.stream import Stream
from assets.textures.params import TextureParams

ROOT = Path(__file__).resolve().parent.parent.parent
STYLES: tuple[Style, ...] = get_args(Style)
CELL_PX = (400, 250)
LABEL_PX = 140
VIEWS = {  # what the camera sees: its azimuth and elevation in degrees
    "front": (0, 4),
    "rear": (180, 4),
    "side": (90, 4),
    "front quarter": (38, 12),
    "rear quarter": (218, 14),
    "above": (90, 80),
}
_PAINTS = (  # linear colour, metallic, roughness
    ((0.30, 0.02, 0.02), 0.0, 0.25),
    ((0.55, 0.55, 0.53), 0.0, 0.25),
    ((0.03, 0.07, 0.22), 0.6, 0.3),
    ((0.30, 0.31, 0.32), 0.8, 0.3),
    ((0.02, 0.02, 0.022), 0.3, 0.25),
    ((0.50, 0.30, 0.03), 0.0, 0.3),
    ((0.05, 0.13, 0.06), 0.4, 0.3),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m assets.cars.sheet", description="Draw the turntable sheet."
    )
    parser.add_argument("--out", type=Path, default=Path("cars.png"), help="the picture to write (cars.png)")
    parser.add_argument("--seed", type=int, default=0, help="which cars (0)")
    parser.add_argument("--styles", nargs="+", choices=STYLES, default=STYLES, help="all, unless named")
    args = parser.parse_args(arguments)
    command = _blender()
    if command is None:
        print("error: no Blender: `make setup` installs bpy, or put `blender` on PATH", file=sys.stderr)
        return 1
    cars = [(style, _cars(style, args.seed)) for style in args.styles]
    shots = [shot for number, (_, pair) in enumerate(cars) for shot in _shots(pair, number)]
    print(f"rendering {len(shots)} pictures …", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="carousel-") as folder:
        status = _render(command, shots, Path(folder))
        if status:
            return status
        pictures = [Image.open(path) for path in sorted(Path(folder).glob("*.png"))]
        sheet = _paste([style for style, _ in cars], pictures)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(args.out)
    print(args.out)
    return 0


def _blender() -> list[str] | None:
    """The start of a command that runs a script with Blender."""
    if importlib.util.find_spec("bpy") is not None:
        return [sys.executable]
    program = shutil.which("blender")
    return None if program is None else [program, "-b", "--python-exit-code", "1", "-P"]


def _cars(style: Style, seed: int) -> tuple[CarParams, CarParams]:
    """Two cars of a style: one for the clay row, another for the row in paint."""
    first, second = (
        sample_car(Stream(1000 * seed + 2 * STYLES.index(style) + item), {style: 1.0}) for item in range(2)
    )
    return first, second


def _shots(pair: tuple[CarParams, CarParams], number: int) -> list[dict[str, Any]]:
    """The shots of one style's two rows, as `scenegen.turntable.Shot` reads them."""
    color, metallic, roughness = _PAINTS[number % len(_PAINTS)]
    paint = {"color": color, "metallic": metallic, "roughness": roughness, "coat": 1.0}
    return [
        {
            "shape": msgspec.to_builtins(car),
            "azimuth_deg": azimuth,
            "elevation_deg": elevation,
            "clay": clay,
            "surfaces": {"paint": paint, "roof": paint, "plate": _plate(car)},
        }
        for car, clay in zip(pair, (True, False), strict=True)
        for azimuth, elevation in VIEWS.values()
    ]


def _plate(car: CarParams) -> dict[str, Any]:
    texture = TextureParams(kind="plate", seed=car.seed)
    return {"color": (0.7, 0.7, 0.7), "roughness": 0.5, "texture": msgspec.to_builtins(texture)}


def _render(command: Sequence[str], shots: list[dict[str, Any]], folder: Path) -> int:
    """Render the shots into `folder`, 000.png and on. Returns an exit code."""
    width, height = CELL_PX
    source = folder / "shots.json"
    source.write_bytes(msgspec.json.encode({"width": width, "height": height, "shots": shots}))
    own = ["--"] if command[0] != sys.executable else []
    script = str(ROOT / "scenegen" / "turntable.py")
    done = subprocess.run(
        [*command, script, *own, str(source), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode or len(list(folder.glob("*.png"))) < len(shots):
        print(done.stdout, file=sys.stderr)
        print("error: Blender did not render the sheet (its output is above)", file=sys.stderr)
        return 1
    return 0


def _paste(names: Sequence[str], pictures: Sequence[Image.Image]) -> Image.Image:
    """Two rows a style, a column a view, with names at the left and above."""
    width, height = CELL_PX
    head = 40
    rows = [pictures[first : first + len(VIEWS)] for first in range(0, len(pictures), len(VIEWS))]
    sheet = Image.new("RGB", (LABEL_PX + width * len(VIEWS), head + height * len(rows)), "#f7f6f3")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(22)
    for column, view in enumerate(VIEWS):
        draw.text((LABEL_PX + width * (column + 0.5), head / 2), view, "#23262b", font, anchor="mm")
    for row, pictured in enumerate(rows):
        top = head + row * height
        if row % 2 == 0:
            draw.text((LABEL_PX / 2, top + height), names[row // 2], "#23262b", font, anchor="mm")
        for column, picture in enumerate(pictured):
            sheet.paste(picture, (LABEL_PX + column * width, top))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
