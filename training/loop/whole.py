"""WholeCheckpoints: checkpoint files that are there as a whole or not at all."""

from os import PathLike
from pathlib import Path
from typing import Any

from lightning.fabric.plugins import TorchCheckpointIO


class WholeCheckpoints(TorchCheckpointIO):
    """Writes beside the file and renames.

    Lightning itself writes to the folder for temporary files and moves, which is copying where that is on
    another disk: killed meanwhile, it would leave half a checkpoint, and nothing to go on from.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | PathLike[str], storage_options: Any | None = None
    ) -> None:
        """As Lightning's."""
        whole = Path(path)
        part = whole.with_name(f"{whole.name}.part")
        super().save_checkpoint(checkpoint, part, storage_options)
        part.replace(whole)
