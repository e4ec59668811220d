"""What an arm, a point or the command line changes: STEP.KEY=VALUE, model[.KEY]=VALUE or STEP=none."""

from collections.abc import Iterable
from dataclasses import dataclass

from conf.errors import UserError

KINDS = ("render", "pretrain", "finetune", "evaluate")  # the steps of a trial, in order
MODEL = "model"  # the detector, whichever step makes it


@dataclass(frozen=True)
class Overrides:
    """What is changed, taken apart."""

    settings: dict[str, dict[str, str]]  # by step, and `model`: key → value
    left_out: frozenset[str]  # steps


def is_override(argument: str) -> bool:
    """Whether an argument of the command line is one of these rather than a key of ablate's own."""
    head = argument.partition("=")[0].partition(".")[0]
    return head in (*KINDS, MODEL)


def parse(lines: Iterable[str], where: str) -> Overrides:
    """Take lines apart; the last that sets a key holds. Raises UserError, which says `where` the line is."""
    settings: dict[str, dict[str, str]] = {kind: {} for kind in (*KINDS, MODEL)}
    left_out = set()
    for line in lines:
        key, equals, value = line.partition("=")
        head, _, rest = key.partition(".")
        if not equals or not is_override(line) or (not rest and head != MODEL and value != "none"):
            raise UserError(
                f"{where}: {line!r}: write STEP.KEY=VALUE with a step of {', '.join(KINDS)}, STEP=none to "
                "leave it out, or model=NAME and model.KEY=VALUE for the detector"
            )
        if head == MODEL:
            settings[MODEL][key] = value
        elif rest:
            settings[head][rest] = value
        elif head in ("pretrain", "finetune"):
            left_out.add(head)
        else:
            raise UserError(f"{where}: {line!r}: pretrain and finetune can be left out, {head} can not")
    return Overrides(settings, frozenset(left_out))
