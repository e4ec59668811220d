"""FrameStore: the frames of a dataset folder, each committed by its JSON, which is written last."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from conf.errors import RunError
from conf.reading import NOT_JSON
from scenegen.dataset.files import TEMPORARY_SUFFIX, write_atomic, write_error
from scenegen.dataset.records import FrameRecord

FRAMES_PER_FOLDER = 1000

_FRAME_FILE = re.compile(r"(\d{9,})\.json")


def frame_name(frame: int) -> str:
    """A frame's place within a kind's folder, without suffix: "000/000000123"."""
    return f"{frame // FRAMES_PER_FOLDER:03d}/{frame:09d}"


def image_file(folder: str, frame: int) -> str:
    """A frame's file in one of a dataset's folders of pictures, relative to its root."""
    return f"{folder}/{frame_name(frame)}.{'jpg' if folder == 'images' else 'png'}"


def record_file(frame: int) -> str:
    """A frame's record, relative to its dataset's root."""
    return f"frames/{frame_name(frame)}.json"


class FrameStore:
    """A dataset folder: images/, frames/ and so on, a thousand frames to a folder, nine digits to a name."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)

    def record_path(self, frame: int) -> Path:
        """Where a frame's record stands."""
        return self.root / record_file(frame)

    def is_committed(self, frame: int) -> bool:
        """Whether the frame's record is there."""
        return self.record_path(frame).exists()

    def commit(self, record: FrameRecord, files: Mapping[str, bytes]) -> None:
        """Write a frame's files (by path relative to the root), then its record, which commits it.

        Raises RunError where the disk refuses; the frame is then not committed.
        """
        for path, data in files.items():
            write_atomic(self.root / path, data)
        write_atomic(self.record_path(record.frame), msgspec.json.encode(record))

    def committed(self) -> list[int]:
        """The committed frames' indices in ascending order."""
        frames = self.root / "frames"
        if not frames.is_dir():
            return []
        found = []
        for folder in os.scandir(frames):
            if folder.is_dir():
                matches = (_FRAME_FILE.fullmatch(entry.name) for entry in os.scandir(folder))
                indices = (int(match[1]) for match in matches if match)
                found += [frame for frame in indices if frame_name(frame) == f"{folder.name}/{frame:09d}"]
        return sorted(found)

    def read(self, frame: int) -> FrameRecord:
        """A committed frame's record. Raises RunError naming the file if it is missing or not a record."""
        path = self.record_path(frame)
        advice = "Delete it and give the same command again: the frame will be rendered anew."
        try:
            record = msgspec.json.decode(path.read_bytes(), type=FrameRecord)
        except OSError as error:
            raise RunError(f"cannot read {path}: {error.strerror}") from error
        except NOT_JSON as error:
            raise RunError(f"{path} is not a frame's record: {error}. {advice}") from error
        if record.frame != frame:
            raise RunError(f"{path} holds the record of frame {record.frame}. {advice}")
        if record.file_name != f"{frame_name(frame)}.jpg":  # which might lead anywhere
            raise RunError(f"{path} names the picture {record.file_name!r}, not its own. {advice}")
        return record

    def remove_temporaries(self) -> int:
        """Delete what killed writers left behind, and say how many files. Only while no worker writes.

        Raises RunError where the disk refuses.
        """
        stale = [
            Path(folder) / name
            for folder, _, names in os.walk(self.root)
            for name in names
            if name.startswith(".") and name.endswith(TEMPORARY_SUFFIX)
        ]
        for path in stale:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise write_error(path, error) from error
        return len(stale)
