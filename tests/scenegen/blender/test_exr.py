"""Our EXR reader against the OpenEXR library, on files as Blender writes them and on broken ones."""

import numpy as np
import pytest

OpenEXR = pytest.importorskip("OpenEXR")

from scenegen.blender.exr import read_exr  # noqa: E402


def write(path, compression=None, parts=1):
    """A multi-part file of random float channels by the library itself."""
    rng = np.random.default_rng(3)
    header = {
        "compression": OpenEXR.NO_COMPRESSION if compression is None else compression,
        "type": OpenEXR.scanlineimage,
    }
    written = {}
    made = []
    for part in range(parts):
        channels = {
            f"layer{part}.{name}": rng.random((7, 13), dtype=np.float32) for name in ("R", "G", "Depth.Z")
        }
        written |= channels
        made.append(OpenEXR.Part(dict(header), channels, f"part{part}"))
    with OpenEXR.File(made) as file:
        file.write(str(path))
    return written


@pytest.mark.parametrize("parts", [1, 3])
def test_reads_what_the_library_wrote(tmp_path, parts):
    path = tmp_path / "frame.exr"
    written = write(path, parts=parts)
    read = read_exr(path)
    assert set(read) == set(written)
    for name, pixels in written.items():
        np.testing.assert_array_equal(read[name], pixels)


def test_compressed_truncated_and_foreign_files_are_named(tmp_path):
    compressed, truncated, foreign = (tmp_path / name for name in ("zip.exr", "cut.exr", "png.exr"))
    write(compressed, OpenEXR.ZIP_COMPRESSION)
    write(truncated)
    truncated.write_bytes(truncated.read_bytes()[:-50])
    foreign.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    for path in (compressed, truncated, foreign):
        with pytest.raises(ValueError, match=path.name):
            read_exr(path)
