"""The ablation command: a study's arms rendered, trained, measured in pairs, and reported."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if Path(entry).resolve() != ROOT / "training")]

from conf.compose import Command
from conf.errors import UserError
from conf.exits import exit_code
from training.data.truth import LabelledImage
from training.helptext import asks_for_help, print_help
from training.settings import AblateConfig
from training.study.overrides import is_override

if TYPE_CHECKING:
    from training.study.plan import Plan, Real
    from training.study.store import Store

ABLATE = Command("ablate", AblateConfig)


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code; raises UserError or RunError."""
    if asks_for_help(arguments):
        return print_help(ABLATE)
    further = [argument for argument in arguments if is_override(argument)]
    launcher = [argument for argument in arguments if argument.startswith(("hydra/", "hydra."))]
    own = [argument for argument in arguments if argument not in {*further, *launcher}]
    for argument in own:
        if argument.startswith("study."):
            raise UserError(
                f"{argument}: a study is a file of conf/study; arms, seeds, n and STEP.KEY=VALUE change it"
            )
    config = ABLATE.compose(own)
    return _run(config, further, launcher, shlex.join(["python", "training/ablate.py", *arguments]))


def _run(config: AblateConfig, further: Sequence[str], launcher: Sequence[str], command: str) -> int:
    from training.study.plan import plan
    from training.study.run import run, tell
    from training.study.store import Store

    real = _real(config)
    planned = plan(config, further, real)
    store, out = Store(Path(config.store)), Path(config.out)
    tell(planned, store, out, every=config.dry_run)
    if config.dry_run:
        return 0
    run(planned, store, out, launcher)
    return _report(config, planned, store, real.test, command)


def _report(
    config: AblateConfig, planned: "Plan", store: "Store", test: Sequence[LabelledImage], command: str
) -> int:
    """Measure what is done, print and report it. Returns 1 where something is missing."""
    from training.study.collect import collect
    from training.study.page import write_study
    from training.study.words import gist

    out = Path(config.out)
    results = collect(config, planned, store, test, command)
    for each in results.comparisons:
        print(f"{each.case.point + ': ' if each.case.point else ''}{each.sentence}")
    write_study(out / "report", results)
    print(f"\nreport: {out / 'report' / 'index.html'}")
    for lacking in results.missing:
        where = f" ({lacking.log})" if lacking.log else ""
        print(f"missing: {lacking.name}: {gist(lacking.why)}{where}")
    return 1 if results.missing else 0


def _real(config: AblateConfig) -> "Real":
    """KITTI's pictures. Raises UserError where those to train on share a drive with those to measure on."""
    from training.data.splits import split
    from training.sources import all_kitti, given_kitti_root
    from training.study.plan import Real

    root = given_kitti_root(config.kitti)
    everything = all_kitti(config.kitti)
    train, test = split(everything, config.train), split(everything, config.test)
    shared = {image.group or image.id for image in train} & {image.group or image.id for image in test}
    if shared:
        raise UserError(
            f"train={config.train} and test={config.test} share {', '.join(sorted(shared)[:3])}: what a "
            "detector is measured on must be of drives that it was not trained on"
        )
    return Real(root.absolute(), train, test)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:])))
