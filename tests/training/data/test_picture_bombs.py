"""Pictures that claim more than any machine holds, or are programs, are named and never decoded."""

from pathlib import Path

import pytest
from bombs import BOMBS, EPS

from conf.errors import UserError
from training.data.labelmaps import SegmentedImage
from training.data.pictures import picture_size
from training.data.segmentation import read_labels
from training.data.stills import read_rgb
from training.report.thumbnails import whole

pytestmark = pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")


@pytest.mark.parametrize("kind", BOMBS)
@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_small_file_that_claims_billions_of_pixels(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"bomb{suffix}"
    path.write_bytes(BOMBS[kind])
    assert path.stat().st_size < 20_000
    for read in (picture_size, read_rgb):
        with pytest.raises(UserError, match=rf"bomb\{suffix}: .*pixels"):
            read(path)
    with pytest.raises(UserError, match=rf"bomb\{suffix}: .*pixels"):
        read_labels(SegmentedImage("a", path, path, "cityscapes", 100, 60, ""))
    assert whole(path, []) is None


def test_a_picture_of_another_kind_than_we_read_starts_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "program.png"
    path.write_bytes(EPS)
    monkeypatch.setattr("subprocess.Popen", lambda *_, **__: pytest.fail("Ghostscript was started"))
    for read in (picture_size, read_rgb):
        with pytest.raises(UserError, match=r"program\.png: "):
            read(path)


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="null"):
        picture_size(tmp_path / "a\0.png")
