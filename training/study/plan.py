"""From a study's settings to its steps: commands with their arguments, each once, and who needs whom."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from conf.compose import Command, written
from conf.errors import UserError
from training.data.truth import LabelledImage
from training.models.settings import ModelConfig
from training.settings import AblateConfig, EvaluateConfig, FinetuneConfig, PretrainConfig
from training.sources import select
from training.study.arms import catalogue, chosen
from training.study.estimate import Cost, Pictures, cost
from training.study.identity import key
from training.study.overrides import Overrides, parse

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {
    "render": ROOT / "scenegen" / "render.py",
    "pretrain": ROOT / "training" / "pretrain.py",
    "finetune": ROOT / "training" / "finetune.py",
    "evaluate": ROOT / "training" / "evaluate.py",
}
COMMANDS: dict[str, Command[Any]] = {
    "pretrain": Command("pretrain", PretrainConfig),
    "finetune": Command("finetune", FinetuneConfig),
    "evaluate": Command("evaluate", EvaluateConfig),
}


class Step(msgspec.Struct, frozen=True):
    """A command to run once."""

    kind: str  # render, pretrain, finetune or evaluate
    key: str  # of what determines its result
    name: str  # in words, of the first trial that needs it
    arguments: tuple[str, ...]  # of the command, but `out` and `inputs`
    inputs: dict[str, str]  # argument → id of the step whose result it names
    cost: Cost

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.key}"


@dataclass(frozen=True, eq=False)
class Real:
    """KITTI's pictures to train on and to measure on, and the folder that they lie in."""

    root: Path
    train: Sequence[LabelledImage]
    test: Sequence[LabelledImage]


class PlannedTrial(msgspec.Struct, frozen=True):
    """An arm at a point with a seed, and the ids of its steps in order; the last one measures."""

    arm: str
    point: str
    seed: int
    steps: tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    """A study's steps, each after those that it needs."""

    steps: dict[str, Step]  # by id
    trials: tuple[PlannedTrial, ...]
    arms: dict[str, tuple[str, ...]]  # with their lines
    datasets: dict[str, str]  # arm → id of the step that renders for it, or the folder it was given
    notes: tuple[str, ...]


def plan(config: AblateConfig, further: Sequence[str], real: Real) -> Plan:
    """Plan a study. further: STEP.KEY=VALUE of the command line, for all arms.

    Raises UserError where an arm, a point or a setting is wrong.
    """
    study = config.study
    arms, notes = chosen(config, catalogue())
    steps: dict[str, Step] = {}
    trials: list[PlannedTrial] = []
    datasets: dict[str, str] = {}
    for point, changes in (study.points or {"": ()}).items():
        for arm, lines in arms.items():
            # An arm is what it is whatever the command line says of all arms, and so is a point.
            where = f"study {study.name}, arm {arm}" + (f", {point}" if point else "")
            overrides = parse([*study.common, *further, *lines, *changes], where)
            for seed in config.seeds:
                chain = _Chain(config, overrides, real, Label(arm, point, seed)).steps()
                if not chain:
                    continue  # neither pretrained nor fine-tuned: there is nothing to measure
                steps |= {step.id: steps.get(step.id, step) for step in chain}
                trials.append(PlannedTrial(arm, point, seed, tuple(step.id for step in chain)))
                datasets |= _dataset(arm, chain, overrides)
    in_order = sorted(steps.values(), key=lambda step: list(SCRIPTS).index(step.kind))
    return Plan(
        steps={step.id: step for step in in_order},
        trials=tuple(trials),
        arms={name: tuple(lines) for name, lines in arms.items()},
        datasets=datasets,
        notes=tuple(notes),
    )


class Label(msgspec.Struct, frozen=True):
    """Whose step it is."""

    arm: str
    point: str
    seed: int

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.arm.replace("_", " "), self.point, f"seed {self.seed}")))


