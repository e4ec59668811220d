"""Which raw drive each image and sequence of KITTI's training sets was taken from.

Frames of one drive, a tenth of a second apart, show the same cars: a split that parts them measures memory.
So the splits go by drive, and for that the object images and the tracking sequences need names in common.
"""

from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("object_drives.txt")

# The tracking devkit has no such table. Each sequence is here given the drive of the same number of frames
# and the same place in order; for 0000 and 0003 the labels were compared with those of the object images, box
# by box.
_SEQUENCE_DRIVES = {
    "0000": "2011_09_26_drive_0005_sync",
    "0001": "2011_09_26_drive_0009_sync",
    "0002": "2011_09_26_drive_0011_sync",
    "0003": "2011_09_26_drive_0013_sync",
    "0004": "2011_09_26_drive_0014_sync",
    "0005": "2011_09_26_drive_0015_sync",
    "0006": "2011_09_26_drive_0018_sync",
    "0007": "2011_09_26_drive_0022_sync",
    "0008": "2011_09_26_drive_0032_sync",
    "0009": "2011_09_26_drive_0036_sync",
    "0010": "2011_09_26_drive_0056_sync",
    "0011": "2011_09_26_drive_0059_sync",
    "0012": "2011_09_26_drive_0060_sync",
    "0013": "2011_09_26_drive_0091_sync",
    "0014": "2011_09_28_drive_0001_sync",
    "0015": "2011_09_28_drive_0002_sync",
    "0016": "2011_09_28_drive_0021_sync",
    "0017": "2011_09_28_drive_0043_sync",
    "0018": "2011_09_29_drive_0004_sync",
    "0019": "2011_09_29_drive_0071_sync",
    "0020": "2011_10_03_drive_0047_sync",
}


@cache
def object_drives() -> tuple[str, ...]:
    """The drive of each image of the object training set, by number: 7,481 names such as
    "2011_09_26_drive_0005_sync"."""
    text = TABLE.read_text(encoding="ascii")
    names, _, numbers = text.partition("\n\n")
    drives = [line for line in names.splitlines() if not line.startswith("#")]
    return tuple(drives[int(number)] for number in numbers.split())


def drive_of_object_image(name: str) -> str:
    """The drive of the image called `name` ("000123"); "" for any name that the training set hasn't."""
    if len(name) != 6 or not name.isdecimal() or int(name) >= len(object_drives()):
        return ""
    return object_drives()[int(name)]


def drive_of_sequence(sequence: str) -> str:
    """The drive of a tracking training sequence ("0003"); another sequence is a drive of its own."""
    return _SEQUENCE_DRIVES.get(sequence, f"tracking {sequence}")
