"""The export command: a detector's network as ONNX, checked against PyTorch."""

import sys
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from conf.compose import Command
from conf.errors import UserError
from conf.exits import exit_code
from training.helptext import asks_for_help, print_help
from training.runs import existing_checkpoint
from training.settings import ExportConfig

EXPORT = Command("export", ExportConfig)
LIBRARIES = ("onnx", "onnxruntime", "onnxscript")


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code; raises UserError or RunError."""
    if asks_for_help(arguments):
        return print_help(EXPORT)
    config = EXPORT.compose(arguments)
    checkpoint = existing_checkpoint(config.checkpoint)
    out = Path(config.out) if config.out else checkpoint.with_suffix(".onnx")
    if out.is_dir() or out.resolve() == checkpoint.resolve():
        raise UserError(f"out={out}: give the file to write, e.g. out={checkpoint.with_suffix('.onnx')}")
    missing = [name for name in LIBRARIES if not find_spec(name)]
    if missing:
        raise UserError(f"format=onnx needs what is not installed: pip install {' '.join(missing)}")
    from training.loop.checkpoint import is_segmenter  # torch: after what can be refused without it

    if is_segmenter(checkpoint):
        from training import segment

        return segment.export(config, arguments, checkpoint, out)
    return _run(checkpoint, out, config)


def _run(checkpoint: Path, out: Path, config: ExportConfig) -> int:
    from training.loop.checkpoint import load_detector  # torch: after what can be refused without it
    from training.models.onnx_file import check, to_onnx
    from training.models.ssd import SSD
    from training.report.files import write_atomic

    detector = load_detector(checkpoint, trident_fast=config.trident_fast)
    if not isinstance(detector, SSD):
        raise UserError(
            f"checkpoint={checkpoint}: a {detector.config.head} cannot be exported, for boxes are suppressed "
            "between its two networks; models with head=ssd and head=ssdlite can"
        )
    if detector.config.trident and not detector.config.trident_fast:
        raise UserError(
            f"checkpoint={checkpoint}: what three branches find cannot be exported, for it is joined after "
            "the network; trident_fast=true exports the middle one"
        )
    content = to_onnx(detector, dynamic_batch=config.dynamic_batch)
    difference = check(content, detector, dynamic_batch=config.dynamic_batch)
    write_atomic(out, content)
    print(f"{out}: {len(content) / 1e6:.1f} MB, within {difference:.1e} of PyTorch's outputs")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
