"""The turntable sheet: one picture with a row of clay and a row of paint for each style."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assets.cars import sheet


@pytest.mark.blender
def test_it_draws_every_view_of_a_style(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sheet, "CELL_PX", (64, 40))
    out = tmp_path / "new" / "cars.png"
    assert sheet.main(["--styles", "city", "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    picture = np.asarray(Image.open(out).convert("RGB"), int)
    cells = picture[-80:, sheet.LABEL_PX :].reshape(2, 40, len(sheet.VIEWS), 64, 3).swapaxes(1, 2)
    spread = cells.std(axis=(2, 3))
    assert spread.min() > 5  # every cell shows something
    redness = (cells[..., 0] - cells[..., 1:].mean(axis=-1)).max(axis=(2, 3))
    clay, paint = redness
    assert clay.max() < 25 < paint.min()  # the first style's paint is red


def test_an_unknown_style_is_the_users_mistake():
    done = subprocess.run(
        [sys.executable, "-m", "assets.cars.sheet", "--styles", "tank"],
        cwd=Path(sheet.__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "invalid choice: 'tank'" in done.stderr


def test_without_blender_it_says_what_to_do(monkeypatch, capsys):
    monkeypatch.setattr(sheet, "_blender", lambda: None)
    assert sheet.main([]) == 1
    assert "make setup" in capsys.readouterr().err
