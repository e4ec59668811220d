"""contact_sheet.png: two dozen frames in a grid with their boxes, for a look without a browser."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from conf.errors import RunError
from conf.pictures import DAMAGED, open_picture
from scenegen.dataset.records import CAR_CATEGORY, Annotation, FrameRecord

FRAMES = 24
COLUMNS = 4
CELL_WIDTH, MARGIN, CAPTION = 400, 16, 28  # pixels
PAPER, INK, QUIET, EMPTY = "#f7f6f3", "#23262b", "#7a7d83", "#dddbd5"
BOX, OTHER_BOX, IGNORED = "#19b6a4", "#e87e26", "#b9bcc2"  # of cars, of other road users


def pick_frames(frames: Sequence[int]) -> list[int]:
    """Up to FRAMES of the given ones, evenly spread from the first to the last."""
    if len(frames) <= FRAMES:
        return list(frames)
    return [frames[round(i * (len(frames) - 1) / (FRAMES - 1))] for i in range(FRAMES)]


def draw_contact_sheet(root: Path, records: Sequence[FrameRecord], title: str) -> Image.Image:
    """The sheet of the given frames of the dataset at `root`.

    A frame whose picture was not asked for is drawn as a plain field. Raises RunError naming a picture that
    cannot be read.
    """
    cells = [_draw_frame(root / "images" / record.file_name, record) for record in records]
    row_height = max(cell.height for cell in cells) + CAPTION + MARGIN
    columns = min(COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    sheet = Image.new(
        "RGB", (MARGIN + columns * (CELL_WIDTH + MARGIN), 3 * MARGIN + CAPTION + rows * row_height), PAPER
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), title, fill=INK, font=ImageFont.load_default(22))
    for i, (record, cell) in enumerate(zip(records, cells, strict=True)):
        x = MARGIN + i % columns * (CELL_WIDTH + MARGIN)
        y = 2 * MARGIN + CAPTION + i // columns * row_height
        sheet.paste(cell, (x, y))
        draw.text((x, y + cell.height + 5), _caption(record), fill=QUIET, font=ImageFont.load_default(15))
    return sheet


def _caption(record: FrameRecord) -> str:
    asked = [user for user in record.annotations if not user.iscrowd]
    cars = sum(user.category_id == CAR_CATEGORY for user in asked)
    others, ignored = len(asked) - cars, len(record.annotations) - len(asked)
    counts = [f"{cars} car{'' if cars == 1 else 's'}"]
    counts += [f"{n} {what}" for n, what in ((others, "other"), (ignored, "ignored")) if n]
    return f"{record.frame} · {record.recipe} · {', '.join(counts)}"


def _draw_frame(path: Path, record: FrameRecord) -> Image.Image:
    scale = CELL_WIDTH / record.width
    size = (CELL_WIDTH, max(1, round(record.height * scale)))
    try:
        with open_picture(path) as image:
            cell = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    except FileNotFoundError:
        cell = Image.new("RGB", size, EMPTY)
    except DAMAGED as error:
        raise RunError(
            f"{path}: the picture cannot be read ({error}). `python -m scenegen.verify DATASET repair=true` "
            "renders it again"
        ) from error
    draw = ImageDraw.Draw(cell)
    for car in record.annotations:
        _draw_box(draw, car, scale)
    return cell


def _draw_box(draw: ImageDraw.ImageDraw, car: Annotation, scale: float) -> None:
    if car.bbox is None or car.ignore_reason == "hidden":
        return
    x, y, w, h = (value * scale for value in car.bbox)
    right, bottom = max(x, x + w - 1), max(y, y + h - 1)
    color = BOX if car.category_id == CAR_CATEGORY else OTHER_BOX
    draw.rectangle(
        (x, y, right, bottom), outline=IGNORED if car.iscrowd else color, width=1 if car.iscrowd else 2
    )
