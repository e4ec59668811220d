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
from training.study.overrides import KINDS, Overrides, parse

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

INPUTS = {  # of a step: by the kind of the step before, the argument that names its result
    "pretrain": {"render": "data.root"},
    "finetune": {"render": "replay.root", "pretrain": "checkpoint"},
    "evaluate": {"pretrain": "checkpoint", "finetune": "checkpoint"},
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


class Label(msgspec.Struct, frozen=True):
    """Whose step it is."""

    arm: str
    point: str
    seed: int

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.arm, self.point, f"seed {self.seed}")))


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
    in_order = sorted(steps.values(), key=lambda step: KINDS.index(step.kind))
    return Plan(
        steps={step.id: step for step in in_order},
        trials=tuple(trials),
        arms={name: tuple(lines) for name, lines in arms.items()},
        datasets=datasets,
        notes=tuple(notes),
    )


class _Chain:
    """The steps of one trial."""

    def __init__(self, config: AblateConfig, overrides: Overrides, real: Real, label: Label) -> None:
        self._config, self._overrides, self._real, self._label = config, overrides, real, label
        self._kitti = {"kitti.root": str(real.root), "kitti.tracking": written(list(config.kitti.tracking))}
        self._chosen = config.study.choose == "real"
        self._given = overrides.settings["pretrain"].get("data.root")  # a dataset that is there already
        self._frames = 0  # of the one that is rendered
        self._model = ModelConfig()  # of the detector, once a step has made one

    def steps(self) -> list[Step]:
        """Every step after those that it needs; none where there is neither pretraining nor fine-tuning."""
        left_out = self._overrides.left_out
        made: list[Step] = []
        if "pretrain" not in left_out:
            made += [] if self._given else [self._render()]
            made.append(self._pretrain(made))
        if "finetune" not in left_out:
            made.append(self._finetune(made))
        return [*made, self._evaluate(made[-1])] if made else []

    def _render(self) -> Step:
        arguments = {"n": str(self._config.n), "outputs": "[rgb]", "gallery": "false"}
        arguments |= self._overrides.settings["render"]
        settings = render_settings(tuple(f"{name}={value}" for name, value in arguments.items()))
        self._frames = settings["n"]
        return self._step("render", arguments, settings, {}, self._label.arm)

    def _pretrain(self, before: Sequence[Step]) -> Step:
        arguments = {"seed": str(self._label.seed)}
        arguments |= self._kitti | {"split": self._config.train} if self._chosen else {"data.held_out": "0"}
        arguments |= self._overrides.settings["model"] | self._overrides.settings["pretrain"]
        return self._composed("pretrain", arguments, before)

    def _finetune(self, before: Sequence[Step]) -> Step:
        arguments = {"seed": str(self._label.seed), **self._kitti, "split": self._config.train}
        arguments |= {} if self._chosen else {"selection": "0"}
        arguments |= {} if before else self._overrides.settings["model"]
        arguments |= {"replay.root": self._given} if before and self._given else {}  # looked at with a share
        return self._composed("finetune", arguments | self._overrides.settings["finetune"], before)

    def _evaluate(self, trained: Step) -> Step:
        arguments = {**self._kitti, "split": self._config.test, "latency": "false"}
        arguments |= self._overrides.settings["evaluate"]
        return self._composed("evaluate", arguments, [trained])

    def _composed(self, kind: str, arguments: dict[str, str], before: Sequence[Step]) -> Step:
        """A step of training, its settings composed and checked as the command will."""
        inputs = {INPUTS[kind][step.kind]: step.id for step in before}
        given = [f"{name}={value}" for name, value in arguments.items()]
        try:
            settings = COMMANDS[kind].compose([*given, *(f"{name}=…" for name in inputs)])
            if kind == "finetune":
                select(settings, list(self._real.train))
        except UserError as error:
            raise UserError(f"{kind} of {self._label}: {error}") from error
        if "checkpoint" not in inputs:
            self._model = settings.model
        return self._step(kind, arguments, msgspec.to_builtins(settings), inputs, str(self._label))

    def _step(
        self, kind: str, arguments: Mapping[str, str], settings: Any, inputs: dict[str, str], name: str
    ) -> Step:
        pictures = Pictures(self._frames, len(self._real.train), len(self._real.test))
        return Step(
            kind=kind,
            key=key(kind, settings, inputs),
            name=f"{kind} {name}",
            arguments=tuple(f"{name}={value}" for name, value in arguments.items()),
            inputs=inputs,
            cost=cost(kind, settings, self._model, pictures),
        )


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