class _Chain:
    """The steps of one trial."""

    def __init__(self, config: AblateConfig, overrides: Overrides, real: Real, label: Label) -> None:
        self._config, self._overrides, self._real, self._label = config, overrides, real, label
        self._kitti = {"kitti.root": str(real.root), "kitti.tracking": written(list(config.kitti.tracking))}
        self._chosen = config.study.choose == "real"
        self._model = ModelConfig()  # of the detector, once a step has made one

    def steps(self) -> list[Step]:
        """Every step after those that it needs."""
        made: list[Step] = []
        left_out = self._overrides.left_out
        if "pretrain" not in left_out:
            given = self._overrides.settings["pretrain"].get("data.root")
            if given is None:
                made.append(self._render())
            made.append(self._pretrain(made[-1] if made else None))
        if "finetune" not in left_out:
            made.append(self._finetune(made))
        return [*made, self._evaluate(made[-1])] if made else []

    def _render(self) -> Step:
        arguments = {"n": str(self._config.n), "outputs": "[rgb]", "gallery": "false"}
        arguments |= self._overrides.settings["render"]
        settings = render_settings(tuple(f"{name}={value}" for name, value in arguments.items()))
        return self._step("render", arguments, settings, {}, self._label.arm.replace("_", " "))

    def _pretrain(self, rendered: Step | None) -> Step:
        arguments = {"seed": str(self._label.seed)}
        arguments |= self._kitti | {"split": self._config.train} if self._chosen else {"data.held_out": "0"}
        arguments |= self._overrides.settings["model"] | self._overrides.settings["pretrain"]
        inputs = {"data.root": rendered.id} if rendered else {}
        frames = _frames(rendered)
        return self._composed("pretrain", arguments, inputs, frames)

    def _finetune(self, before: Sequence[Step]) -> Step:
        arguments = {"seed": str(self._label.seed), **self._kitti, "split": self._config.train}
        arguments |= {} if self._chosen else {"selection": "0"}
        arguments |= {} if before else self._overrides.settings["model"]
        arguments |= self._overrides.settings["finetune"]
        inputs = {"checkpoint": before[-1].id} if before else {}
        if float(arguments.get("replay.share", 0)):
            inputs |= self._replayed(before, arguments)
        return self._composed("finetune", arguments, inputs, 0)

    def _replayed(self, before: Sequence[Step], arguments: dict[str, str]) -> dict[str, str]:
        """Where the rendered pictures come from that fine-tuning goes on seeing."""
        rendered = next((step for step in before if step.kind == "render"), None)
        if rendered:
            return {"replay.root": rendered.id}
        arguments.setdefault("replay.root", self._overrides.settings["pretrain"].get("data.root", "null"))
        return {}

    def _evaluate(self, trained: Step) -> Step:
        arguments = {**self._kitti, "split": self._config.test, "latency": "false"}
        return self._composed(
            "evaluate",
            arguments | self._overrides.settings["evaluate"],
            {"checkpoint": trained.id},
            0,
        )

    def _composed(self, kind: str, arguments: dict[str, str], inputs: dict[str, str], frames: int) -> Step:
        given = [f"{name}={value}" for name, value in arguments.items()]
        try:
            settings = COMMANDS[kind].compose([*given, *(f"{name}=…" for name in inputs)])
            if kind == "finetune":
                select(settings, list(self._real.train))
        except UserError as error:
            raise UserError(f"{kind} of {self._label}: {error}") from error
        if "checkpoint" not in inputs:
            self._model = settings.model
        return self._step(kind, arguments, msgspec.to_builtins(settings), inputs, str(self._label), frames)

    def _step(
        self, kind: str, arguments: Mapping[str, str], settings: Any, inputs: dict[str, str], name: str,
        frames: int = 0,
    ) -> Step:  # fmt: skip
        return Step(
            kind=kind,
            key=key(kind, settings, inputs),
            name=f"{kind} {name}",
            arguments=tuple(f"{name}={value}" for name, value in arguments.items()),
            inputs=inputs,
            cost=cost(
                kind, settings, self._model, frames, Pictures(len(self._real.train), len(self._real.test))
            ),
        )


def _frames(rendered: Step | None) -> int:
    """How many frames a step renders."""
    if rendered is None:
        return 0
    return int(next(text for text in rendered.arguments if text.startswith("n=")).removeprefix("n="))


def _dataset(arm: str, chain: Sequence[Step], overrides: Overrides) -> dict[str, str]:
    """What an arm is trained on, where that is not real pictures alone."""
    given = overrides.settings["pretrain"].get("data.root")
    rendered = [step.id for step in chain if step.kind == "render"]
    return {arm: rendered[0]} if rendered else {arm: given} if given else {}


@cache
def render_settings(arguments: tuple[str, ...]) -> dict[str, Any]:
    """The whole settings of the render command, which it tells itself: training knows nothing of them.

    Raises UserError with the command's own words where an argument is wrong.
    """
    done = subprocess.run(
        [sys.executable, str(SCRIPTS["render"]), *arguments, "--cfg"], capture_output=True, text=True
    )
    if done.returncode:
        said = done.stderr.strip().removeprefix("error: ") or f"exit code {done.returncode}"
        raise UserError(f"render: {said}")
    settings: dict[str, Any] = yaml.safe_load(done.stdout)
    return settings
