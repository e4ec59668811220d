"""A video's frames, read upright as RGB, and the same video written again with boxes on them, by PyAV."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.video.stream import VideoStream
from PIL import Image

from conf.errors import UserError
from training.data.stills import Pixels, Save, Shown
from training.errors import OnError, skip_or_raise

FRAMES_PER_SECOND = Fraction(25)  # where the file doesn't say
TICK = Fraction(1, 90_000)  # s; times are written as multiples of it: MPEG's own
ENCODERS = ("libx264", "mpeg4")  # the first that FFmpeg was built with
QUALITY = {"crf": "20"}


class Video:
    """The first stream of pictures in a file; sound is left out."""

    def __init__(self, path: Path, on_error: OnError) -> None:
        """Raises UserError where the file is no video that FFmpeg can read."""
        self._path, self._on_error = path, on_error
        try:
            with av.open(str(path)) as container:
                stream = container.streams.video[0]
                self.count: int | None = stream.frames or None
                self._rate = Fraction(stream.average_rate or FRAMES_PER_SECOND)
                first = next(container.decode(stream))
                self._size = first.width, first.height
        except (av.FFmpegError, IndexError, StopIteration) as error:
            raise UserError(
                f"source={path}: neither a picture, by its name, nor a video that can be read "
                f"({error or 'nothing to see in it'})"
            ) from error

    def read(self) -> Iterator[Shown]:
        """The frames in the order of showing, numbered from 0.

        Raises UserError at one that is damaged, or with on_error="skip" warns and ends there.
        """
        number = 0
        try:
            with av.open(str(self._path)) as container:
                container.streams.video[0].thread_type = "AUTO"
                for number, frame in enumerate(container.decode(video=0)):
                    shown = self._upright(frame), self._time(number, frame)
                    yield Shown(self._path.name, number, *shown, first=number == 0)
        except av.FFmpegError as error:
            damaged = UserError(f"{self._path}: damaged behind frame {number} ({error})")
            skip_or_raise(damaged, self._on_error)

    def _time(self, number: int, frame: av.VideoFrame) -> Fraction:
        """Seconds; where the file has none, by the frame's number."""
        if frame.pts is None or frame.time_base is None:
            return number / self._rate
        return frame.pts * frame.time_base

    def _upright(self, frame: av.VideoFrame) -> Pixels:
        """(h, w, 3), at the first frame's size and turned as a phone was held."""
        width, height = self._size
        pixels = frame.to_ndarray(format="rgb24", width=width, height=height)
        return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90))

    @contextmanager
    def saving(self, folder: Path) -> Iterator[Save]:
        """Gives a function that adds a frame, at its own time, to an MP4 in `folder` named as the video."""
        encoder = next(name for name in ENCODERS if name in av.codecs_available)
        with av.open(str(folder / f"{self._path.stem}.mp4"), "w") as container:
            options = QUALITY if encoder == "libx264" else {}
            stream = cast(VideoStream, container.add_stream(encoder, self._rate, options))
            stream.pix_fmt = "yuv420p"  # what every player knows
            stream.codec_context.time_base = TICK
            last = -1

            def save(shown: Shown, drawn: Image.Image) -> None:
                nonlocal last
                # Colours are at half the resolution: an odd last row or column has none.
                even = drawn.crop((0, 0, drawn.width // 2 * 2, drawn.height // 2 * 2))
                frame = av.VideoFrame.from_ndarray(np.asarray(even), format="rgb24")
                if last < 0:
                    stream.width, stream.height = frame.width, frame.height
                last = frame.pts = max(last + 1, round((shown.time_s or 0) / TICK))
                frame.time_base = TICK
                container.mux(stream.encode(frame))

            yield save
            container.mux(stream.encode(None))
