"""`python -m scenegen.models FOLDER …`: imports folders of car models, shows them, writes their manifests."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scenegen.cli import exit_code
from scenegen.errors import UserError
from scenegen.models.manifest import DESCRIPTIVE, Entry, read_manifest, write_manifest
from scenegen.models.survey import SUFFIXES, Found, survey

_HELD_OUT = 0.2  # as conf/render.yaml's assets.held_out


def main(arguments: Sequence[str]) -> int:
    """The command. Raises UserError or RunError."""
    parser = argparse.ArgumentParser(prog="python -m scenegen.models", description=__doc__)
    parser.add_argument("folders", nargs="+", metavar="FOLDER", type=Path)
    parser.add_argument(
        "--held-out",
        type=float,
        default=_HELD_OUT,
        help="share held out where nothing says, default %(default)s",
    )
    options = parser.parse_args(arguments)
    for folder in options.folders:
        if not folder.is_dir():
            raise UserError(f"{folder} is not a folder; a manifest belongs to a folder")
        found = survey(folder, options.held_out, print)
        if not found:
            raise UserError(f"{folder} holds no car model ({', '.join(SUFFIXES)})")
        before = {(entry.file, entry.part): entry for entry in read_manifest(folder) or ()}
        entries = [_merged(item, before.get((item.entry.file, item.entry.part))) for item in found]
        print(table(entries, found))
        print(f"manifest: {write_manifest(folder, entries)}")
    return 0


def _merged(item: Found, before: Entry | None) -> Entry:
    """What the sidecar says, else what the manifest said before, else the guess."""
    if before is None:
        return item.entry
    kept = {key: getattr(before, key) for key in DESCRIPTIVE if getattr(item.sidecar, key) is None}
    name = {} if item.sidecar.name else {"name": before.name}
    return msgspec.structs.replace(item.entry, **kept, **name)


def table(entries: Sequence[Entry], found: Sequence[Found]) -> str:
    """One model a line, with what was guessed of it below."""
    width = max(len(entry.name) for entry in entries)
    lines = [f"{'name':<{width}}  style      L × W × H (m)       triangles  split     slots"]
    for entry, item in zip(entries, found, strict=True):
        size = " × ".join(f"{side:.2f}" for side in entry.size_m)
        lines.append(
            f"{entry.name:<{width}}  {entry.style:<9}  {size:<18}  {entry.triangles:>9,}  {entry.split:<8}  "
            + ", ".join(item.stored.slots)
        )
        lines.append(f"{'':<{width}}  {'; '.join(entry.guesses)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
