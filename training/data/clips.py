"""Clips: frames of a video in a row, drawn together in training."""

from collections.abc import Iterator, Sequence

from conf.errors import UserError
from training.data.chance import Draw
from training.data.mixing import MixedBatches
from training.data.truth import LabelledImage

Clip = list[int]  # places of its frames in the dataset, in order


def cut(images: Sequence[LabelledImage], length: int) -> list[Clip]:
    """All places once, in clips of at most `length` frames; a still is a clip of one.

    A video of 20 frames gives clips of 8, 8 and 4. Its frames stand in order, one after the other.
    """
    clips: list[Clip] = []
    for place, image in enumerate(images):
        follows = place > 0 and image.follows(images[place - 1])
        if follows and len(clips[-1]) < length:
            clips[-1].append(place)
        else:
            clips.append([place])
    return clips


def packed(clips: Sequence[Clip], length: int) -> list[list[Clip]]:
    """Clips put together until each parcel holds `length` frames, or as many below as whole clips give.

    So a batch of so many parcels has about the same number of pictures, of stills as of videos. Clips that
    fill a parcel stay alone; shorter ones, in order, are taken from all over the list, for neighbours look
    alike.
    """
    parcels = [[clip] for clip in clips if len(clip) == length]
    short = [clip for clip in clips if len(clip) < length]
    stride = max(1, -(-sum(map(len, short)) // length))  # about as many parcels as they will fill
    parcel: list[Clip] = []
    for start in range(min(stride, len(short))):
        for clip in short[start::stride]:
            if parcel and sum(map(len, parcel)) + len(clip) > length:
                parcels.append(parcel)
                parcel = []
            parcel.append(clip)
    return [*parcels, parcel] if parcel else parcels


class ClipBatches(MixedBatches):
    """MixedBatches of clips: batches of frames, those of a clip in a row.

    `sources`: pictures by source, whose places in the dataset follow one another. `batch_size` is in
    pictures, `clip_length` at most so many. All else is MixedBatches': the order, the shares, which here are
    of parcels, the parts of processes, `seek`.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[LabelledImage]],
        batch_size: int,
        clip_length: int,
        *,
        shares: Sequence[float],
        seed: int = 0,
    ) -> None:
        if clip_length > batch_size:
            raise UserError(
                f"trainer.clip_length={clip_length} is more than trainer.batch_size={batch_size}: "
                "give shorter clips or larger batches"
            )
        self._parcels: list[list[Clip]] = []
        sizes, start = [], 0
        for images in sources:
            parcels = packed(cut(images, clip_length), clip_length)
            self._parcels += [[[start + place for place in clip] for clip in parcel] for parcel in parcels]
            sizes.append(len(parcels))
            start += len(images)
        super().__init__(sizes, batch_size // clip_length, shares=shares, seed=seed)

    def __iter__(self) -> Iterator[list[Draw]]:
        for parcels in super().__iter__():
            yield [
                Draw(place, parcel.turn, clip[0])
                for parcel in parcels
                for clip in self._parcels[parcel.place]
                for place in clip
            ]
