"""The panorama catalogue: what it lists, what it leaves out with a warning, and what it refuses."""

import struct
import warnings
from pathlib import Path

import pytest

from assets import panoramas
from assets.panoramas import catalogue

HDR = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 2\n"


def exr(width: int = 2, height: int = 1, channels: int = 3, window: str = "dataWindow") -> bytes:
    """The head of an OpenEXR file."""
    size = struct.pack("<4i", 0, 0, width - 1, height - 1)
    return (
        b"\x76\x2f\x31\x01\x02\x00\x00\x00channels\0chlist\0"
        + struct.pack("<I", 18 * channels + 1)
        + b"".join(b"%c\0" % (65 + number % 26) + bytes(16) for number in range(channels))
        + b"\0dataWindow\0box2i\0\x10\0\0\0"
        + struct.pack("<4i", 0, 0, 1, 0)
        + window.encode()
        + b"\0box2i\0\x10\0\0\0"
        + size
    )


EXR = exr()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for number in range(40):
        (tmp_path / f"{number:02d}.hdr").write_bytes(HDR + bytes([number]))
    (tmp_path / "sub" / "sky.EXR").write_bytes(EXR)
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_it_lists_every_panorama_sorted(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        listed = catalogue(folder)
    assert listed == (*(f"{number:02d}.hdr" for number in range(40)), "sub/sky.EXR")


def test_the_splits_share_nothing_and_lack_nothing(folder):
    train, held_out = (catalogue(folder, split, 0.5) for split in ("train", "held_out"))
    assert train and held_out
    assert sorted(train + held_out) == list(catalogue(folder))


def test_a_file_stays_on_its_side_under_another_name(folder):
    side = {name: split for split in ("train", "held_out") for name in catalogue(folder, split, 0.5)}
    (folder / "07.hdr").rename(folder / "sub" / "renamed.hdr")
    again = {name: split for split in ("train", "held_out") for name in catalogue(folder, split, 0.5)}
    assert again["sub/renamed.hdr"] == side["07.hdr"]


def test_what_is_no_panorama_is_left_out_by_name(folder, monkeypatch):
    monkeypatch.setattr(panoramas, "MAX_BYTES", 1000)
    (folder / "fake.hdr").write_bytes(EXR)
    (folder / "empty.exr").touch()
    (folder / "huge.exr").write_bytes(EXR + bytes(2000))
    (folder / "link.hdr").symlink_to(__file__)
    with pytest.warns(UserWarning) as caught:
        listed = catalogue(folder)
    messages = "\n".join(str(warning.message) for warning in caught)
    for bad in ("fake.hdr", "empty.exr", "huge.exr", "link.hdr"):
        assert bad not in listed and str(folder / bad) in messages


def test_a_missing_or_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"no such folder of panoramas: .*nowhere"):
        catalogue(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="no readable panorama"):
        catalogue(tmp_path)
    (tmp_path / "only.hdr").write_bytes(HDR)
    with pytest.raises(ValueError, match="of the split 'held_out'"):
        catalogue(tmp_path, "held_out", 0.0)


BOMBS = {
    "hdr": HDR.replace(b"-Y 1 +X 2", b"-Y 50000 +X 100000"),
    "hdr without a size": HDR.replace(b"-Y 1 +X 2", b""),
    "exr": exr(100_000, 50_000),
    "exr shown elsewhere": exr(100_000, 50_000, window="displayWindow"),
    "exr of many layers": exr(16384, 4096, channels=100),
    "exr without a size": EXR[:8],
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_claims_billions_of_pixels_is_left_out_before_it_is_decoded(folder, kind):
    (folder / f"bomb.{kind[:3]}").write_bytes(BOMBS[kind])
    with pytest.warns(UserWarning, match=r"panorama left out: .*bomb\.... says that it has [\d,]+ pixels"):
        assert len(catalogue(folder)) == 41


def test_the_largest_panoramas_are_taken(folder):
    (folder / "large.hdr").write_bytes(HDR.replace(b"-Y 1 +X 2", b"-Y 8192 +X 16384"))
    (folder / "large.exr").write_bytes(exr(16384, 8192, channels=4))
    assert len(catalogue(folder)) == 43
